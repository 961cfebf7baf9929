package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hikeshi/starter/cases"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// setupTime is how long preparing a namespace may take.
const setupTime = time.Minute

func (c *cli) setup() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Prepare the Temporal namespace: register search attributes, check the retention; make the gateway's signing key",
		Long: "Prepare the Temporal namespace: register the search attributes that are missing and check how long ended workflows are kept.\n" +
			"If gateway.signing_key names a file that is not there, make the key in it; list what it prints in gateway.public_keys, for the workers too.\n" +
			"Nothing else is created or changed; run again, it does nothing more.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return wrongUsage(cmd, "setup takes no words")
			}
			return c.runSetup(cmd.Context(), check)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "only look, change nothing")
	return cmd
}

func (c *cli) runSetup(ctx context.Context, check bool) error {
	ctx, cancel := context.WithTimeout(ctx, setupTime)
	defer cancel()
	found, config, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer found.Close()
	key, err := gatewayKey(config, check)
	if err != nil {
		return err
	}
	prepared, err := found.Setup(ctx, check)
	if err != nil {
		return err
	}
	document := struct {
		cases.Prepared
		Key   *signingKey `json:"gateway_key,omitempty"`
		Error *failure    `json:"error,omitempty"`
	}{Prepared: prepared, Key: key, Error: problemsOf(prepared)}
	c.print(document, func(p *page) { p.prepared(prepared); p.signingKey(key) })
	if document.Error == nil {
		return nil
	}
	if c.output != "json" {
		c.complain(document.Error)
	}
	return reported{document.Error}
}

// signingKey is the gateway's, as far as anybody may see it.
type signingKey struct {
	File   string `json:"file"`
	Public string `json:"public"` // for gateway.public_keys
	Made   bool   `json:"made"`   // just now
	Listed bool   `json:"listed"` // workers of this configuration know it
}

// gatewayKey makes the gateway's key, unless it is there or nothing may be changed; nil: none is configured.
func gatewayKey(config *settings.Config, check bool) (*signingKey, error) {
	file := config.Gateway.SigningKey
	if _, err := os.Stat(file); file == "" || check && err != nil {
		return nil, nil
	}
	public, made, err := config.MakeSigningKey()
	if err != nil {
		return nil, &failure{Code: "signing_key", Message: err.Error(), Hint: "Correct gateway.signing_key in the configuration", status: failed}
	}
	listed := slices.ContainsFunc(config.GatewayKeys(), func(k incident.Key) bool { return k.ID() == public.ID() })
	return &signingKey{File: file, Public: public.String(), Made: made, Listed: listed}, nil
}

func (p *page) signingKey(k *signingKey) {
	switch {
	case k == nil:
	case k.Listed:
		p.line("the gateway signs with the key in %s", k.File)
	default:
		p.line("the gateway's key is in %s; for gateway.public_keys, at the workers and the gateways: %s", k.File, k.Public)
	}
}

func problemsOf(p cases.Prepared) *failure {
	if len(p.Problems) == 0 {
		return nil
	}
	return &failure{Code: "not_prepared", Message: fmt.Sprintf("namespace %s is not ready for cases: %s", p.Namespace, strings.Join(p.Problems, "; ")), status: failed}
}

func (p *page) prepared(s cases.Prepared) {
	p.line("namespace %s keeps ended workflows for %s", s.Namespace, s.Retention)
	p.line("%d search attributes were there", len(s.Present))
	if len(s.Added) > 0 {
		p.line("registered: %s", strings.Join(s.Added, ", "))
	}
	if len(s.Missing) > 0 {
		p.line("missing: %s", strings.Join(s.Missing, ", "))
	}
}
