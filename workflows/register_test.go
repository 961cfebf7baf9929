package workflows_test

import (
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/activity"

	"hikeshi/activities/archive"
	"hikeshi/activities/drive"
	"hikeshi/activities/jira"
	"hikeshi/activities/mirror"
	"hikeshi/activities/ops"
	"hikeshi/activities/seal"
	"hikeshi/activities/sheets"
	"hikeshi/activities/slack"
	"hikeshi/workflows"
)

var update = flag.Bool("update", false, "write testdata instead of comparing with it")

// names collects what RegisterActivities would register, as the SDK names it: the bare names of the methods.
type names struct {
	queue string
	list  []string
}

func (n *names) RegisterActivityWithOptions(a any, _ activity.RegisterOptions) {
	for m := range reflect.TypeOf(a).NumMethod() {
		n.list = append(n.list, n.queue+" "+reflect.TypeOf(a).Method(m).Name)
	}
}

// The name of an activity is part of every history: a rename breaks running cases, so it must show in a diff.
func TestActivityTypes(t *testing.T) {
	var n names
	deps := workflows.Deps{Slack: &slack.Activities{}, Jira: &jira.Activities{}, Drive: &drive.Activities{}, Sheets: &sheets.Activities{},
		Mirror: &mirror.Activities{}, Archive: &archive.Activities{}, Seal: &seal.Activities{}, Ops: &ops.Activities{}}
	for _, n.queue = range workflows.Queues() {
		workflows.RegisterActivities(&n, n.queue, deps)
	}
	slices.Sort(n.list)
	got := strings.Join(n.list, "\n") + "\n"
	if *update {
		if err := os.WriteFile("testdata/activity_types.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/activity_types.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("activity types changed (-want +got). If no running case can know the old name, run go test ./workflows -run TestActivityTypes -update\n%s", diff)
	}
	bare := map[string]string{}
	for _, line := range n.list {
		queue, name, _ := strings.Cut(line, " ")
		if other, taken := bare[name]; taken {
			t.Errorf("activity %s is registered for both %s and %s: in the Web UI nobody could tell them apart", name, other, queue)
		}
		bare[name] = queue
	}
}
