package main

import (
	"strings"
	"testing"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// What belongs to a case is no other's; it is named to those who may know of it.
func TestWhatIsACasesIsNotTakenOver(t *testing.T) {
	s, getenv := newTemporal(t, "viewer: {slack_user: U0STRANGER}\n")
	s.status = &workflows.Status{} // lists know the case
	for _, tt := range []struct {
		audience   incident.Audience
		args, want string
	}{
		{"group", "--ticket SEC-12", "the ticket SEC-12 belongs to case SEC-12 already"},
		{"group", "--ticket https://jira.example/browse/SEC-12", "the ticket SEC-12 belongs to case SEC-12 already"},
		{"group", "--ticket OPS-1", "is in project OPS, but such a case is numbered in SEC"},
		{"group", "--channel C0SEC12CH", "the channel C0SEC12CH belongs to case SEC-12 already"},
		{"restricted", "--ticket SEC-12", "the ticket SEC-12 cannot be taken over: it is not there"},
		{"restricted", "--channel <#C0SEC12CH|sec-12>", "the channel C0SEC12CH cannot be taken over: it is not there"},
	} {
		s.audience = tt.audience
		args := append([]string{"open", "mail", "--consent"}, strings.Fields(tt.args)...)
		status, _, stderr := line(t, getenv, args...)
		if status != refused || !strings.Contains(stderr, tt.want) || !strings.Contains(stderr, "Nothing was opened") {
			t.Errorf("%s: status %d, %q; want %q", tt.args, status, stderr, tt.want)
		}
	}
}
