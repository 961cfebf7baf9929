package jira_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

func askComment(key string) jira.CommentTicket {
	return jira.CommentTicket{Effect: activities.Effect{Key: key, First: true, Since: time.Now()}, Ticket: parent, Body: "Contained."}
}

func (b *bundle) comment(t *testing.T, in jira.CommentTicket) (got jira.Comment, err error) {
	t.Helper()
	err = jiratest.Run(t, b.a, b.a.CommentTicket, in, &got)
	return got, err
}

func TestFirstCommentIsOneCall(t *testing.T) {
	b := withParent(t, jiratest.Options{})
	before := len(b.Calls())
	if _, err := b.comment(t, askComment("case/1/update-1")); err != nil {
		t.Fatal(err)
	}
	if n := len(b.Calls()) - before; n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
	if c := b.Comments(parent)[0]; c.Visibility != nil || len(c.Properties) != 1 {
		t.Errorf("comment = %+v; want it open to readers, with its key", c)
	}
}

// The comment is found behind many newer ones, and the look-up ends at the time of the request.
func TestCommentLookUpGoesBackToTheRequest(t *testing.T) {
	for name, o := range map[string]jiratest.Options{"expand": {}, "no expand": {HideProperties: true}} {
		t.Run(name, func(t *testing.T) {
			b := withParent(t, o)
			b.LimitRates(false)
			in := askComment("case/1/update-1")
			first, err := b.comment(t, in)
			if err != nil {
				t.Fatal(err)
			}
			for n := range 120 {
				b.say(t, parent, fmt.Sprintf("newer %d", n))
			}
			in.First = false
			if again, err := b.comment(t, in); err != nil || again.ID != first.ID || !again.Adopted {
				t.Errorf("later try = %+v, %v; want %s", again, err, first.ID)
			}
			before := b.Count("GET /rest/api/2/issue/" + parent + "/comment")
			in.Key, in.Since = "case/1/update-2", time.Now().Add(time.Hour)
			if other, err := b.comment(t, in); err != nil || other.Adopted {
				t.Errorf("another comment = %+v, %v; want a new one", other, err)
			}
			if n := b.Count("GET /rest/api/2/issue/"+parent+"/comment") - before; n != 1 {
				t.Errorf("%d pages were read for a request that is newer than all comments, want 1", n)
			}
		})
	}
}

func TestCommentRefusals(t *testing.T) {
	with := func(f func(*jira.CommentTicket)) jira.CommentTicket {
		in := askComment("case/1/update-1")
		f(&in)
		return in
	}
	for name, tt := range map[string]struct {
		in    jira.CommentTicket
		class activities.Class
		says  string
	}{
		"empty":        {with(func(in *jira.CommentTicket) { in.Body = " \n" }), activities.Invalid, "empty"},
		"too long":     {with(func(in *jira.CommentTicket) { in.Body = strings.Repeat("😀", 16384) }), activities.Invalid, "32768 characters"},
		"no key":       {with(func(in *jira.CommentTicket) { in.Key = "" }), activities.Invalid, "no key"},
		"no ticket":    {with(func(in *jira.CommentTicket) { in.Ticket = "" }), activities.Invalid, "no ticket"},
		"not there":    {with(func(in *jira.CommentTicket) { in.Ticket = "SEC-99" }), activities.NotFound, "deleted"},
		"later, gone":  {with(func(in *jira.CommentTicket) { in.Ticket, in.First = "SEC-99", false }), activities.NotFound, "deleted"},
		"just in size": {with(func(in *jira.CommentTicket) { in.Body = strings.Repeat("x", 32767) }), "", ""},
	} {
		b := withParent(t, jiratest.Options{})
		_, err := b.comment(t, tt.in)
		if tt.class == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		wantClass(t, err, tt.class)
		if !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "Contained") || len(b.Comments(parent)) != 0 {
			t.Errorf("%s: error = %v; want it to say %q, and no comment", name, err, tt.says)
		}
	}
}

func TestFullTicket(t *testing.T) {
	b := withParent(t, jiratest.Options{MaxComments: 1})
	if _, err := b.comment(t, askComment("case/1/update-1")); err != nil {
		t.Fatal(err)
	}
	_, err := b.comment(t, askComment("case/1/update-2"))
	if f := wantClass(t, err, activities.Invalid); !strings.Contains(f.Hint, "5,000 comments") {
		t.Errorf("fault = %+v", f)
	}
	err = b.a.Client.WriteDigest(t.Context(), parent, ledger.Digest{Key: "d", Seq: 1, Body: "x"})
	if f := wantClass(t, err, activities.Invalid); !strings.Contains(f.Hint, "5,000 comments") {
		t.Errorf("fault = %+v", f)
	}
}

// digests writes digests 1 to n to the ticket and tells them apart from what else stands there.
func (b *bundle) digests(t *testing.T, n int) (want []ledger.Digest) {
	t.Helper()
	b.LimitRates(false)
	for i := 1; i <= n; i++ {
		d := ledger.Digest{
			Key: fmt.Sprintf("case/1/mirror.%d", i), Seq: i, Body: fmt.Sprintf("digest %d", i),
			Entries: []ledger.Entry{{Kind: ledger.Said, Channel: "C1", TS: fmt.Sprintf("%d.000100", i), Sum: "0123456789abcdef"}},
		}
		if err := b.a.Client.WriteDigest(t.Context(), parent, d); err != nil {
			t.Fatal(err)
		}
		want = append([]ledger.Digest{d}, want...)
		if i%3 == 0 {
			b.say(t, parent, "a person's remark")
		}
	}
	if _, err := b.comment(t, askComment("case/1/update-1")); err != nil {
		t.Fatal(err)
	}
	return want
}

func (b *bundle) readDigests(t *testing.T, most int) (got []ledger.Digest) {
	t.Helper()
	err := b.a.Client.Digests(t.Context(), parent, func(d ledger.Digest) (bool, error) {
		got = append(got, d)
		return len(got) < most, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestDigests(t *testing.T) {
	hidden := jiratest.Options{HideProperties: true}
	for name, tt := range map[string]struct {
		deed
		asked int // comments whose property is read one by one: our own, or none
	}{
		"Cloud": {deed{}, 0}, "Cloud, no expand": {deed{options: hidden}, 181}, "Data Center": {deed{options: hidden, dataCenter: true}, 181},
	} {
		t.Run(name, func(t *testing.T) {
			b := tt.rig(t, nil).bundle
			if got := b.readDigests(t, 10); len(got) != 0 {
				t.Errorf("an empty ticket has digests: %+v", got)
			}
			want := b.digests(t, 180) // on three pages, with the remarks
			if diff := cmp.Diff(want, b.readDigests(t, 1000)); diff != "" {
				t.Errorf("digests (-want +got):\n%s", diff)
			}
			if n := b.Count("GET /rest/api/2/comment/"); n != tt.asked {
				t.Errorf("%d comments were asked for their property, want %d", n, tt.asked)
			}
			if n := b.Count("GET /rest/api/2/myself"); n != min(tt.asked, 1) {
				t.Errorf("JIRA was asked %d times who we are, want %d", n, min(tt.asked, 1))
			}
			before := b.Count("GET /rest/api/2/issue/" + parent + "/comment")
			if got := b.readDigests(t, 1); len(got) != 1 || got[0].Seq != 180 {
				t.Errorf("newest = %+v, want 180", got)
			}
			if n := b.Count("GET /rest/api/2/issue/"+parent+"/comment") - before; n > 2 {
				t.Errorf("%d pages were read for the newest digest", n)
			}
		})
	}
}

func TestDigestsPassOnWhatTheReaderSays(t *testing.T) {
	b := withParent(t, jiratest.Options{})
	b.digests(t, 2)
	stop := errors.New("stop")
	if err := b.a.Client.Digests(t.Context(), parent, func(ledger.Digest) (bool, error) { return true, stop }); !errors.Is(err, stop) {
		t.Errorf("error = %v, want the reader's own", err)
	}
	wantClass(t, b.a.Client.Digests(t.Context(), "SEC-99", nil), activities.NotFound)
	wantClass(t, b.a.Client.Digests(t.Context(), "", nil), activities.Invalid)
	b.inject(t, fake.Fault{Match: "GET /rest/api/2/issue/", Mode: "garbage", Times: 1})
	wantClass(t, b.a.Client.Digests(t.Context(), parent, nil), activities.Unavailable)
}

func TestDigestRefusals(t *testing.T) {
	b := withParent(t, jiratest.Options{})
	many := make([]ledger.Entry, 1000)
	for i := range many {
		many[i] = ledger.Entry{Kind: ledger.Said, Channel: "C0123456789", TS: "1700000000.000100"}
	}
	for name, tt := range map[string]struct {
		d    ledger.Digest
		says string
	}{
		"no key":        {ledger.Digest{Seq: 1, Body: "x"}, "no key"},
		"no number":     {ledger.Digest{Key: "d", Body: "x"}, "no number"},
		"nothing to it": {ledger.Digest{Key: "d", Seq: 1}, "empty"},
		"long text":     {ledger.Digest{Key: "d", Seq: 1, Body: strings.Repeat("x", 32768)}, "JIRA takes 32767"},
		"many entries":  {ledger.Digest{Key: "d", Seq: 1, Body: "x", Entries: many}, "a property of JIRA holds 32000"},
	} {
		err := b.a.Client.WriteDigest(t.Context(), parent, tt.d)
		if wantClass(t, err, activities.Invalid); !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: error = %v; want it to say %q", name, err, tt.says)
		}
	}
	if n := b.Count("POST /rest/api/2/issue/"); n != 0 {
		t.Errorf("%d calls were made", n)
	}
}
