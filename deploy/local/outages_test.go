package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/activities/pager"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

var outages = flag.Bool("outages", false, "every way in which a vendor can be silent, not one of each vendor")

// hour shortens an hour to seconds: a step is tried a few times, and then at the probe interval, as long as the vendor is
// down. What is shorter is the configuration; the code is the same. Nobody is called only because the machine is slow.
const hour = `timing:
  attempts: 2
  first_retry: 200ms
  longest_retry: 400ms
  escalation: %s
  intake_patience: 1s
  settle: 100ms
`

// TestOutages makes a vendor silent for an hour while five cases are each in another phase. Each of them goes on as far
// as it can, says what it owes, and when the vendor is back comes to its end by itself, with one of everything.
func TestOutages(t *testing.T) {
	for vendor, usual := range map[string]string{"slack": "drop", "jira": "before", "google": "before"} {
		t.Run(vendor, func(t *testing.T) {
			t.Parallel()
			modes, escalation := []string{usual}, "10m"
			if *outages {
				modes = []string{"before", "drop", "hang"}
			}
			if vendor == "slack" {
				escalation = "1m"
			}
			in := newInstall(t, t.TempDir(), func(o *options) {
				o.probe = time.Second
				o.rewrite = func(text string) string { return strings.Replace(text, "timing:\n", fmt.Sprintf(hour, escalation), 1) }
			})
			for _, mode := range modes {
				t.Run(mode, func(t *testing.T) { silence(t, in, vendor, mode) })
			}
		})
	}
}

func silence(t *testing.T, in *install, vendor, mode string) {
	at := map[string]*fake.Control{"slack": in.site.Slack.Control, "jira": in.site.Jira.Control, "google": in.site.Drive.Control}[vendor]
	var all []*lived
	for i, phase := range stages {
		all = append(all, &lived{install: in, request: trigger(), vendor: vendor, struck: i, name: phase.name})
	}
	each := func(what string, do func(*testing.T, *lived)) {
		t.Run(what, func(t *testing.T) { // returns when all of them are that far
			for _, l := range all {
				t.Run(l.name, func(t *testing.T) { t.Parallel(); do(t, l) })
			}
		})
	}
	each("before", func(t *testing.T, l *lived) {
		for _, phase := range stages[:l.struck] {
			phase.do(t, l)
			l.settled(t, phase.name, phase.reached)
		}
	})
	require.NoError(t, at.Inject(fake.Fault{Match: "*", Mode: mode}))
	each("silent", func(t *testing.T, l *lived) {
		stages[l.struck].do(t, l)
		l.settled(t, "it goes on as far as it can, and says what it owes", func(s workflows.Status) bool {
			return stages[l.struck].without(s, vendor) && l.owes(s)
		})
	})
	l := all[0]
	l.settled(t, "the hour is long: something is stuck, or the vendor's queue is held", func(s workflows.Status) bool {
		return slices.ContainsFunc(all, func(l *lived) bool {
			return slices.ContainsFunc(l.status(t).Steps, func(s workflows.StepStatus) bool { return s.State == workflows.StepStuck })
		})
	})
	at.ClearFaults()
	each("after", func(t *testing.T, l *lived) {
		l.settled(t, stages[l.struck].name, stages[l.struck].reached)
		for _, phase := range stages[l.struck+1:] {
			phase.do(t, l)
			l.settled(t, phase.name, phase.reached)
		}
		l.review(t)
	})
}

// lived is one case, and where in its life the vendor falls silent.
type lived struct {
	*install
	request, vendor, name string
	struck                int // index in stages
	workflow              string
}

// stage is a part of a case's life: what people do in it, how far the case comes while a vendor is silent, and how far
// without an outage.
type stage struct {
	name    string
	do      func(t *testing.T, l *lived)
	without func(s workflows.Status, vendor string) bool
	reached func(s workflows.Status) bool
}

const (
	livedTask   = "reset the password"
	livedUpdate = "one mailbox, nothing was sent from it"
)

var stages = []stage{{
	name: "open",
	do: func(t *testing.T, l *lived) {
		l.command(t, "aoi", "open an outage --severity 3 --invite @kenji", l.request)
	},
	without: func(s workflows.Status, vendor string) bool {
		ticket, files := s.Links.Ticket != "", s.Links.Folder != "" && s.Links.Sheet != ""
		together := s.Links.Channel != "" && len(s.Members) == 4
		switch vendor {
		case "slack":
			return ticket && files && strings.Contains(strings.Join(s.Notes, "\n"), "called by the pager")
		case "jira":
			return together && files && strings.HasPrefix(s.Number, "P-")
		}
		return together && ticket
	},
	reached: func(s workflows.Status) bool {
		return len(s.Debts) == 0 && s.Phase == incident.PhaseTriage && len(s.Members) == 4
	},
}, {
	name: "triage",
	do: func(t *testing.T, l *lived) {
		l.tell(t, workflows.TriageUpdate, workflows.TriageCommand{Severity: incident.Sev3, Commander: "@ben", Scope: "one mailbox", By: principal()})
		l.tell(t, workflows.TaskUpdate, workflows.TaskCommand{Title: livedTask, Owner: "@kenji", By: principal()})
	},
	without: func(s workflows.Status, _ string) bool { return s.Phase == incident.PhaseAnalysis && len(s.Tasks) == 1 },
	reached: func(s workflows.Status) bool { return len(s.Debts) == 0 && s.Phase == incident.PhaseAnalysis },
}, {
	name: "analysis",
	do: func(t *testing.T, l *lived) {
		l.tell(t, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", Lead: "@chie", By: principal()})
		l.tell(t, workflows.PublishUpdate, workflows.PublishCommand{Text: livedUpdate, By: principal()})
		l.tell(t, workflows.ContainUpdate, workflows.ContainCommand{State: incident.Contained, By: principal()})
		l.tell(t, workflows.TaskUpdate, workflows.TaskCommand{Task: "t1", Status: incident.TaskDone, By: principal()})
		if s := l.status(t); s.Links.Channel != "" {
			l.says(t, "aoi", s.Links.Channel, "", "we are looking into it")
		}
	},
	without: func(s workflows.Status, vendor string) bool {
		room := vendor == "slack" || analysisOf(s, "a1").Channel != ""
		return room && s.Containment == incident.Contained && s.LastUpdate != nil && len(s.Analyses) == 1
	},
	reached: func(s workflows.Status) bool {
		return len(s.Debts) == 0 && analysisOf(s, "a1").Channel != "" && s.Mirror.Messages > 0
	},
}, {
	name: "lessons",
	do: func(t *testing.T, l *lived) {
		l.tell(t, workflows.LessonUpdate, workflows.LessonCommand{Text: "no second factor", By: principal()})
		l.tell(t, workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Finding: "one sign-in", By: principal()})
		l.tell(t, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
	},
	without: func(s workflows.Status, _ string) bool { return s.Phase == incident.PhaseLessons },
	reached: func(s workflows.Status) bool { return len(s.Debts) == 0 && s.Phase == incident.PhaseLessons },
}, {
	name: "archive",
	do: func(t *testing.T, l *lived) {
		l.tell(t, workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "theme", By: principal()})
	},
	without: func(s workflows.Status, vendor string) bool {
		return s.Phase == incident.PhaseArchive || vendor == "jira" && s.Phase == incident.PhaseLessons // its theme has no ticket yet
	},
	reached: func(s workflows.Status) bool { return len(s.Debts) == 0 && s.Phase == incident.PhaseClosed },
}}

// tell gives the case a command under whichever number it has now.
func (l *lived) tell(t *testing.T, update string, command any) {
	t.Helper()
	l.send(t, l.status(t).Number, update, command)
}

// status asks the case itself, also while nobody could be brought together.
func (l *lived) status(t *testing.T) (s workflows.Status) {
	t.Helper()
	require.Eventually(t, func() bool {
		if l.workflow == "" {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			opened, _, _ := l.desk.Wait(ctx, incident.RequestID(l.request), cases.Linked) // the number is known before the end
			l.workflow = opened.WorkflowID
		}
		if l.workflow == "" {
			return false
		}
		answer, err := l.client.QueryWorkflow(t.Context(), l.workflow, "", workflows.StatusQuery)
		return err == nil && answer.Get(&s) == nil
	}, patient, 50*time.Millisecond, "the case answers")
	return s
}

// settled waits until the condition holds.
func (l *lived) settled(t *testing.T, what string, holds func(workflows.Status) bool) {
	t.Helper()
	var s workflows.Status
	defer func() {
		if t.Failed() {
			t.Logf("%s: phase %s, owes %v, notes %q", s.Number, s.Phase, s.Debts, s.Notes)
			for _, step := range s.Steps {
				if step.State != workflows.StepDone {
					t.Logf("  %s %s %s %s", step.ID, step.State, step.Class, step.Cause)
				}
			}
		}
	}()
	require.Eventually(t, func() bool { s = l.status(t); return holds(s) }, 3*patient, 250*time.Millisecond, "%s", what)
}

// owes reports whether the case says that it owes something because of the vendor.
func (l *lived) owes(s workflows.Status) bool {
	return slices.ContainsFunc(s.Debts, func(id string) bool {
		system := stepOf(s, id).System
		return system == l.vendor || system == "bulk" || l.vendor == "google" && (system == "drive" || system == "sheets") || system == "" // not begun
	})
}

// review looks at what the case has left outside: one of everything, whatever was tried again.
func (l *lived) review(t *testing.T) {
	t.Helper()
	s, w := l.status(t), l.world(t, l.request)
	require.NoError(t, w.exactlyOne())
	require.NoError(t, w.logHolds())
	require.Len(t, w.made("mirror-log"), 1)
	require.Len(t, w.made("lesson-l1-theme"), 1)
	require.Len(t, w.role("archive"), 1)
	require.Equal(t, "Done", w.made("open-ticket")[0].Status)
	require.Equal(t, s.Number, w.made("open-ticket")[0].Key)
	for _, room := range []string{"", "a1"} {
		require.Len(t, w.rooms(room), 1)
		require.Len(t, w.rooms(room)[0].Pins, 1)
		require.True(t, w.rooms(room)[0].Archived)
		require.True(t, strings.HasPrefix(w.rooms(room)[0].Name, strings.ToLower(s.Number)), w.rooms(room)[0].Name)
	}
	require.Equal(t, 2, notices(w, s.Links.Channel), "the card and the update")
	require.Equal(t, 1, notices(w, analysisOf(s, "a1").Channel), "the card")
	for _, role := range []string{"folder", "tasks"} {
		require.True(t, strings.HasPrefix(w.role(role)[0].Name, s.Number), w.role(role)[0].Name)
	}
	comments := 0
	for _, c := range w.Comments {
		if c.Issue == w.made("open-ticket")[0].ID && strings.Contains(c.Body, livedUpdate) {
			comments++
		}
	}
	require.Equal(t, 1, comments, "the update on the ticket")
	rows := 0
	for _, row := range l.site.Sheets.Grid(s.Links.Sheet, 101) {
		if slices.Contains(row, livedTask) {
			rows++
		}
	}
	require.Equal(t, 1, rows, "the task in the sheet")
	l.reviewPages(t)
}

// reviewPages looks whether people were called when they could not come together, and only then.
func (l *lived) reviewPages(t *testing.T) {
	t.Helper()
	calls := 0
	for _, p := range l.site.Pager.Pages() {
		if strings.HasPrefix(p.Key, incidentKey(l.request)) {
			calls += p.Deliveries
			require.Contains(t, []string{pager.ReasonSilent, pager.ReasonRefused}, p.Reason)
		}
	}
	want := 0
	if l.vendor == "slack" && l.name == "open" {
		want = 1
	}
	require.Equal(t, want, calls, "pages")
	assigned := l.world(t, l.request).made("open-ticket")[0].Assignee
	require.Equal(t, want == 1, assigned == "chie", fmt.Sprintf("assigned to %q", assigned))
}

func incidentKey(trigger string) string { return incident.RequestID(trigger) + "." }
