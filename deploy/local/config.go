package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"text/template"

	"hikeshi/activities/fake"
	"hikeshi/activities/pager/pagertest"
	"hikeshi/workflows/settings"
)

// configText is the configuration of the local stack. JSON strings are YAML strings too.
var configText = template.Must(template.New("").Funcs(template.FuncMap{"json": func(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}}).Parse(`# The configuration of the local stack. It is written anew at each start: change a copy, not this file.
language: en
default_audience: group
slack:
  responders: [S0CSIRT01]
  url: {{json .Channels}}
  executives_channel: C0EXECUTIVES
  operators_channel: C0CSIRTOPS
jira:
  project: SEC
  drill_project: DRILL
  issue_type: Incident
  on_call: chie
pager:
  url: {{json .Pager}}
google:
  evidence_folder: fld-evidence
  drill_folder: fld-drills
audiences:
  group: {folder: fld-cases}
  restricted: {security_level: CSIRT only, folder: fld-restricted}
organisations:
  - id: acme
    names: [Acme Foods, アクメ食品]
    security_level: Acme
    folder: fld-acme
    responders: [S0ACME002]
  - id: bravo
    names: [Bravo Logistics, ブラボー物流]
    security_level: Bravo
    folder: fld-bravo
    responders: [S0BRAVO03]
timing:
  search_lag: {{.SearchLag}}
{{- if .Reopen}}
  reopen_window: {{.Reopen}}
{{- end}}
{{- if .Probe}}
  probe_interval: {{.Probe}}
{{- end}}
{{- if .NoLimits}}
vendor_limits: false
{{- end}}
{{- if .UI}}
temporal_ui: {{json .UI}}
{{- end}}
# Nobody but the user of this machine reaches this Temporal, so that user counts as verified.
trust_local_user: true
key_ring: keys.yaml
audit:
  timestamp_url: {{json .Timestamp}}
  timestamp_ca: timestamp-ca.pem
  ledger: ledger.jsonl
codec:
  listen: {{json .Codec}}
  origins: {{json .Origins}}
gateway:
  mode: both
  listen: {{json .Gateway}}
  signing_key: {{json .SigningKey}}
  public_keys: {{json .PublicKeys}}
environment:
  TEMPORAL_ADDRESS: {{json .Temporal}}
  TEMPORAL_NAMESPACE: {{json .Namespace}}
  SLACK_API_URL: {{json .Slack}}
  SLACK_BOT_TOKEN_FILE: secrets/slack-bot-token
  SLACK_APP_TOKEN_FILE: secrets/slack-app-token
  SLACK_SIGNING_SECRET_FILE: secrets/slack-signing-secret
  JIRA_URL: {{json .Jira}}
  JIRA_USER: {{json .JiraUser}}
  JIRA_TOKEN_FILE: secrets/jira-token
  PAGER_SECRET_FILE: secrets/pager-secret
  GOOGLE_DRIVE_ENDPOINT: {{json .Google}}
  GOOGLE_SHEETS_ENDPOINT: {{json .Google}}
`))

// signingKey is the file with the gateway's key.
const signingKey = "gateway-key.pem"

// writeConfig writes the configuration and the secrets for the addresses of this start.
func (l *local) writeConfig(ctx context.Context) error {
	for name, value := range map[string]string{
		"slack-bot-token": fake.SlackBotToken, "slack-app-token": fake.SlackAppToken, "slack-signing-secret": fake.SlackSigningSecret, "jira-token": fake.JiraToken,
		"pager-secret": fake.PagerSecret,
	} {
		if err := write(filepath.Join(l.dir, "secrets", name), []byte(value+"\n")); err != nil {
			return err
		}
	}
	if err := l.pinAuthority(ctx); err != nil {
		return err
	}
	public, _, err := (&settings.Config{Gateway: settings.GatewayConfig{SigningKey: filepath.Join(l.dir, signingKey)}}).MakeSigningKey()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	err = configText.Execute(&text, map[string]any{
		"Channels": l.at.Pages + "/slack/", "SearchLag": l.searchLag(), "Probe": l.o.probe, "Reopen": l.o.reopen, "NoLimits": l.o.noLimits, "UI": l.stack.UIURL,
		"Codec": loopback(l.codec.number), "Origins": l.origins(), "Gateway": loopback(l.gateway.number), "SigningKey": signingKey, "PublicKeys": []string{public.String()},
		"Temporal": l.stack.Address, "Namespace": l.stack.Namespace,
		"Slack": l.at.Slack, "Jira": l.at.Jira, "JiraUser": fake.JiraUser, "Google": l.at.Google, "Pager": l.at.Pager + pagertest.Path, "Timestamp": l.at.Timestamp,
	})
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	if l.o.rewrite != nil {
		return write(l.config, []byte(l.o.rewrite(text.String())))
	}
	return write(l.config, text.Bytes())
}

// pinAuthority keeps the certificate of the sandbox's timestamp authority beside the configuration.
func (l *local) pinAuthority(ctx context.Context) error {
	text, err := fetch(ctx, l.at.Timestamp+"ca.pem")
	if err != nil {
		return fmt.Errorf("ask the sandbox's timestamp authority for its certificate: %w", err)
	}
	return write(filepath.Join(l.dir, "timestamp-ca.pem"), text)
}

// origins are the Web UI's pages, however a browser was led to them.
func (l *local) origins() []string {
	if l.stack.UIURL == "" {
		return []string{}
	}
	list := []string{l.stack.UIURL, localhost(l.stack.UIURL)}
	if l.stack.ProxyURL != "" { // the sandbox's pages show it under their own origin
		list = append(list, l.at.Pages, localhost(l.at.Pages))
	}
	return list
}

// write replaces a file as a whole: a reader, or a kill in the middle, never meets half of it.
func write(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	tmp := path + ".new"
	if err := os.WriteFile(tmp, text, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(tmp, path)
}
