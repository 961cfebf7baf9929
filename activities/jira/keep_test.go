package jira_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

func TestStatusBlock(t *testing.T) {
	b := setup(t, jiratest.Options{})
	in := ask("req/1")
	in.Description = "Payroll got mails.\nSee h1."
	ticket, err := b.open(t, in)
	if err != nil {
		t.Fatal(err)
	}
	aoi := person(t, "aoi")
	if status, body := b.call(t, aoi, "POST", "issue/"+ticket.Key+"/watchers", `"aoi"`); status != 204 {
		t.Fatalf("watch: %d %s", status, body)
	}
	write := func(block string) {
		t.Helper()
		if err := jiratest.Run(t, b.a, b.a.WriteStatusBlock, jira.WriteStatusBlock{Ticket: ticket.Key, Block: block}, nil); err != nil {
			t.Fatal(err)
		}
	}
	write("Phase: triage")
	write("Phase: triage")
	if n := b.Count("PUT /rest/api/2/issue"); n != 1 {
		t.Errorf("%d edits for one change", n)
	}
	write("Phase: analysis")
	text := b.Issues()[0].Description
	if !strings.HasPrefix(text, in.Description+"\n") || strings.Contains(text, "triage") || !strings.Contains(text, "\nPhase: analysis\n") {
		t.Errorf("description:\n%s", text)
	}
	if mails := b.Mails(); len(mails) != 0 {
		t.Errorf("mails = %+v; want none for a status", mails)
	}
	if status, body := b.call(t, person(t, "ben"), "PUT", "issue/"+ticket.Key, `{"fields":{"summary":"Phishing"}}`); status != 204 {
		t.Fatalf("edit: %d %s", status, body)
	}
	if n := b.MailsTo("aoi"); n != 1 {
		t.Errorf("%d mails to a watcher after a person's edit, want 1", n)
	}
}

func TestStatusBlockTooLong(t *testing.T) {
	b := setup(t, jiratest.Options{})
	in := ask("req/1")
	in.Description = strings.Repeat("x", 32740)
	ticket, err := b.open(t, in)
	if err != nil {
		t.Fatal(err)
	}
	err = jiratest.Run(t, b.a, b.a.WriteStatusBlock, jira.WriteStatusBlock{Ticket: ticket.Key, Block: "Phase: triage"}, nil)
	wantClass(t, err, activities.Invalid)
	if b.Issues()[0].Description != in.Description {
		t.Error("the description was changed")
	}
}

func TestStatusBlockWithoutPermissionIsNotRepeatedWithMails(t *testing.T) {
	b := setup(t, jiratest.Options{})
	ticket, err := b.open(t, ask("req/1"))
	if err != nil {
		t.Fatal(err)
	}
	b.inject(t, fake.Fault{Match: "PUT /rest/api/2/issue", Mode: "status", Status: 403})
	err = jiratest.Run(t, b.a, b.a.WriteStatusBlock, jira.WriteStatusBlock{Ticket: ticket.Key, Block: "Phase: triage"}, nil)
	if f := wantClass(t, err, activities.Denied); !strings.Contains(f.Hint, "Administer Projects") || b.Count("PUT /rest/api/2/issue") != 1 {
		t.Errorf("fault = %+v", f)
	}
}

// Each fault strikes the write of a status block; the next try leaves one block, and mails nobody.
func TestStatusBlockAfterAFault(t *testing.T) {
	for mode, class := range map[string]activities.Class{
		"before": activities.Ambiguous, "after": activities.Ambiguous, "drop": activities.Ambiguous, "garbage": activities.Ambiguous,
	} {
		t.Run(mode, func(t *testing.T) {
			b := setup(t, jiratest.Options{})
			ticket, err := b.open(t, ask("req/1"))
			if err != nil {
				t.Fatal(err)
			}
			in := jira.WriteStatusBlock{Ticket: ticket.ID, Block: "Phase: triage"}
			b.inject(t, fake.Fault{Match: "PUT /rest/api/2/issue", Mode: mode, Times: 1})
			wantClass(t, jiratest.Run(t, b.a, b.a.WriteStatusBlock, in, nil), class)
			if err := jiratest.Run(t, b.a, b.a.WriteStatusBlock, in, nil); err != nil {
				t.Fatal(err)
			}
			if want := jira.EmbedBlock("", "Phase: triage"); b.Issues()[0].Description != want || len(b.Mails()) != 0 {
				t.Errorf("description:\n%s\nmails: %v", b.Issues()[0].Description, b.Mails())
			}
		})
	}
}

func TestNoTicketIsNamed(t *testing.T) {
	b := setup(t, jiratest.Options{})
	wantClass(t, jiratest.Run(t, b.a, b.a.WriteStatusBlock, jira.WriteStatusBlock{Block: "x"}, nil), activities.Invalid)
	wantClass(t, jiratest.Run(t, b.a, b.a.LinkTicket, jira.LinkTicket{}, nil), activities.Invalid)
	if n := len(b.Calls()); n != 0 {
		t.Errorf("%d calls were made", n)
	}
}

func TestEmbedBlock(t *testing.T) {
	block := jira.EmbedBlock("", "one")
	lines := strings.Split(block, "\n")
	begin, end := lines[0], lines[len(lines)-1]
	for name, tt := range map[string]struct{ before, want string }{
		"empty":                {"", begin + "\none\n" + end},
		"appended":             {"text\n", "text\n\n" + begin + "\none\n" + end},
		"replaced":             {"a\r\n" + begin + "\r\nold\r\n" + end + "\r\nb", "a\n" + begin + "\none\n" + end + "\nb"},
		"a copy goes":          {block + "\nx\n" + block, begin + "\none\n" + end + "\nx"},
		"end lost, text stays": {"a\n" + begin + "\nmine", "a\nmine\n\n" + begin + "\none\n" + end},
		"begin lost":           {"mine\n" + end + "\nb", "mine\nb\n\n" + begin + "\none\n" + end},
		"begin twice":          {begin + "\nmine\n" + block, "mine\n" + begin + "\none\n" + end},
	} {
		if diff := cmp.Diff(tt.want, jira.EmbedBlock(tt.before, "one")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := jira.EmbedBlock("", "one\n"+end+"\ntwo"); strings.Count(got, end) != 1 {
		t.Errorf("a marker in the block ends it early:\n%s", got)
	}
}

func TestLinks(t *testing.T) {
	b := setup(t, jiratest.Options{})
	ticket, err := b.open(t, ask("req/1"))
	if err != nil {
		t.Fatal(err)
	}
	link := func(title string) error {
		return jiratest.Run(t, b.a, b.a.LinkTicket, jira.LinkTicket{Ticket: ticket.Key, Links: []jira.Link{
			{GlobalID: "slack", Title: title, URL: "https://slack.example/1"}, {GlobalID: "drive", Title: "Folder", URL: "https://drive.example/1"},
		}}, nil)
	}
	b.inject(t, fake.Fault{Match: "POST /rest/api/2/issue/", Mode: "after", Times: 1})
	wantClass(t, link("Slack"), activities.Ambiguous)
	if err := link("Slack channel"); err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, l := range b.RemoteLinks(ticket.Key) {
		titles = append(titles, l.Title)
	}
	if diff := cmp.Diff([]string{"Slack channel", "Folder"}, titles); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	err = jiratest.Run(t, b.a, b.a.LinkTicket, jira.LinkTicket{Ticket: ticket.Key, Links: []jira.Link{{Title: "x", URL: "https://x.example"}}}, nil)
	wantClass(t, err, activities.Invalid)
	err = jiratest.Run(t, b.a, b.a.LinkTicket, jira.LinkTicket{Ticket: "SEC-999", Links: []jira.Link{{GlobalID: "a", Title: "x", URL: "https://x.example"}}}, nil)
	wantClass(t, err, activities.NotFound)
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, 日本語":           "plain text, 日本語",
		"[~kenji] look":             `\[\~kenji\] look`,
		"!http://x/y.png!":          `\!http://x/y.png\!`,
		"{code}x{code}":             `\{code\}x\{code\}`,
		"h1. big":                   `\h1. big`,
		"  bq. said":                `  \bq. said`,
		"----":                      `\-\-\-\-`,
		"a\r\n* b":                  "a\n\\* b",
		`\\`:                        `\\\\`,
		"||head|":                   `\|\|head\|`,
		"[text|javascript:alert()]": `\[text\|javascript:alert()\]`,
	} {
		if got := jira.Escape(in); got != want {
			t.Errorf("Escape(%q) = %q, want %q", in, got, want)
		}
	}
}
