package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// script is how far the demonstration is. Its ids are chosen before the first act and kept, so that a demonstration
// that was killed and is played again does nothing twice.
type script struct {
	Trigger  string `json:"trigger"` // of the slash command
	Update   string `json:"update"`  // of the triage
	Number   string `json:"number,omitempty"`
	Finished bool   `json:"finished,omitempty"`
}

// The case of the demonstration.
const (
	demoTitle    = "経理部に請求書を装った不審なメール、添付を開いた"
	demoReporter = "田中 一郎、アクメ食品 内部統制室、03-5555-0123"
	demoOrg      = "Acme Foods"
	demoScope    = "One mailbox and one laptop at Acme Foods; no other recipient so far"
	demoCommand  = `open sev2 ` + demoTitle + ` --reporter "` + demoReporter + `" --org "` + demoOrg + `" --kind phishing --invite @kenji`
)

// demoPatience bounds every wait of the demonstration.
const demoPatience = 90 * time.Second

// demo plays a case as far as the product goes, through the doors that people use, and checks what came of it.
func (l *local) demo(ctx context.Context) error {
	s, err := l.readScript()
	if err != nil {
		return err
	}
	cfg, err := l.load()
	if err != nil {
		return err
	}
	desk, err := cases.Dial(ctx, cfg, "demo")
	if err != nil {
		return err
	}
	defer desk.Close()
	ctx, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	if err := l.play(ctx, desk, s); err != nil {
		return fmt.Errorf("demonstration: %w", err)
	}
	s.Finished = true
	if err := l.writeScript(s); err != nil {
		return err
	}
	l.say.step("the demonstration went as it should")
	return nil
}

func (l *local) play(ctx context.Context, desk *cases.Cases, s *script) error {
	if err := l.openCase(ctx, s); err != nil {
		return err
	}
	status, err := l.followCase(ctx, desk, s)
	if err != nil {
		return err
	}
	l.tellLinks(status)
	if err := l.triage(ctx, desk, s); err != nil {
		return err
	}
	if err := l.awaitPhase(ctx, desk, s, incident.PhaseAnalysis); err != nil {
		return err
	}
	return l.inspect(ctx, s)
}

// openCase gives the slash command as aoi would in Slack.
func (l *local) openCase(ctx context.Context, s *script) error {
	l.say.step("佐藤 葵 (aoi) has 田中さん of Acme Foods on the telephone, and types in #general:")
	l.say.step("    /case %s", demoCommand)
	var answer struct {
		Status int    `json:"status"`
		Body   string `json:"body"`
		Error  string `json:"error"`
	}
	err := call(ctx, "POST", control(l.at.Slack)+"command", map[string]string{
		"user": "aoi", "channel": "general", "command": "/case", "text": demoCommand, "trigger_id": s.Trigger,
	}, &answer)
	if err != nil {
		return fmt.Errorf("give the command: %w", err)
	}
	if answer.Status != 200 || answer.Error != "" {
		return fmt.Errorf("give the command: the gateway answered %d %s%s", answer.Status, answer.Body, answer.Error)
	}
	l.say.step("    Hikeshi answers: %s", plainAnswer(answer.Body))
	return nil
}

// plainAnswer is the text of an answer to a command.
func plainAnswer(body string) string {
	var a struct {
		Text string `json:"text"`
	}
	if json.Unmarshal([]byte(body), &a) == nil && a.Text != "" {
		body = a.Text
	}
	return strings.ReplaceAll(strings.TrimSpace(body), "\n", " ")
}

func (l *local) followCase(ctx context.Context, desk *cases.Cases, s *script) (workflows.Status, error) {
	request := incident.RequestID(s.Trigger)
	opened, ready, err := desk.Wait(ctx, request, cases.Ready)
	if err != nil {
		return workflows.Status{}, err
	}
	l.say.step("people are together in #%s: %s", ready.Links.ChannelName, ready.Links.ChannelURL)
	opened, status, err := desk.Wait(ctx, request, cases.Linked)
	if err != nil {
		return workflows.Status{}, err
	}
	if s.Number != "" && s.Number != opened.Number {
		return workflows.Status{}, fmt.Errorf("the same command was case %s before and is %s now", s.Number, opened.Number)
	}
	s.Number = opened.Number
	return *status, l.writeScript(s)
}

func (l *local) tellLinks(s workflows.Status) {
	l.say.step("case %s is open, nothing is owed", s.Number)
	for _, link := range []struct{ what, url string }{
		{"the ticket, for managers and executives", s.Links.TicketURL}, {"the folder", s.Links.FolderURL},
		{"the task sheet", s.Links.SheetURL}, {"the case in Temporal", s.Links.Temporal},
	} {
		if link.url != "" {
			l.say.step("    %s: %s", link.what, link.url)
		}
	}
}

func (l *local) triage(ctx context.Context, desk *cases.Cases, s *script) error {
	l.say.step("Ben Okafor takes command and says how far the damage goes: %q", demoScope)
	answer, err := desk.Triage(ctx, s.Number, workflows.TriageCommand{
		Severity: incident.Sev2, Kind: "phishing", Commander: "@ben", Scope: demoScope,
		By: incident.By{Who: "demo", Name: "demonstration", Door: incident.DoorCLI, Assurance: incident.SelfDeclared},
	}, s.Update)
	if err != nil {
		return fmt.Errorf("triage: %w", err)
	}
	l.say.step("    Hikeshi answers: %s", answer.Text)
	return nil
}

// awaitPhase waits until the case has moved on by itself and has told everybody.
func (l *local) awaitPhase(ctx context.Context, desk *cases.Cases, s *script, phase incident.Phase) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		_, status, err := desk.Wait(ctx, incident.RequestID(s.Trigger), cases.Linked)
		if err != nil {
			return err
		}
		if status.Phase == phase {
			l.say.step("the case has moved on to %s by itself", phase)
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the case stays in %s; missing: %v", status.Phase, status.Gates)
		case <-tick.C:
		}
	}
}

func (l *local) scriptFile() string { return filepath.Join(l.dir, "demo.json") }

// readScript takes up a demonstration that is not finished, or begins one.
func (l *local) readScript() (*script, error) {
	var s script
	text, err := os.ReadFile(l.scriptFile())
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("read %s: %w: delete it to begin a new demonstration", l.scriptFile(), err)
	case !s.Finished:
		l.say.step("the demonstration goes on where it was")
		return &s, nil
	}
	now := strings.ReplaceAll(time.Now().UTC().Format("20060102-150405.000"), ".", "-")
	s = script{Trigger: "demo-open-" + now, Update: "demo-triage-" + now}
	return &s, l.writeScript(&s)
}

func (l *local) writeScript(s *script) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return write(l.scriptFile(), append(text, '\n'))
}
