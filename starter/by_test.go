package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"hikeshi/starter/cases"
	"hikeshi/workflows/incident"
)

func TestBy(t *testing.T) {
	c := &cli{getenv: func(string) string { return "aoi" }, breakGlass: "the lead is on a plane"}
	for trusted, want := range map[bool]incident.Assurance{false: incident.SelfDeclared, true: incident.TemporalPrincipal} {
		by := c.by(trusted)
		if by.Assurance != want || by.Door != incident.DoorCLI || by.Who == "" || by.BreakGlass != c.breakGlass {
			t.Errorf("trusted %t: %+v, want it %s, with the reason for breaking the glass", trusted, by, want)
		}
	}
}

// The reason travels with the verbs that need a verified sender, and with no other.
func TestBreakGlassIsForVerbsThatNeedIt(t *testing.T) {
	for name, travels := range map[string]bool{
		"waive": true, "back": true, "close": true, "reopen": true, "run": true, "resume": true,
		"open": false, "status": false, "list": false, "triage": false, "severity": false, "take": false, "handover": false, "accept": false, "details": false, "contain": false, "analyze": false, "conclude": false, "task": false,
		"update": false, "lesson": false, "note": false, "decide": false, "stuck": false, "setup": false, "serve": false, "version": false,
	} {
		var stderr bytes.Buffer
		c := &cli{output: "text", breakGlass: "it cannot wait", stderr: &stderr, getenv: func(string) string { return "" }}
		cmd, _, err := c.command().Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		c.output, c.breakGlass = "text", "it cannot wait" // making the commands has set the flags' defaults
		if err := c.checkGlobals(cmd, nil); err != nil {
			t.Fatal(err)
		}
		if kept := c.by(false).BreakGlass != ""; kept != travels || (stderr.Len() == 0) != travels {
			t.Errorf("%s: the reason travels: %t, said %q; want %t and a note otherwise", name, kept, stderr.String(), travels)
		}
	}
}

// What can be said at the command line is what the table of verbs takes: no flag is left aside.
func TestFlagsAreTheFieldsOfVerbs(t *testing.T) {
	c := &cli{getenv: func(string) string { return "" }}
	for _, cmd := range c.command().Commands() {
		var none *incident.Refusal
		if err := cases.Check(cmd.Name(), nil); errors.As(err, &none) && strings.HasPrefix(none.Message, "there is no command") {
			continue // it reads, or changes no case
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if cmd.InheritedFlags().Lookup(f.Name) != nil || f.Name == "list" {
				return
			}
			if err := cases.Check(cmd.Name(), cases.Fields{f.Name: {"x"}}); err != nil && strings.Contains(err.Error(), "unknown option") {
				t.Errorf("%s --%s: %v", cmd.Name(), f.Name, err)
			}
		})
	}
}

func TestEveryVerbHelps(t *testing.T) {
	c := &cli{getenv: func(string) string { return "" }, stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}
	for _, cmd := range c.command().Commands() {
		if cmd.Short == "" {
			t.Errorf("%s does not say what it does", cmd.Name())
		}
		if cmd.ValidArgsFunction != nil && cmd.Name() != "status" && cmd.Example == "" {
			t.Errorf("%s has no example", cmd.Name())
		}
	}
}
