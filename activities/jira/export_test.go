package jira_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

func TestExport(t *testing.T) {
	b := withParent(t, jiratest.Options{})
	b.link(t)
	if err := jiratest.Run(t, b.a, b.a.LinkTicket, jira.LinkTicket{Ticket: parent, Links: []jira.Link{{GlobalID: "drive", Title: "Folder", URL: "https://drive.example/1"}}}, nil); err != nil {
		t.Fatal(err)
	}
	want := []string{"said before", "digest 1", "Contained."}
	b.say(t, parent, want[0])
	b.digests(t, 1)
	var out bytes.Buffer
	if err := b.a.Client.ExportTicket(t.Context(), parent, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, bodies(t, out.Bytes())); diff != "" {
		t.Errorf("comments (-want +got):\n%s", diff)
	}
	var e struct {
		Issue struct {
			Fields      map[string]any
			Properties  map[string]any
			Names       map[string]string
			Remotelinks []struct{ GlobalID string }
		}
		Comments []struct{ Properties []any }
	}
	if err := json.Unmarshal(out.Bytes(), &e); err != nil {
		t.Fatal(err)
	}
	_, comments := e.Issue.Fields["comment"]
	if links, _ := e.Issue.Fields["issuelinks"].([]any); len(links) != 1 || comments || e.Issue.Names["summary"] != "Summary" || e.Issue.Properties["hikeshi"] == nil {
		t.Errorf("issue = %+v; want its links, the names of its fields and its properties, and the comments at their own place", e.Issue)
	}
	if len(e.Issue.Remotelinks) != 1 || e.Issue.Remotelinks[0].GlobalID != "drive" || len(e.Comments[1].Properties) != 1 {
		t.Errorf("export = %s; want its web links, and the entries of the digest", out.String())
	}
}

func TestExportWithoutComments(t *testing.T) {
	b := withParent(t, jiratest.Options{})
	var out bytes.Buffer
	if err := b.a.Client.ExportTicket(t.Context(), parent, &out); err != nil || !strings.HasSuffix(out.String(), "\"comments\":[\n]}\n") {
		t.Errorf("export = %s, %v", out.String(), err)
	}
}

// changing is a writer under which the ticket's comments change while they are exported.
type changing struct {
	text   bytes.Buffer // not embedded: its WriteString would be called
	after  int          // bytes
	change func()
}

func (c *changing) Write(p []byte) (int, error) {
	n, err := c.text.Write(p)
	if c.change != nil && c.text.Len() > c.after {
		c.change()
		c.change = nil
	}
	return n, err
}

// Whatever is deleted or added while the pages are read, what stays is exported once and in order.
func TestExportOfATicketThatChanges(t *testing.T) {
	for deleted := range 5 {
		b := withParent(t, jiratest.Options{})
		b.LimitRates(false)
		var keep []string
		for n := range 320 {
			text := fmt.Sprintf("comment %d", n)
			b.say(t, parent, text)
			if n >= deleted*70 {
				keep = append(keep, text)
			}
		}
		out := &changing{after: 3000, change: func() { // while the first page is written
			for _, c := range b.Comments(parent)[:deleted*70] {
				b.forget(t, c.ID)
			}
			b.say(t, parent, "added")
		}}
		if err := b.a.Client.ExportTicket(t.Context(), parent, out); err != nil {
			t.Fatal(err)
		}
		got := bodies(t, out.text.Bytes())
		kept := slices.DeleteFunc(slices.Clone(got), func(text string) bool { return !slices.Contains(keep, text) && text != "added" })
		if diff := cmp.Diff(append(keep, "added"), kept); diff != "" {
			t.Errorf("%d deleted: what stays (-want +got):\n%s", deleted*70, diff)
		}
		if slices.Sort(got); len(slices.Compact(got)) != len(got) {
			t.Errorf("%d deleted: comments were doubled", deleted*70)
		}
	}
}

// forget deletes a comment as a person.
func (b *bundle) forget(t *testing.T, id int) {
	t.Helper()
	if status, body := b.call(t, person(t, "aoi"), "DELETE", fmt.Sprintf("issue/%s/comment/%d", parent, id), ""); status != 204 {
		t.Fatalf("delete: %d %s", status, body)
	}
}

// Digests are read while comments come and go as well, from the other end.
func TestDigestsOfATicketThatChanges(t *testing.T) {
	for name, d := range map[string]deed{"Cloud": {}, "Data Center": {options: jiratest.Options{HideProperties: true}, dataCenter: true}} {
		t.Run(name, func(t *testing.T) {
			b := d.rig(t, nil).bundle
			want := b.digests(t, 250)
			var got []int
			changed := false
			err := b.a.Client.Digests(t.Context(), parent, func(d ledger.Digest) (bool, error) {
				got = append(got, d.Seq)
				if !changed {
					changed = true
					b.say(t, parent, "added")
					all := b.Comments(parent)
					for _, c := range all[len(all)-130:] {
						if !strings.HasPrefix(c.Body, "digest") {
							b.forget(t, c.ID)
						}
					}
				}
				return true, nil
			})
			if err != nil || len(got) != len(want) || !slices.IsSortedFunc(got, func(a, b int) int { return b - a }) {
				t.Errorf("digests = %v, %v; want 250 to 1, each once", got, err)
			}
		})
	}
}

type brokenWriter struct{ error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.error }

func TestExportErrors(t *testing.T) {
	b := withParent(t, jiratest.Options{})
	b.say(t, parent, "x")
	full := errors.New("disk full")
	if err := b.a.Client.ExportTicket(t.Context(), parent, brokenWriter{full}); !errors.Is(err, full) {
		t.Errorf("error = %v, want the writer's own", err)
	}
	wantClass(t, b.a.Client.ExportTicket(t.Context(), "SEC-99", &bytes.Buffer{}), activities.NotFound)
	wantClass(t, b.a.Client.ExportTicket(t.Context(), "", &bytes.Buffer{}), activities.Invalid)
	for _, match := range []string{"GET /rest/api/2/issue/SEC-1/comment", "GET /rest/api/2/issue/SEC-1/remotelink"} {
		b.inject(t, fake.Fault{Match: match, Mode: "status", Status: 503, RetryAfter: 3, Times: 1})
		if f := wantClass(t, b.a.Client.ExportTicket(t.Context(), parent, &bytes.Buffer{}), activities.Unavailable); f.After == 0 {
			t.Errorf("fault = %+v; want JIRA's wait", f)
		}
	}
}
