package main

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/converter"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

var breakerCases = flag.Int("breaker.cases", 12, "how many cases work while a token is revoked")

// atWork is how many cases are opened, or told something, at a time.
const atWork = 8

// A token is revoked while many cases work: the operators get one notice, no step gets stuck, and with a good token in
// its file everything goes on, within the vendor's rate.
func TestATokenIsRevoked(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		vendor, file, check string
		secret              func(*install) *fake.Secret
		token               string
	}{
		{"slack", "slack-bot-token", "auth.test", func(in *install) *fake.Secret { return in.site.Slack.Bot }, "xoxb-sandbox-second"},
		{"jira", "jira-token", "GET /rest/api/2/myself", func(in *install) *fake.Secret { return in.site.Jira.Token }, "sandbox-jira-second"},
	} {
		t.Run(v.vendor, func(t *testing.T) {
			dir := t.TempDir()
			opened := openMany(t, dir, *breakerCases)
			in := newInstall(t, dir, func(o *options) { o.noLimits = false })
			half := len(opened) / 2
			in.work(t, opened[:half])
			v.secret(in).Issue("")
			in.work(t, opened[half:])
			in.eventually(t, "the vendor is held", func() bool { return in.held(t, v.vendor).Phase == workflows.BreakerHeld })
			in.eventually(t, "work is owed", func() bool { return slices.ContainsFunc(opened, in.owes(t)) })
			asked := in.asked(v.vendor, v.check)
			in.eventually(t, "it is asked again", func() bool { return in.asked(v.vendor, v.check) >= asked+2 })
			notices := 1
			if v.vendor == "slack" {
				notices = 0 // nobody can be told there
			}
			in.eventually(t, "the operators know", func() bool { return len(in.notices()) == notices })

			began := time.Now()
			require.NoError(t, write(filepath.Join(in.dir, "secrets", v.file), []byte(v.token+"\n")))
			v.secret(in).Issue(v.token)
			in.eventually(t, "the vendor is released", func() bool { return !in.held(t, v.vendor).Standing() })
			released := time.Since(began)
			in.eventually(t, "nothing is owed", func() bool { return !slices.ContainsFunc(opened, in.owes(t)) })
			in.eventually(t, "the operators know", func() bool { n := in.notices(); return len(n) == 1 && strings.Contains(n[0], "can be used again") })
			require.Zero(t, in.tooFast(), "calls beyond the vendors' rates")
			all, err := in.observe(t.Context())
			require.NoError(t, err)
			for _, o := range opened {
				require.False(t, in.everStuck(t, o.s.WorkflowID), "%s was stuck", o.s.Number)
				require.NoError(t, all.of(o.request).exactlyOne(), o.s.Number)
			}
			in.recordBreaker(t, v.vendor, "token-"+v.vendor)
			t.Logf("%d cases: released %s after the good token, all done %s after it; %d calls at Slack, %d at JIRA",
				len(opened), released.Round(time.Second/10), time.Since(began).Round(time.Second/10), len(in.site.Slack.Calls()), len(in.site.Jira.Calls()))
		})
	}
}

// opened is a case that was opened before.
type opened struct {
	request string
	s       workflows.Status
}

// openMany opens cases on the directory, without any rates, and stops again.
func openMany(t *testing.T, dir string, n int) []opened {
	t.Helper()
	in, err := startInstall(dir, nil)
	require.NoError(t, err)
	list := make([]opened, n)
	each(list, func(i int) {
		list[i].request = trigger()
		in.command(t, "aoi", fmt.Sprintf("open sev3 case %d", i), list[i].request)
		list[i].s = in.far(t, list[i].request, cases.Linked)
	})
	require.NoError(t, in.close())
	return list
}

// each does something for each of them, several at a time.
func each(list []opened, do func(i int)) {
	var all sync.WaitGroup
	free := make(chan struct{}, atWork)
	for i := range list {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			do(i)
		})
	}
	all.Wait()
}

// work gives each case something to do at all vendors.
func (in *install) work(t *testing.T, list []opened) {
	each(list, func(i int) {
		number := list[i].s.Number
		in.send(t, number, workflows.TriageUpdate, workflows.TriageCommand{Severity: incident.Sev2, Scope: "one laptop", By: principal()})
		in.send(t, number, workflows.TaskUpdate, workflows.TaskCommand{Title: "look at it", By: principal()})
		in.send(t, number, workflows.PublishUpdate, workflows.PublishCommand{Text: "we are looking", By: principal()})
	})
}

// eventually waits as long as so many cases may take.
func (in *install) eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, crowded(*breakerCases), 200*time.Millisecond, what)
}

// crowded is how long a test waits while so many cases work.
func crowded(n int) time.Duration { return patient + time.Duration(n)*6*time.Second }

// far waits until the case is that far.
func (in *install) far(t *testing.T, request string, until cases.Until) workflows.Status {
	t.Helper()
	s, err := in.follow(t.Context(), request, until, crowded(*breakerCases))
	require.NoError(t, err, "%s", in.told(s))
	return *s
}

// held is what the breaker of a vendor says.
func (in *install) held(t *testing.T, vendor string) workflows.HeldVendor {
	t.Helper()
	list, err := in.desk.Held(t.Context())
	require.NoError(t, err)
	for _, h := range list {
		if h.Vendor == vendor {
			return h
		}
	}
	return workflows.HeldVendor{}
}

// owes reports whether a case has something left to do.
func (in *install) owes(t *testing.T) func(opened) bool {
	return func(o opened) bool {
		s := in.far(t, o.request, cases.Settled)
		return len(s.Debts) > 0
	}
}

func (in *install) control(vendor string) *fake.Control {
	if vendor == "slack" {
		return in.site.Slack.Control
	}
	return in.site.Jira.Control
}

func (in *install) asked(vendor, check string) int { return in.control(vendor).Count(check) }

// notices are what the operators read now.
func (in *install) notices() (texts []string) {
	for _, m := range in.site.Slack.Messages(slacktest.Ops) {
		if m.BotID != "" {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// tooFast counts the calls that a vendor refused because there were too many.
func (in *install) tooFast() (n int) {
	for _, c := range slices.Concat(in.site.Slack.Calls(), in.site.Jira.Calls(), in.site.Drive.Calls()) {
		if c.Status == 429 {
			n++
		}
	}
	return n
}

// everStuck reports whether a step of the workflow, in its present run, was ever stuck: its search attributes said so.
func (in *install) everStuck(t *testing.T, workflowID string) bool {
	t.Helper()
	events := in.client.GetWorkflowHistory(t.Context(), workflowID, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		require.NoError(t, err)
		p := e.GetUpsertWorkflowSearchAttributesEventAttributes().GetSearchAttributes().GetIndexedFields()[workflows.CaseStatus]
		var status string
		if p != nil && converter.GetDefaultDataConverter().FromPayload(p, &status) == nil && status == string(incident.Stuck) {
			return true
		}
	}
	return false
}
