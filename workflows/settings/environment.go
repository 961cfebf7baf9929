package settings

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"hikeshi/workflows/strictyaml"
)

// Getenv returns an environment variable: the process's own, else the default in the file's environment section.
func (c *Config) Getenv(name string) string { return cmp.Or(c.getenv(name), c.Environment[name]) }

// lookUp finds a secret; empty if there is none. What stands nearer to the process wins.
func (c *Config) lookUp(name string) (string, error) {
	if value := c.getenv(name); value != "" {
		return value, nil
	}
	file := c.Getenv(name + "_FILE")
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	value := strings.TrimSpace(string(text))
	if err == nil && value == "" {
		err = fmt.Errorf("%s is empty", file)
	}
	return value, err
}

// Environ is the environment as os.Environ gives it, with the file's defaults before it: the last of a name wins.
func (c *Config) Environ() []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(c.Environment)) {
		list = append(list, name+"="+c.Getenv(name))
	}
	return append(list, os.Environ()...)
}

// Secret returns a function that reads a secret, anew at each call, because secrets rotate: the variable's value, or
// the content of the file that NAME_FILE names. The error for a missing one says what it is for and what it must be
// allowed to do; it never holds the secret.
func (c *Config) Secret(name string) func() (string, error) {
	return func() (string, error) {
		value, err := c.lookUp(name)
		switch {
		case err != nil:
			return "", fmt.Errorf("read secret %s: %w (%s_FILE must name a file with it that this process can read)", name, err, name)
		case value == "":
			return "", fmt.Errorf("%s is missing: it is %s. Set %s, or %s_FILE to a file that holds it",
				name, cmp.Or(secrets()[name], "a secret that this process needs"), name, name)
		}
		return value, nil
	}
}

// secrets says of each secret what it is and which rights it needs.
func secrets() map[string]string {
	return map[string]string{
		"SLACK_BOT_TOKEN":      "the bot token (xoxb-…) of the Slack app, which is made from deploy/slack-manifest.yaml",
		"SLACK_APP_TOKEN":      "the app-level token (xapp-…) of the Slack app, with the scope connections:write",
		"SLACK_SIGNING_SECRET": "the signing secret of the Slack app (Basic Information, App Credentials), with which Slack's requests are told from forged ones",
		"PAGER_SECRET":         "the secret with which pages to pager.url are signed; the receiver needs the same",
		"JIRA_TOKEN": "an API token of the JIRA account in JIRA_USER (or a personal access token on Data Center), which needs Browse Projects, " +
			"Create Issues, Edit Issues, Add Comments, Link Issues, Transition Issues, Assign Issues, Set Issue Security and Administer Projects",
	}
}

// plain are the variables that may stand in the file, each also with _FILE. TEMPORAL_… is not listed: envconfig reads
// many.
func plain() []string {
	return []string{"GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_DRIVE_ENDPOINT", "GOOGLE_SHEETS_ENDPOINT", "JIRA_URL", "JIRA_USER", "SLACK_API_URL"}
}

// isPath reports whether a variable names a file.
func isPath(name string) bool {
	return strings.HasSuffix(name, "_FILE") || strings.HasSuffix(name, "_PATH") || name == "GOOGLE_APPLICATION_CREDENTIALS"
}

// isSecret reports whether a variable's value must not stand in a file that people share.
func isSecret(name string) bool {
	if strings.HasSuffix(name, "_FILE") || strings.HasSuffix(name, "_PATH") {
		return false
	}
	return secrets()[name] != "" || strings.HasSuffix(name, "_KEY") || strings.HasSuffix(name, "_KEY_DATA") ||
		strings.HasPrefix(name, "TEMPORAL_GRPC_META") || strings.HasSuffix(name, "_AUTH")
}

func (k *checker) environment(variables map[string]string) {
	var known []string
	for _, name := range slices.Concat(plain(), sortedKeys(secrets())) {
		known = append(known, name+"_FILE")
	}
	known = append(known, plain()...)
	for _, name := range sortedKeys(variables) {
		key := strictyaml.Join("environment", name)
		switch {
		case isSecret(name):
			k.that(false, key, "is a secret and must not stand in this file: %s", elsewhere(name))
		case !slices.Contains(known, name) && !strings.HasPrefix(name, "TEMPORAL_"):
			k.that(false, key, "is not a variable that is read%s", strictyaml.DidYouMean(name, append(known, "TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE")))
		}
	}
}

// elsewhere says where a secret belongs. Temporal's own variables are read by its library, which knows no _FILE.
func elsewhere(name string) string {
	switch {
	case strings.HasSuffix(name, "_DATA") && strings.HasPrefix(name, "TEMPORAL_"):
		return "set " + strings.TrimSuffix(name, "_DATA") + "_PATH to a file that holds it"
	case strings.HasPrefix(name, "TEMPORAL_"):
		return "set it in the process's environment, or in the file that TEMPORAL_CONFIG_FILE names"
	}
	return "set " + name + "_FILE to a file that holds it"
}
