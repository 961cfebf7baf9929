package jira_test

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

func TestFirstTryIsOneCall(t *testing.T) {
	b := setup(t, jiratest.Options{})
	got, err := b.open(t, ask("req/1"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(b.Calls()); n != 1 {
		t.Errorf("a first try made %d calls, want 1: %+v", n, b.Calls())
	}
	i := b.Issues()[0]
	if i.Key != got.Key || string(i.Properties["hikeshi"]) != `{"key":"req/1"}` {
		t.Errorf("issue = %+v; want the key of the effect in its property", i)
	}
	if diff := cmp.Diff([]string{"case-req-1"}, i.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}

// A lost reply under search lag is the case that simple programs answer with two tickets.
func TestLostReplyUnderSearchLag(t *testing.T) {
	for _, mode := range []string{"after", "garbage"} {
		t.Run(mode, func(t *testing.T) {
			b := setup(t, jiratest.Options{SearchLag: time.Hour})
			b.a = adapter(t, b.url, func(cfg *jira.Config) { cfg.SearchLag = time.Hour })
			b.inject(t, fake.Fault{Match: "POST /rest/api/2/issue", Mode: mode, Times: 1})
			in := ask("req/1")
			_, err := b.open(t, in)
			wantClass(t, err, activities.Ambiguous)

			in.First = false
			got, err := b.open(t, in)
			if err != nil || !got.Adopted {
				t.Fatalf("second try = %+v, %v; want the first one's ticket", got, err)
			}
			if n := len(b.Issues()); n != 1 {
				t.Errorf("%d tickets, want 1", n)
			}
		})
	}
}

// wholeDate is what each reader can be shown in their own zone.
var wholeDate = regexp.MustCompile(`search is given until \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ to show it`)

func TestEmptyLookUpIsBelievedOnlyAfterTheLag(t *testing.T) {
	b := setup(t, jiratest.Options{})
	b.a = adapter(t, b.url, func(cfg *jira.Config) { cfg.SearchLag = 3 * time.Minute })
	in := ask("req/1")
	in.First = false
	_, err := b.open(t, in)
	f := wantClass(t, err, activities.Ambiguous)
	if f.After <= 0 || f.After > 20*time.Second || !wholeDate.MatchString(f.Cause) {
		t.Errorf("fault = %+v; want it to say when to come back", f)
	}
	if n := len(b.Issues()); n != 0 {
		t.Fatalf("%d tickets while search may hide one, want 0", n)
	}
	in.Since = time.Now().Add(-time.Hour)
	if got, err := b.open(t, in); err != nil || got.Adopted {
		t.Fatalf("after the lag = %+v, %v; want a new ticket", got, err)
	}
}

func TestLookUp(t *testing.T) {
	later := func(in jira.OpenTicket) jira.OpenTicket { in.First = false; return in }
	t.Run("goes on over gaps", func(t *testing.T) {
		b := setup(t, jiratest.Options{SearchLag: time.Hour})
		broken := ask("broken")
		broken.Fields = map[string]any{"nonsense": 1}
		for range 5 { // each uses up a number
			_, err := b.open(t, broken)
			wantClass(t, err, activities.Invalid)
		}
		first, err := b.open(t, ask("req/1"))
		if err != nil || first.Key != "SEC-6" {
			t.Fatalf("first = %+v, %v; want SEC-6", first, err)
		}
		if got, err := b.open(t, later(ask("req/1"))); err != nil || got.ID != first.ID {
			t.Fatalf("later try = %+v, %v; want %s", got, err, first.Key)
		}
	})
	t.Run("finds a moved ticket", func(t *testing.T) {
		b := setup(t, jiratest.Options{})
		first, err := b.open(t, ask("req/1"))
		if err != nil {
			t.Fatal(err)
		}
		moved, err := b.Move(first.Key, "DRILL")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := b.open(t, later(ask("req/1"))); err != nil || got.ID != first.ID || got.Key != moved {
			t.Fatalf("later try = %+v, %v; want %s", got, err, moved)
		}
	})
	t.Run("is not taken in by a copied label", func(t *testing.T) {
		b := setup(t, jiratest.Options{})
		clone := ask("somebody/else")
		clone.Labels = []string{"case-req-1"}
		if _, err := b.open(t, clone); err != nil {
			t.Fatal(err)
		}
		in := later(ask("req/1"))
		in.Since = time.Now().Add(-time.Hour)
		if got, err := b.open(t, in); err != nil || got.Adopted || len(b.Issues()) != 2 {
			t.Fatalf("later try = %+v, %v; want a ticket of its own", got, err)
		}
	})
}

// A second fault strikes the look-up: nothing may be created then, whatever it is.
func TestFaultWhileLooking(t *testing.T) {
	for _, call := range []string{"GET /rest/api/2/serverInfo", "GET /rest/api/2/search", "GET /rest/api/2/issue/"} {
		for _, f := range []fake.Fault{
			{Mode: "before"}, {Mode: "after"}, {Mode: "drop"}, {Mode: "garbage"}, {Mode: "status", Status: 429}, {Mode: "status", Status: 401},
		} {
			t.Run(call+" "+f.Mode, func(t *testing.T) {
				b := setup(t, jiratest.Options{SearchLag: time.Hour})
				b.inject(t, fake.Fault{Match: "POST /rest/api/2/issue", Mode: "after", Times: 1})
				in := ask("req/1")
				_, err := b.open(t, in)
				wantClass(t, err, activities.Ambiguous)
				in.First, f.Match, f.Times = false, call, 1
				b.inject(t, f)
				// net/http itself repeats a read whose connection died; every other fault must show.
				if _, err = b.open(t, in); err == nil && f.Mode != "after" && f.Mode != "drop" {
					t.Fatal("the fault was not noticed")
				}
				if got, err := b.open(t, in); err != nil || !got.Adopted || len(b.Issues()) != 1 {
					t.Fatalf("third try = %+v, %v with %d tickets; want the one there is", got, err, len(b.Issues()))
				}
			})
		}
	}
}

// In a busy project the walk gives up, and the search finds the ticket when it can.
func TestWalkIsBounded(t *testing.T) {
	b := setup(t, jiratest.Options{})
	b.LimitRates(false)
	for range 105 {
		body := `{"fields":{"project":{"key":"SEC"},"issuetype":{"name":"Task"},"summary":"noise"}}`
		if status, text := b.call(t, person(t, "aoi"), "POST", "issue", body); status != http.StatusCreated {
			t.Fatalf("create: %d %s", status, text)
		}
	}
	first, err := b.open(t, ask("req/1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Move(first.Key, "DRILL"); err != nil { // the search must not look in its first project only
		t.Fatal(err)
	}
	in := ask("req/1")
	in.First = false
	if got, err := b.open(t, in); err != nil || got.ID != first.ID {
		t.Fatalf("later try = %+v, %v; want %s", got, err, first.Key)
	}
	if n := b.Count("GET /rest/api/2/issue/"); n != 101 {
		t.Errorf("the look-up read %d issues; want 100 on the walk and the hit of the search", n)
	}
}

func TestOldestOfTwoWins(t *testing.T) {
	b := setup(t, jiratest.Options{})
	for range 2 { // as if two tries had overlapped
		if _, err := b.open(t, ask("req/1")); err != nil {
			t.Fatal(err)
		}
	}
	in := ask("req/1")
	in.First = false
	if got, err := b.open(t, in); err != nil || got.Key != "SEC-1" {
		t.Fatalf("later try = %+v, %v; want the oldest", got, err)
	}
}

func TestSecurityLevelIsSetAtBirth(t *testing.T) {
	b := setup(t, jiratest.Options{})
	in := ask("req/1")
	in.SecurityLevel = "Acme"
	got, err := b.open(t, in)
	if err != nil {
		t.Fatal(err)
	}
	if b.Count("PUT /") != 0 || b.Issues()[0].LevelName() != "Acme" {
		t.Errorf("issue = %+v; want the level set by the create call", b.Issues()[0])
	}
	if _, ok := b.IssueAs(person(t, "kenji"), got.Key); !ok {
		t.Error("a reader of Acme does not see the ticket")
	}
	b.seesNothing(t, person(t, "lena"), got.Key)

	in.Key = "req/2"
	before := b.Count("GET /rest/api/2/project/SEC/securitylevel")
	if _, err := b.open(t, in); err != nil || b.Count("GET /rest/api/2/project/SEC/securitylevel") != before {
		t.Errorf("second ticket: %v; want the level's id from the cache", err)
	}
}

func (b *bundle) seesNothing(t *testing.T, reader fake.Person, key string) {
	t.Helper()
	if _, ok := b.IssueAs(reader, key); ok {
		t.Errorf("%s sees %s", reader.Name, key)
	}
	if status, body := b.call(t, reader, "GET", "issue/"+key, ""); status != http.StatusNotFound || !strings.Contains(body, "do not have permission to see it") {
		t.Errorf("%s reads %s: %d %s; want JIRA's 404", reader.Name, key, status, body)
	}
	if _, body := b.call(t, reader, "GET", "search/jql?fields=summary&jql=project=SEC", ""); strings.Contains(body, key) {
		t.Errorf("%s finds %s: %s", reader.Name, key, body)
	}
}

func TestRefusals(t *testing.T) {
	with := func(f func(*jira.OpenTicket)) jira.OpenTicket {
		in := ask("req/1")
		f(&in)
		return in
	}
	for name, tt := range map[string]struct {
		in    jira.OpenTicket
		class activities.Class
		says  string
	}{
		"unknown level":   {with(func(in *jira.OpenTicket) { in.SecurityLevel = "Secret" }), activities.Invalid, `"Secret"`},
		"unknown project": {with(func(in *jira.OpenTicket) { in.Project = "NOPE" }), activities.NotFound, "check the project name"},
		"required field":  {with(func(in *jira.OpenTicket) { in.Project = "STRICT" }), activities.Invalid, "set jira.fields in the configuration: customfield_10042"},
		"locked project":  {with(func(in *jira.OpenTicket) { in.Project = "LOCKED" }), activities.Denied, "Create Issues in project LOCKED"},
		"unknown type":    {with(func(in *jira.OpenTicket) { in.IssueType = "Poem" }), activities.Invalid, "check the issue type"},
		"level by field":  {with(func(in *jira.OpenTicket) { in.Fields = map[string]any{"security": nil} }), activities.Invalid, "not free to set"},
		"long text":       {with(func(in *jira.OpenTicket) { in.Description = strings.Repeat("x", 32768) }), activities.Invalid, "32,767"},
		"no key":          {with(func(in *jira.OpenTicket) { in.Key = "" }), activities.Invalid, "no key"},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, jiratest.Options{})
			_, err := b.open(t, tt.in)
			wantClass(t, err, tt.class)
			if !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error = %v; want it to say %q", err, tt.says)
			}
			if n := len(b.Issues()); n != 0 {
				t.Errorf("%d tickets were created", n)
			}
		})
	}
}

func TestRequiredFieldFromConfiguration(t *testing.T) {
	b := setup(t, jiratest.Options{})
	in := ask("req/1")
	in.Project, in.Fields = "STRICT", map[string]any{"customfield_10042": "Payroll"}
	in.Summary = strings.Repeat("長い題\n", 200)
	if _, err := b.open(t, in); err != nil {
		t.Fatal(err)
	}
	if s := b.Issues()[0].Summary; len([]rune(s)) != 255 || !strings.HasSuffix(s, "…") {
		t.Errorf("summary = %q; want it cut to JIRA's limit", s)
	}
}

func TestTokenTrouble(t *testing.T) {
	b := setup(t, jiratest.Options{})
	for name, tok := range map[string]func() (string, error){
		"wrong":      token("a-wrong-secret"),
		"empty":      token(""),
		"unreadable": func() (string, error) { return "", errors.New("open token file: permission denied") },
	} {
		b.a = adapter(t, b.url, func(cfg *jira.Config) { cfg.Token = tok })
		_, err := b.open(t, ask("req/1"))
		wantClass(t, err, activities.Credentials)
		if strings.Contains(err.Error(), "a-wrong-secret") || !strings.Contains(err.Error(), "JIRA_TOKEN") {
			t.Errorf("%s: error = %v; want it to name the setting and not the token", name, err)
		}
	}
}
