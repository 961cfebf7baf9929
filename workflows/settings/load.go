package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"hikeshi/workflows/incident"
)

// Load reads and checks the file at path; getenv is the process's environment (os.Getenv). Without a path there is
// no configuration, which only commands that need none accept. The error lists every problem, by the name of its key.
func Load(path string, getenv func(string) string) (*Config, error) {
	if path == "" {
		return nil, errors.New("no configuration: name the file with HIKESHI_CONFIG or --config (deploy/examples/hikeshi.yaml is one to start from)")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w (HIKESHI_CONFIG or --config names the file)", err)
	}
	c, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", path, err)
	}
	c.dir, c.getenv = filepath.Dir(path), getenv
	if c.KeyRing != "" {
		c.KeyRing = c.path(c.KeyRing)
	}
	return c, nil
}

func parse(text []byte) (*Config, error) {
	var c Config
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return nil, plain(err)
	}
	c.setDefaults()
	return &c, c.check()
}

var unknownField = regexp.MustCompile(`line (\d+): field (\S+) not found in type settings\.(\w+)`)

// plain says yaml's errors in the words of the file.
func plain(err error) error {
	var list *yaml.TypeError
	if !errors.As(err, &list) {
		return err
	}
	var all []error
	for _, text := range list.Errors {
		if m := unknownField.FindStringSubmatch(text); m != nil {
			text = fmt.Sprintf("line %s: unknown key %q%s", m[1], m[2], nearest(m[2], m[3]))
		}
		all = append(all, errors.New(text))
	}
	return errors.Join(all...)
}

// check reports every problem at once.
func (c *Config) check() error {
	var all []error
	bad := func(key, format string, args ...any) {
		all = append(all, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
	}
	if c.Language != "en" && c.Language != "ja" {
		bad("language", "%q is not known: use en or ja", c.Language)
	}
	if _, err := incident.ParseAudience(string(c.DefaultAudience)); err != nil {
		bad("default_audience", "%v", err)
	}
	if c.Jira.Project == "" {
		bad("jira.project", "is missing: the key of the JIRA project whose tickets number the cases")
	}
	if c.Audiences.Group.Folder == "" {
		bad("audiences.group.folder", "is missing: the id of the Drive folder that holds the cases' folders")
	}
	if c.Timing.IntakePatience < 0 || c.Timing.ProbeInterval < 0 || c.Timing.SearchLag < 0 {
		bad("timing", "durations must not be negative")
	}
	if c.RateShare <= 0 || c.RateShare > 1 {
		bad("rate_share", "%v is not between 0 and 1: 0.5 for two workers", c.RateShare)
	}
	for key, address := range map[string]string{"temporal_ui": c.TemporalUI, "slack.url": c.Slack.URL, "jira.site_url": c.Jira.SiteURL} {
		if u, err := url.Parse(address); address != "" && (err != nil || u.Host == "") {
			bad(key, "%q is no address: it begins with https://", address)
		}
	}
	all = append(all, c.checkOrganisations()...)
	all = append(all, c.checkEnvironment()...)
	slices.SortFunc(all, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(all...)
}

func (c *Config) checkOrganisations() (all []error) {
	owner := map[string]string{}
	for i, o := range c.Organisations {
		key := fmt.Sprintf("organisations[%d]", i)
		if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`).MatchString(o.ID) {
			all = append(all, fmt.Errorf("%s.id: %q must be 1 to 40 small letters, digits and hyphens", key, o.ID))
		}
		for _, name := range append([]string{o.ID}, o.Names...) {
			if other, taken := owner[fold(name)]; taken && other != o.ID {
				all = append(all, fmt.Errorf("%s: %q also names organisation %s", key, name, other))
			}
			owner[fold(name)] = o.ID
		}
		for _, reader := range o.Readers {
			if _, err := mail.ParseAddress(reader); err != nil {
				all = append(all, fmt.Errorf("%s.readers: %q is no e-mail address", key, reader))
			}
		}
	}
	return all
}

func (c *Config) checkEnvironment() (all []error) {
	for name := range c.Environment {
		if _, secret := secrets()[name]; secret {
			all = append(all, fmt.Errorf("environment.%s: a secret must not stand in this file: put it into a file of its own and name that as %s_FILE", name, name))
		}
	}
	return all
}

func (c *Config) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.dir, name)
}
