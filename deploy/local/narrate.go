package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// narrator tells a person what happens, each line with the seconds since the start.
type narrator struct {
	w     io.Writer
	began time.Time
}

func newNarrator(w io.Writer) *narrator { return &narrator{w, time.Now()} }

func (n *narrator) step(format string, args ...any) {
	fmt.Fprintf(n.w, "%5.1fs  %s\n", time.Since(n.began).Seconds(), fmt.Sprintf(format, args...))
}

// sayReady prints the one line that programs wait for.
func (l *local) sayReady(stdout io.Writer) error {
	line, err := json.Marshal(map[string]string{
		"temporal": l.stack.Address, "namespace": l.stack.Namespace, "ui": l.stack.UIURL, "sandbox": l.at.Pages, "slack": l.at.Slack,
		"jira": l.at.Jira, "google": l.at.Google, "pager": l.at.Pager, "gateway": l.gatewayURL(), "config": l.config,
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "ready %s\n", line)
	return err
}

// invite tells a person at a terminal what to try.
func (l *local) invite() {
	fmt.Fprintf(l.say.w, `
  Look:    %s (Slack, JIRA, Drive and Sheets, as anybody of the cast sees them)
           %s (Temporal: every case, every step)
  Open:    curl -s %scommand -d '{"user":"aoi","channel":"general","command":"/case","text":"open sev2 suspicious mail at payroll"}'
  or:      HIKESHI_CONFIG=%s go run ./starter open suspicious mail at payroll
  List:    HIKESHI_CONFIG=%s go run ./starter list
  Break:   kill it halfway with kill -9 and start it again: the case goes on.
  End:     Ctrl-C

`, l.at.Pages, l.stack.UIURL, control(l.at.Slack), l.config, l.config)
}
