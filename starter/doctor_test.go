package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"hikeshi/starter/cases"
	"hikeshi/starter/doctor"
)

func TestDoctorOfABadConfiguration(t *testing.T) {
	getenv := func(name string) string { return map[string]string{"HIKESHI_CONFIG": "/nowhere/hikeshi.yaml"}[name] }
	var out, errs bytes.Buffer
	if status := run(t.Context(), []string{"doctor", "-o", "json"}, getenv, &out, &errs); status != failed {
		t.Errorf("status %d, want %d", status, failed)
	}
	var got examined
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Mend != 1 || got.Error == nil || got.Findings[0].State != doctor.Mend {
		t.Errorf("%v in %s", err, out.String())
	}
	out.Reset()
	if status := run(t.Context(), []string{"doctor"}, getenv, &out, &errs); status != failed || !strings.Contains(out.String(), "0 ok, 0 warnings, 1 to mend, 0 not checked") ||
		!strings.Contains(errs.String(), "must be mended") {
		t.Errorf("status %d: %s%s", status, out.String(), errs.String())
	}
	if status := run(t.Context(), []string{"doctor", "slack"}, getenv, &out, &errs); status != usage {
		t.Errorf("with a word: status %d", status)
	}
}

// One is not several, and who has closed all cases is told where they are.
func TestListsSayWhatIsNotShown(t *testing.T) {
	for want, filter := range map[string]cases.Filter{
		"no open cases; --all shows closed ones too": {}, "no cases": {All: true}, "no such cases": {Stuck: true},
	} {
		var out bytes.Buffer
		(&page{&out}).heads(nil, filter)
		if out.String() != want+"\n" {
			t.Errorf("%+v: %q", filter, out.String())
		}
	}
	if got := amount(0, "seal") + ", " + amount(1, "seal") + ", " + amount(2, "seal"); got != "0 seals, 1 seal, 2 seals" {
		t.Error(got)
	}
}

func TestWarningsAreNoFailure(t *testing.T) {
	var out, errs bytes.Buffer
	c := &cli{stdout: &out, stderr: &errs, output: "text"}
	err := c.tell(doctor.Report{Findings: []doctor.Finding{
		{Area: "slack", Check: "scopes", State: doctor.Warning, Found: "too many", Do: "take them away"}, {Area: "jira", Check: "token", State: doctor.OK, Found: "we are x"},
	}})
	want := "slack\n  warning  scopes: too many\n           → take them away\njira\n  ok  token: we are x\n1 ok, 1 warning, 0 to mend, 0 not checked\n"
	if err != nil || out.String() != want {
		t.Errorf("%v\n%s\nwant\n%s", err, out.String(), want)
	}
}
