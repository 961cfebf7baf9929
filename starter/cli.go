package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os/user"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// cli is what all commands share.
type cli struct {
	getenv         func(string) string
	stdout, stderr io.Writer

	output     string // text or json
	config     string // file; empty: HIKESHI_CONFIG
	requestID  string
	breakGlass string
}

func (c *cli) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "starter",
		Short: "Open, read and lead incident cases",
		Long: "Open, read and lead incident cases.\n\nExit status: 0 done, 1 could not be done, 2 wrong usage, 3 no such case, 4 refused by a rule of the case,\n" +
			"5 not known whether it was done: give the same command with the same --request-id again.",
		SilenceErrors: true, SilenceUsage: true,
		Args:              knownCommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: c.checkGlobals,
	}
	root.SuggestionsMinimumDistance = 2
	root.SetOut(c.stdout)
	root.SetErr(c.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return wrongUsage(cmd, "%v", err) })
	f := root.PersistentFlags()
	f.StringVarP(&c.output, "output", "o", "text", "`form` of the output: text or json")
	f.StringVar(&c.config, "config", "", "configuration `file` (default: HIKESHI_CONFIG)")
	f.StringVar(&c.requestID, "request-id", "", "`id` of this command: given again, it is done only once (default: a new one)")
	f.StringVar(&c.breakGlass, "break-glass", "", "`reason` for acting without a verified identity, where one is needed: everybody in the case sees it")
	root.AddCommand(c.open(), c.status(), c.list(), c.triage(), c.severity(), c.take(), c.handover(), c.accept(), c.details(), c.contain(), c.analyze(), c.conclude(), c.task(), c.update(), c.run(), c.lesson(), c.note(), c.decide(),
		c.waive(), c.back(), c.close(), c.reopen(), c.merge(), c.stuck(), c.resume(), c.audit(), c.setup(), c.serve(), c.version())
	root.AddCommand(c.doctor())
	return root
}

// knownCommand refuses words that are no command, with the nearest one that is.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return wrongUsage(cmd, "there is no command %q: did you mean %s?", args[0], strings.Join(near, " or "))
	}
	return wrongUsage(cmd, "there is no command %q", args[0])
}

func (c *cli) checkGlobals(cmd *cobra.Command, _ []string) error {
	if c.output != "text" && c.output != "json" {
		return wrongUsage(cmd, "unknown output form %q: use text or json", c.output)
	}
	if c.breakGlass != "" && !needsVerified(cmd.Name()) {
		c.breakGlass = ""
		_, _ = fmt.Fprintf(c.stderr, "note: %s needs no --break-glass; it is not used and not recorded\n", cmd.Name())
	}
	return nil
}

// needsVerified reports whether a case takes the verb, or some of what it can say, only from somebody whose identity is
// verified.
func needsVerified(verb string) bool {
	return slices.Contains([]string{workflows.WaiveUpdate, workflows.BackUpdate, workflows.CloseUpdate, workflows.ReopenUpdate, workflows.MergeUpdate, workflows.RunUpdate, "resume"}, verb)
}

// load reads the configuration.
func (c *cli) load() (*settings.Config, error) {
	path := c.config
	if path == "" {
		path = c.getenv("HIKESHI_CONFIG")
	}
	config, err := settings.Load(path, c.getenv)
	if err != nil {
		return nil, &failure{Code: "configuration", Message: err.Error(), status: failed}
	}
	return config, nil
}

// connect reads the configuration and connects to Temporal. Close the Cases after use.
func (c *cli) connect(ctx context.Context) (*cases.Cases, *settings.Config, error) {
	config, err := c.load()
	if err != nil {
		return nil, nil, err
	}
	found, err := cases.Dial(ctx, config, "cli")
	return found, config, err
}

// request returns the id of this command, a new one unless one was given.
func (c *cli) request() string {
	if c.requestID == "" {
		c.requestID = strings.ToLower(rand.Text())
	}
	return incident.RequestID(c.requestID)
}

// by is the user of this machine, as the machine says. Where nobody else can reach Temporal, who may call it is who
// they say they are; elsewhere it is their own word.
func (c *cli) by(trusted bool) incident.By {
	by := incident.By{Who: c.getenv("USER"), Door: incident.DoorCLI, Assurance: incident.SelfDeclared, BreakGlass: c.breakGlass}
	if trusted {
		by.Assurance = incident.TemporalPrincipal
	}
	if u, err := user.Current(); err == nil {
		by.Who, by.Name = u.Username, u.Name
	}
	if by.Who == "" {
		by.Who = "unknown"
	}
	return by
}
