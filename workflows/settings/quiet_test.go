package settings_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

const withoutSlack = "jira: {project: SEC}\naudiences: {group: {folder: fld}}\n"

func TestQuietHours(t *testing.T) {
	for text, want := range map[string]*workflows.QuietHours{
		"":            nil,
		"22:00-07:00": {From: 22 * 60, To: 7 * 60},
		"0:30-6:05":   {From: 30, To: 6*60 + 5},
	} {
		p, err := load(t, withoutSlack+"slack: {quiet_hours: '"+text+"'}\n").Place(incident.Request{})
		if diff := cmp.Diff(want, p.Quiet); diff != "" || err != nil {
			t.Errorf("%q: %v %s", text, err, diff)
		}
	}
	for _, text := range []string{"22:00", "22:00-", "22-7", "25:00-07:00", "07:00-07:00", "22:00 - 07:00", "22:00-07:00 JST", "10pm-7am"} {
		_, err := settings.Load(write(t, "hikeshi.yaml", withoutSlack+"slack: {quiet_hours: '"+text+"'}\n"), environ())
		if err == nil || !strings.Contains(err.Error(), "such as 22:00-07:00") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
