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

// script is how far the demonstration is. Every id in it is made of the stamp, which is chosen before the first act and
// kept, so that a demonstration that was killed and is played again does nothing twice.
type script struct {
	Stamp    string            `json:"stamp"`
	Number   string            `json:"number,omitempty"`
	Said     map[string]string `json:"said,omitempty"`      // messages by what they are called here → Slack's name of them
	JiraBack bool              `json:"jira_back,omitempty"` // JIRA's outage is over
	Pressed  bool              `json:"pressed,omitempty"`   // the button of the stuck step
	Finished bool              `json:"finished,omitempty"`
}

// trigger is the id of the slash command, and with it of the case.
func (s *script) trigger() string { return "demo-open-" + s.Stamp }

// update is the id of a command to the case.
func (s *script) update(act string) string { return "demo-" + act + "-" + s.Stamp }

// demoPatience bounds every act of the demonstration. Where something was killed at the wrong moment, the archive gives
// JIRA's search its three minutes to show a ticket that was made twice.
const demoPatience = 5 * time.Minute

// demo plays a case through its whole life, through the doors that people use, and checks what came of it.
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
	p := &play{local: l, desk: desk, s: s}
	defer l.mendAll(ctx)
	for _, act := range p.acts() {
		if err := p.perform(ctx, act); err != nil {
			return fmt.Errorf("demonstration: %w", err)
		}
	}
	s.Finished = true
	if err := l.writeScript(s); err != nil {
		return err
	}
	l.say.step("the demonstration went as it should")
	return nil
}

// play is a demonstration under way.
type play struct {
	*local
	desk *cases.Cases
	s    *script
}

func (p *play) perform(ctx context.Context, act func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	return act(ctx)
}

// aoi and the others act at the command line of this machine, in the demonstration's words.
func by(name string) incident.By {
	p, _ := personNamed(name)
	return incident.By{Who: p.ID, Name: p.RealName, Door: incident.DoorCLI, Assurance: incident.TemporalPrincipal}
}

// send gives the case a command; act makes it the same command when it is given again.
func (p *play) send(ctx context.Context, act, update string, command any) (workflows.Answer, error) {
	answer, err := p.desk.Send(ctx, p.s.Number, update, command, p.s.update(act))
	if err != nil {
		return answer, fmt.Errorf("%s: %w", update, err)
	}
	p.say.step("    Hikeshi answers: %s", answer.Text)
	return answer, nil
}

// await waits until the condition holds for the case.
func (p *play) await(ctx context.Context, what string, holds func(workflows.Status) bool) (workflows.Status, error) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	var last workflows.Status
	for {
		_, status, err := p.desk.Wait(ctx, incident.RequestID(p.s.trigger()), cases.Settled)
		if err == nil && holds(*status) {
			return *status, nil
		}
		if status != nil {
			last = *status
		}
		select {
		case <-ctx.Done():
			return last, fmt.Errorf("%s: it does not come to it: the case is in %s, owes %v: %w", what, last.Phase, last.Debts, errors.Join(err, ctx.Err()))
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
	case !s.Finished && s.Stamp != "":
		if s.Said == nil {
			s.Said = map[string]string{}
		}
		l.say.step("the demonstration goes on where it was")
		return &s, nil
	}
	s = script{Stamp: strings.ReplaceAll(time.Now().UTC().Format("20060102-150405.000"), ".", "-"), Said: map[string]string{}}
	return &s, l.writeScript(&s)
}

func (l *local) writeScript(s *script) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return write(l.scriptFile(), append(text, '\n'))
}
