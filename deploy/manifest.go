// Package deploy holds what an installation is made from: the manifest of the Slack app.
package deploy

import _ "embed"

// Manifest is the Slack app's: see https://docs.slack.dev/reference/app-manifest.
//
//go:embed slack-manifest.yaml
var Manifest []byte
