package main

import (
	"errors"
	"fmt"
	"testing"

	"hikeshi/starter/cases"
	"hikeshi/workflows/incident"
)

func TestExitStatus(t *testing.T) {
	for _, tt := range []struct {
		err    error
		code   string
		status int
	}{
		{incident.Refuse(incident.Usage, "", "x"), "usage", 2},
		{incident.Refuse(incident.NotFound, "", "x"), "not_found", 3},
		{incident.Refuse(incident.Rule, "", "x"), "rule", 4},
		{fmt.Errorf("open: %w", incident.Refuse(incident.Rule, "", "x")), "rule", 4},
		{&cases.Error{Code: cases.UnknownOutcome}, "unknown_outcome", 5},
		{&cases.Error{Code: cases.NotReady}, "not_ready", 1},
		{&cases.Error{Code: cases.Busy}, "busy", 1},
		{errors.New("x"), "internal", 1},
	} {
		if f := failureOf(tt.err); f.status != tt.status || f.Code != tt.code {
			t.Errorf("%v: %s with status %d, want %s with %d", tt.err, f.Code, f.status, tt.code, tt.status)
		}
	}
}

func TestUnknownOutcomeNamesTheRequest(t *testing.T) {
	c := &cli{requestID: "r1"}
	if f := failureOf(c.withRequestID(&cases.Error{Code: cases.UnknownOutcome, Hint: "Ask again"})); f.Hint != "Ask again (--request-id r1)" || f.status != unknown {
		t.Errorf("hint %q with status %d", f.Hint, f.status)
	}
}
