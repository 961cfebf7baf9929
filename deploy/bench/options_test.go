package main

import (
	"bytes"
	"testing"
	"time"
)

func TestWrongUsage(t *testing.T) {
	for _, args := range [][]string{
		nil, {"close"}, {"open", "-n", "0"}, {"open", "-n", "201"}, {"open", "-concurrency", "16"}, {"open", "-rate", "0"},
		{"open", "-baseline", "16"}, {"open", "-slow", "-1"}, {"open", "rest"}, {"gateway", "-transport", "pigeon"}, {"gateway", "-rate", "0"}, {"gateway", "-for", "1h"}, {"gateway", "-channels", "0"}, {"gateway", "rest"}, {"gateway", "-than", "no/such/starter"}, {"mirror", "-n", "0"}, {"mirror", "rest"}, {"open", "-ready", "{}", "-limits=false"},
	} {
		var stderr bytes.Buffer
		if status := run(t.Context(), args, &stderr, &stderr); status != 2 || stderr.Len() == 0 {
			t.Errorf("bench %q: status %d, said %q, want 2 and a word about it", args, status, &stderr)
		}
	}
}

// Load belongs on this machine only.
func TestRefusesOtherMachines(t *testing.T) {
	var stderr bytes.Buffer
	ready := `{"temporal":"127.0.0.1:7233","slack":"https://slack.com/api/","jira":"http://127.0.0.1:8092","google":"http://127.0.0.1:8093"}`
	if status := run(t.Context(), []string{"open", "-ready", ready}, &stderr, &stderr); status != 1 || !bytes.Contains(stderr.Bytes(), []byte("slack.com")) {
		t.Errorf("status %d, said %q, want 1 and the address that is refused", status, &stderr)
	}
}

func TestCriticalPath(t *testing.T) {
	o, err := parse([]string{"open"}, &bytes.Buffer{})
	if got := o.latencies.criticalPath(); err != nil || got != 700*time.Millisecond {
		t.Errorf("critical path = %s, %v, want 700ms", got, err)
	}
}
