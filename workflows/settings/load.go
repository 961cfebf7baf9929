package settings

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"

	"hikeshi/workflows/strictyaml"
)

// Load reads and checks the configuration file at path; getenv is the process's environment (os.Getenv). Relative paths
// in the file start from the file's folder. The error lists every problem.
func Load(path string, getenv func(string) string) (*Config, error) {
	if path == "" {
		return nil, errors.New("no configuration: name the file with HIKESHI_CONFIG or --config (deploy/examples/hikeshi.yaml is one to start from)")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w (HIKESHI_CONFIG or --config names the file)", err)
	}
	c := defaults()
	c.getenv = getenv
	if err := c.parse(text, filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("configuration %s: %w", path, err)
	}
	return c, nil
}

func (c *Config) parse(text []byte, folder string) error {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	found := strictyaml.Shape(&document, reflect.TypeFor[Config]())
	if len(found) > 0 {
		return found.Err()
	}
	if err := document.Decode(c); err != nil && len(document.Content) > 0 {
		return err
	}
	at := strictyaml.Lines(&document)
	if at["viewer"] == 0 { // a viewer that the file describes, however briefly, sees no more than it says
		c.Viewer = Viewer{Organisations: []string{Everything}, Restricted: true}
	}
	if err := c.check(at).Err(); err != nil {
		return err
	}
	c.settle(folder)
	return nil
}

// settle brings values into the form in which they are used.
func (c *Config) settle(folder string) {
	c.TemporalUI = strings.TrimRight(c.TemporalUI, "/")
	if c.Slack.URL != "" {
		c.Slack.URL = strings.TrimRight(c.Slack.URL, "/") + "/"
	}
	c.KeyRing, c.Gateway.SigningKey = beside(folder, c.KeyRing), beside(folder, c.Gateway.SigningKey)
	c.Runbooks = beside(folder, c.Runbooks)
	c.Audit.TimestampCA, c.Audit.Ledger = beside(folder, c.Audit.TimestampCA), beside(folder, c.Audit.Ledger)
	for name, value := range c.Environment {
		if isPath(name) {
			c.Environment[name] = beside(folder, value)
		}
	}
	for i, name := range c.Viewer.Organisations {
		if o := c.organisation(name); o != nil {
			c.Viewer.Organisations[i] = o.ID
		}
	}
}

func beside(folder, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}
