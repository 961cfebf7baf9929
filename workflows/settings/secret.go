package settings

import (
	"fmt"
	"os"
	"strings"
)

// Getenv returns a variable of the process's environment, or its default in the file.
func (c *Config) Getenv(name string) string {
	if value := c.getenv(name); value != "" {
		return value
	}
	value := c.Environment[name]
	if strings.HasSuffix(name, "_FILE") && value != "" {
		return c.path(value)
	}
	return value
}

// Secret returns a function that reads a secret: the variable of that name, or the content of the file that NAME_FILE
// names, read anew each time because secrets are rotated. A missing secret's error says what it is for and which
// rights it needs.
func (c *Config) Secret(name string) func() (string, error) {
	return func() (string, error) {
		if value := c.getenv(name); value != "" {
			return value, nil
		}
		file := c.Getenv(name + "_FILE")
		if file == "" {
			return "", fmt.Errorf("%s is missing: %s. Set %s, or %s_FILE to a file that holds it", name, secrets()[name], name, name)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("read %s_FILE: %w", name, err)
		}
		value := strings.TrimSpace(string(text))
		if value == "" {
			return "", fmt.Errorf("%s_FILE: %s is empty: it should hold %s", name, file, secrets()[name])
		}
		return value, nil
	}
}

// secrets says of each what it is and which rights it needs.
func secrets() map[string]string {
	return map[string]string{
		"SLACK_BOT_TOKEN": "the bot token (xoxb-…) of the Slack app, with the scopes chat:write, groups:write, groups:read, groups:history, " +
			"channels:manage, channels:read, channels:history, users:read, users:read.email, usergroups:read, pins:write, bookmarks:read, bookmarks:write",
		"SLACK_APP_TOKEN":      "the app-level token (xapp-…) of the Slack app, with the scope connections:write",
		"SLACK_SIGNING_SECRET": "the signing secret of the Slack app (Basic Information, App Credentials), with which Slack's requests are told from forged ones",
		"JIRA_TOKEN":           "an API token of the JIRA account in JIRA_USER (or a personal access token on Data Center), which needs Browse Projects, Create Issues, Edit Issues, Set Issue Security and Administer Projects",
	}
}
