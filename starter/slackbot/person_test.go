package slackbot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// office is Slack as it knows people.
type office struct {
	*httptest.Server
	mu      sync.Mutex
	asked   map[string]int
	users   map[string]string   // id → further fields of users.info
	groups  map[string][]string // id → members
	silent  bool                // no answer comes in time
	failing bool
}

func newOffice(t *testing.T) (*office, *Gateway) {
	o := &office{asked: map[string]int{}, users: map[string]string{}, groups: map[string][]string{"S1": {}, "S2": {}}}
	ctx, cancel := context.WithCancel(t.Context())
	o.Server = httptest.NewServer(o)
	t.Cleanup(func() { cancel(); o.Close() })
	g := New(ctx, Options{Lang: "en", APIURL: o.URL, Groups: []string{"S1", "S2"}, KnowTime: time.Minute, Log: slog.New(slog.DiscardHandler),
		Token: func() (string, error) { return "xoxb-1", nil }})
	g.follows.Wait() // it knows whose it is: what a test changes now, nobody else reads meanwhile
	return o, g
}

func (o *office) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	user, group := r.FormValue("user"), r.FormValue("usergroup")
	o.asked[r.URL.Path+user+group]++
	if o.silent {
		o.mu.Unlock()
		<-r.Context().Done()
		o.mu.Lock()
		return
	}
	answer := `{"ok":false,"error":"internal_error"}`
	switch fields, members := o.users[user], o.groups[group]; {
	case o.failing:
	case user == "U0NOBODY":
		answer = `{"ok":false,"error":"user_not_found"}`
	case r.URL.Path == "/api/auth.test":
		answer = `{"ok":true,"team_id":"T0HOME","enterprise_id":"E0HOUSE"}`
	case r.URL.Path == "/api/users.info" && fields != "":
		answer = fmt.Sprintf(`{"ok":true,"user":{"id":%q,%s}}`, user, fields)
	case r.URL.Path == "/api/usergroups.users.list" && members != nil:
		answer = `{"ok":true,"users":[` + quoteAll(members) + `]}`
	}
	_, _ = io.WriteString(w, answer)
}

func quoteAll(ids []string) (list string) {
	for i, id := range ids {
		if i > 0 {
			list += ","
		}
		list += fmt.Sprintf("%q", id)
	}
	return list
}

func (o *office) count(call string) (n int) {
	o.set(func() { n = o.asked[call] })
	return n
}

func (o *office) set(change func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change()
}

func TestPerson(t *testing.T) {
	o, g := newOffice(t)
	o.users = map[string]string{
		"U1": `"name":"aoi","team_id":"T0HOME","locale":"ja-JP","tz":"Asia/Tokyo","profile":{"display_name":"葵"}`,
		"U2": `"name":"ben","team_id":"T0HOME","locale":"de-DE","is_restricted":true`,
		"U3": `"name":"cho","team_id":"T0HOME","is_restricted":true,"is_ultra_restricted":true`,
		"U4": `"name":"dan","team_id":"T0OTHER","locale":"en-US","is_stranger":true`,
		"U5": `"name":"eri","team_id":"T0OTHER","locale":"en-US"`,
		"U6": `"name":"fay","team_id":"T0SISTER","locale":"en-US","enterprise_user":{"id":"W6","enterprise_id":"E0HOUSE"}`,
	}
	o.groups["S2"] = []string{"U9", "U1"}
	for _, want := range []person{
		{ID: "U1", Name: "葵", Lang: "ja", TZ: "Asia/Tokyo", Known: true, Groups: []string{"S2"}, GroupsKnown: true},
		{ID: "U2", Name: "ben", Lang: "en", Known: true, Guest: true, GroupsKnown: true},
		{ID: "U3", Name: "cho", Lang: "en", Known: true, Guest: true, GroupsKnown: true},
		{ID: "U4", Name: "dan", Lang: "en", Known: true, External: true, GroupsKnown: true},
		{ID: "U5", Name: "eri", Lang: "en", Known: true, External: true, GroupsKnown: true},
		{ID: "U6", Name: "fay", Lang: "en", Known: true, GroupsKnown: true},
		{ID: "U0NOBODY", Lang: "en", Known: true, External: true, GroupsKnown: true},
		{ID: "U7", Lang: "en", GroupsKnown: true}, // of whom Slack says nothing
	} {
		for range 2 {
			if diff := cmp.Diff(want, g.person(t.Context(), want.ID)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		if n := o.count("/api/users.info" + want.ID); n != 1 {
			t.Errorf("%s was asked for %d times, want once", want.ID, n)
		}
	}
	if n := o.count("/api/usergroups.users.listS2"); n != 1 {
		t.Errorf("the group was asked for %d times, want once", n)
	}
}

// Whoever asks must not wait for a Slack that does not answer, and is not taken for somebody they may not be.
func TestPersonOfASilentSlack(t *testing.T) {
	o, g := newOffice(t)
	o.set(func() { o.silent = true })
	g.o.KnowTime = 0
	want := person{ID: "U1", Lang: "en"}
	began := time.Now()
	if diff := cmp.Diff(want, g.person(t.Context(), "U1")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if took := time.Since(began); took >= askTime {
		t.Errorf("it took %s, want about %s", took, knowTime)
	}
	g.o.Token = func() (string, error) { return "", errors.New("SLACK_BOT_TOKEN is missing") }
	if diff := cmp.Diff(want, g.person(t.Context(), "U1")); diff != "" {
		t.Errorf("without a token (-want +got):\n%s", diff)
	}
}

// The request says of which workspace somebody is. Whoever is of another one is not taken for one of us only because
// Slack is slow; one of a sister workspace is one of us as soon as Slack says so.
func TestSenderOfAnotherWorkspace(t *testing.T) {
	o, g := newOffice(t)
	o.users = map[string]string{"U5": `"name":"eri","team_id":"T0OTHER"`, "U6": `"name":"fay","team_id":"T0SISTER","enterprise_user":{"id":"W6","enterprise_id":"E0HOUSE"}`}
	for _, tt := range []struct {
		user, team      string
		known, external bool
	}{
		{"U1", "T0HOME", false, false}, {"U1", "", false, false}, {"U1", "T0OTHER", false, true}, {"U5", "T0OTHER", true, true}, {"U6", "T0SISTER", true, false},
	} {
		if p := g.sender(t.Context(), tt.user, tt.team); p.Known != tt.known || p.External != tt.external {
			t.Errorf("%s of %s: %+v", tt.user, tt.team, p)
		}
	}
}

// Slack's answers about a person count for ten minutes, those about a group for one, then what it says now; the last ones
// go on for a while if it says nothing.
func TestPersonChanges(t *testing.T) {
	o, g := newOffice(t)
	later := time.Duration(0)
	now := func() time.Time { return time.Now().Add(later) }
	g.people.persons.now, g.people.groups.now, g.people.home.now = now, now, now
	o.users["U1"], o.groups["S1"] = `"name":"aoi","team_id":"T0HOME","locale":"ja-JP"`, []string{"U1"}
	member := person{ID: "U1", Name: "aoi", Lang: "ja", Known: true, Groups: []string{"S1"}, GroupsKnown: true}
	guest := person{ID: "U1", Name: "aoi", Lang: "en", Known: true, Guest: true, GroupsKnown: true}
	expect := func(when string, want person) {
		t.Helper()
		if diff := cmp.Diff(want, g.person(t.Context(), "U1")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	expect("at first", member)
	o.set(func() {
		o.users["U1"], o.groups["S1"] = `"name":"aoi","team_id":"T0HOME","locale":"en-GB","is_restricted":true`, []string{}
	})
	later = freshGroup - time.Second
	expect("within a minute", member)
	later = freshGroup + time.Second
	member.Groups = nil
	expect("after a minute", member)
	later = freshTime - time.Second
	expect("within ten minutes", member)
	later = freshTime + time.Second
	expect("after ten minutes", guest)
	o.set(func() { o.failing = true })
	later = staleTime
	expect("while Slack fails", guest)
	later = freshTime + staleTime + 2*time.Second
	expect("when Slack has failed for long", person{ID: "U1", Name: "", Lang: "en"})
	o.set(func() { o.failing = false })
	expect("at once after a failure", person{ID: "U1", Lang: "en"})
	later += silentTime
	expect("a moment after a failure", guest)
	later += freshGroup + time.Second
	o.set(func() { o.silent = true })
	g.people.persons.wait, g.people.groups.wait, g.people.home.wait = briefly, briefly, briefly
	began := time.Now()
	expect("while Slack is silent", guest)
	if took := time.Since(began); took >= askTime {
		t.Errorf("it took %s, though the last answer counts", took)
	}
}
