package jira_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

func (b *bundle) move(t *testing.T, done bool) (string, error) {
	t.Helper()
	var got jira.TicketMoved
	err := jiratest.Run(t, b.a, b.a.MoveTicket, jira.MoveTicket{Ticket: parent, Done: done}, &got)
	return got.Status, err
}

func TestMove(t *testing.T) {
	b := withParent(t, jiratest.Options{})
	for _, step := range []struct {
		done  bool
		want  string
		hops  int
		calls int
	}{
		{false, "To Do", 0, 1}, // it is being worked on, or will be
		{true, "Done", 2, 7},   // by way of In Progress
		{true, "Done", 0, 1},
		{false, "In Progress", 1, 4},
	} {
		calls, hops := len(b.Calls()), b.Count("POST /rest/api/2/issue/")
		got, err := b.move(t, step.done)
		calls, hops = len(b.Calls())-calls, b.Count("POST /rest/api/2/issue/")-hops
		if err != nil || got != step.want || hops != step.hops || calls != step.calls {
			t.Errorf("move(done: %v) = %q, %v by %d transitions in %d calls; want %+v", step.done, got, err, hops, calls, step)
		}
	}
}

// A ticket that is done without a resolution would count as open.
func TestMoveGivesAResolution(t *testing.T) {
	b := withParent(t, jiratest.Options{AskResolution: true})
	if got, err := b.move(t, true); err != nil || got != "Done" {
		t.Fatalf("move = %q, %v", got, err)
	}
	_, body := b.call(t, person(t, "aoi"), "GET", "issue/"+parent+"?fields=resolution", "")
	if !strings.Contains(body, `"name":"Done"`) { // not the first that is allowed, Won't Do
		t.Errorf("resolution: %s", body)
	}
}

func TestMoveAsksForAField(t *testing.T) {
	const field = "customfield_10042"
	b := withParent(t, jiratest.Options{AskField: field})
	_, err := b.move(t, true)
	if f := wantClass(t, err, activities.Invalid); !strings.Contains(f.Cause, "Business unit ("+field+")") || !strings.Contains(f.Hint, "by hand") {
		t.Errorf("fault = %+v; want the field named", f)
	}
	if status, body := b.call(t, person(t, "aoi"), "PUT", "issue/"+parent, `{"fields":{"`+field+`":"Payroll"}}`); status != 204 {
		t.Fatalf("edit: %d %s", status, body)
	}
	if got, err := b.move(t, true); err != nil || got != "Done" { // it has a value now
		t.Errorf("move = %q, %v", got, err)
	}
}

func TestMoveReadsAgainAfterAConflict(t *testing.T) {
	b := withParent(t, jiratest.Options{})
	b.inject(t, fake.Fault{Match: "POST /rest/api/2/issue/", Mode: "status", Status: 409, Times: 1})
	if got, err := b.move(t, true); err != nil || got != "Done" {
		t.Errorf("move = %q, %v", got, err)
	}
	b.inject(t, fake.Fault{Match: "POST /rest/api/2/issue/", Mode: "status", Status: 409})
	_, err := b.move(t, false)
	wantClass(t, err, activities.Unavailable)
}

func TestMoveRefusals(t *testing.T) {
	b := withParent(t, jiratest.Options{})
	err := jiratest.Run(t, b.a, b.a.MoveTicket, jira.MoveTicket{Ticket: "SEC-99", Done: true}, nil)
	wantClass(t, err, activities.NotFound)
	wantClass(t, jiratest.Run(t, b.a, b.a.MoveTicket, jira.MoveTicket{}, nil), activities.Invalid)
	b.inject(t, fake.Fault{Match: "POST /rest/api/2/issue/", Mode: "status", Status: 403})
	_, err = b.move(t, true)
	if f := wantClass(t, err, activities.Denied); !strings.Contains(f.Hint, "Transition Issues") {
		t.Errorf("fault = %+v", f)
	}
}

// workflow is a JIRA with one ticket in a workflow of its own.
type workflow struct {
	now   string
	ways  map[string][]string // status → statuses; a status's category is the word before the slash
	moves []string
}

func (s *workflow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := func(name string) map[string]any {
		category, _, _ := strings.Cut(name, "/")
		return map[string]any{"id": name, "name": name, "statusCategory": map[string]string{"key": category}}
	}
	switch {
	case r.Method == http.MethodPost:
		var in struct{ Transition struct{ ID string } }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.now = in.Transition.ID
		s.moves = append(s.moves, s.now)
		w.WriteHeader(http.StatusNoContent)
	case strings.HasSuffix(r.URL.Path, "/transitions"):
		list := []any{}
		for _, to := range s.ways[s.now] {
			list = append(list, map[string]any{"id": to, "name": to, "to": status(to), "fields": map[string]any{}})
		}
		fake.WriteJSON(w, map[string]any{"transitions": list})
	default:
		fake.WriteJSON(w, map[string]any{"id": "1", "key": parent, "fields": map[string]any{"status": status(s.now)}})
	}
}

func TestMoveThroughOtherWorkflows(t *testing.T) {
	for name, tt := range map[string]struct {
		from  string
		ways  map[string][]string
		done  bool
		moves string
		class activities.Class
		says  string
	}{
		"in one step": {"new/a", map[string][]string{"new/a": {"new/b", "indeterminate/c", "done/d", "done/e"}}, true, "done/d", "", ""},
		"by work":     {"new/a", map[string][]string{"new/a": {"new/b", "indeterminate/c"}, "indeterminate/c": {"new/a", "done/d"}}, true, "indeterminate/c done/d", "", ""},
		"four steps": {"new/a", map[string][]string{"new/a": {"new/b"}, "new/b": {"new/a", "indeterminate/c"}, "indeterminate/c": {"new/a", "indeterminate/d"},
			"indeterminate/d": {"indeterminate/c", "done/e"}}, true, "new/b indeterminate/c indeterminate/d done/e", "", ""},
		"five steps": {"new/a", map[string][]string{"new/a": {"new/b"}, "new/b": {"new/c"}, "new/c": {"new/d"}, "new/d": {"new/e"}, "new/e": {"done/f"}},
			true, "new/b new/c new/d new/e", activities.Unavailable, "after 4 transitions"},
		"in a circle":      {"new/a", map[string][]string{"new/a": {"new/b"}, "new/b": {"new/a"}}, true, "new/b", activities.Invalid, "can be reached from there are: new/a"},
		"no transition":    {"new/a", nil, true, "", activities.Denied, "Transition Issues"},
		"reopened to work": {"done/a", map[string][]string{"done/a": {"done/b", "new/c", "indeterminate/d"}}, false, "indeterminate/d", "", ""},
		"reopened to new":  {"done/a", map[string][]string{"done/a": {"done/b", "new/c"}}, false, "new/c", "", ""},
		"done to done":     {"done/a", map[string][]string{"done/a": {"done/b"}, "done/b": {"indeterminate/c"}}, false, "done/b indeterminate/c", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := &workflow{now: tt.from, ways: tt.ways}
			web := httptest.NewServer(s)
			defer web.Close()
			b := &bundle{a: adapter(t, web.URL, func(*jira.Config) {})}
			got, err := b.move(t, tt.done)
			if tt.class != "" {
				if wantClass(t, err, tt.class); !strings.Contains(err.Error(), tt.says) {
					t.Errorf("error = %v; want it to say %q", err, tt.says)
				}
			} else if err != nil || got != s.now {
				t.Errorf("move = %q, %v; want %q", got, err, s.now)
			}
			if moves := strings.Join(s.moves, " "); moves != tt.moves {
				t.Errorf("moves = %q, want %q", moves, tt.moves)
			}
		})
	}
}
