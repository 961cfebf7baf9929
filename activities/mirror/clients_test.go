package mirror_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
	"hikeshi/activities/drive"
	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
	"hikeshi/activities/mask"
	"hikeshi/activities/mirror"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

// site is a mirror with the real clients before the vendors' fakes.
type site struct {
	slack *slacktest.Server
	jira  *jiratest.Server
	drive *drivetest.Server

	chat *slack.Client
	log  *jira.Client
	m    *mirror.Activities
	in   mirror.MirrorMessages

	attempts int
	jiraURL  string
}

var aoi, ben = fake.Cast()[0].ID, fake.Cast()[1].ID

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{}
	var slackURL, jiraURL, google string
	s.slack, slackURL = slacktest.Start(t, slacktest.Options{})
	s.jira, jiraURL = jiratest.Start(t, jiratest.Options{})
	s.drive, google = drivetest.Start(t, drivetest.Options{})
	s.jiraURL = jiraURL
	s.slack.LimitRates(false)
	s.jira.LimitRates(false)
	token := func(text string) func() (string, error) { return func() (string, error) { return text, nil } }
	var err error
	s.chat, err = slack.NewClient(slack.Config{Token: token(fake.SlackBotToken), APIURL: slackURL, NoRates: true})
	require.NoError(t, err)
	s.log, err = jira.NewClient(jira.Config{URL: jiraURL, User: fake.JiraUser, Token: token(fake.JiraToken), SearchLag: time.Nanosecond, NoRates: true})
	require.NoError(t, err)
	d, err := drive.NewClient(context.Background(), drive.Config{Endpoint: google, NoRates: true, SearchLag: time.Millisecond})
	require.NoError(t, err)
	secrets, err := mask.New([]string{"hunter2"})
	require.NoError(t, err)
	s.m = &mirror.Activities{Chat: s.chat, Log: s.log, Files: d, Mask: secrets, Escape: jira.Escape}

	var ticket jira.Ticket
	execute(t, (&jira.Activities{Client: s.log}).OpenTicket, jira.OpenTicket{
		Effect: activities.Effect{Key: "log", First: true, Since: time.Now()}, Project: "SEC", IssueType: "Incident", Summary: "Log"}, &ticket)
	var ids drive.FileIDs
	execute(t, (&drive.Activities{Client: d}).ReserveFileIDs, drive.ReserveFileIDs{Count: 10}, &ids)
	s.in = mirror.MirrorMessages{
		Effect: activities.Effect{Key: "case/SEC-1/mirror", First: true}, Series: "case/SEC-1/mirror", Log: ticket.ID, Logs: []string{ticket.ID}, Room: 1000,
		Evidence: drivetest.EvidenceFolder, FileIDs: ids.IDs, Kept: map[string]string{}, Links: "https://acme.slack.com/archives/",
		Channels: []mirror.Cursor{{Channel: slacktest.General, Name: "general"}, {Channel: slacktest.Ops, Name: "csirt-ops"}},
	}
	return s
}

// execute runs an activity that must succeed.
func execute(t testing.TB, act, in, out any) {
	t.Helper()
	require.NoError(t, try(act, in, out))
}

func try(act, in, out any) error {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	env.SetTestTimeout(time.Minute)
	env.RegisterActivity(act)
	value, err := env.ExecuteActivity(act, in)
	if err == nil {
		err = value.Get(out)
	}
	return err
}

// mirror calls until it succeeds, as Temporal does.
func (s *site) mirror(t testing.TB, hints ...mirror.Hint) (out mirror.Mirrored) {
	t.Helper()
	in := s.in
	in.Hints = hints
	for {
		s.attempts++
		err := try(s.m.MirrorMessages, in, &out)
		in.First = false
		if err == nil {
			break
		}
		require.False(t, activities.FaultOf(err).Class.Final(), "%v", err)
		require.Less(t, s.attempts, 10, "%v", err)
	}
	require.False(t, out.More)
	s.in.Seq, s.in.Channels, s.in.FileIDs = out.Seq, out.Channels, out.IDsLeft
	for id, kept := range out.Kept {
		s.in.Kept[id] = kept
	}
	return out
}

func (s *site) requireWhole(t testing.TB) {
	t.Helper()
	list, err := mirror.Compare(t.Context(), s.chat, s.log, s.in.Logs, []string{slacktest.General, slacktest.Ops})
	require.NoError(t, err)
	require.Empty(t, list)
	var bytes []string
	for _, f := range s.drive.Tree(drivetest.EvidenceFolder).Children {
		content, _ := s.drive.Content(f.ID)
		bytes = append(bytes, string(content))
	}
	require.ElementsMatch(t, []string{"", "notes"}, bytes)
}

// talkItOver lets people say all kinds of things, with the mirror running.
func (s *site) talkItOver(t testing.TB) {
	general, ops := slacktest.General, slacktest.Ops
	first := s.slack.Say(aoi, general, "Three people opened the attachment. One entered hunter2.", "")
	s.slack.Say(ben, general, "Who? <!channel> {code} [~root]", first)
	s.slack.Broadcast(aoi, general, "給与課の三名です。", first)
	offline := s.slack.Say(ben, general, "All ofline", first)
	link := s.slack.Say(ben, general, "see https://example.com/a", "")
	parent := s.slack.Say(ben, ops, "a parent that goes", "")
	left := s.slack.Say(aoi, ops, "its reply stays", parent)
	s.slack.Upload(aoi, ops, "", "../memo 1.txt", []byte("notes"))
	s.slack.Upload(aoi, general, first, "空.bin", nil)
	_, file := s.slack.Upload(aoi, ops, "", "gone.txt", []byte("gone"))
	s.slack.DeleteFile(aoi, file)
	s.slack.Say(aoi, ops, strings.Repeat("長い {code} ", 4000), "")
	for i := range 12 {
		s.slack.Say(aoi, ops, fmt.Sprintf("line %d", i), "")
	}
	s.mirror(t)

	s.slack.Edit(ben, general, offline, "All offline")
	s.slack.Unfurl(general, link)
	s.slack.Delete(ben, ops, parent)
	taken := s.slack.Say(ben, ops, "taken back", "")
	s.slack.Delete(ben, ops, taken)
	late := s.slack.Say(ben, general, "one more", first)
	s.slack.Say(aoi, ops, "and on", "")
	out := s.mirror(t,
		mirror.Hint{Channel: general, TS: offline, Thread: first}, mirror.Hint{Channel: general, TS: link}, mirror.Hint{Channel: ops, TS: parent, Deleted: true},
		mirror.Hint{Channel: ops, TS: taken, Deleted: true}, mirror.Hint{Channel: general, TS: late, Thread: first}, mirror.Hint{Channel: ops, TS: left, Thread: parent})
	require.Equal(t, mirror.Counts{Digests: out.Digests, Messages: 2, Edits: 1, Deletions: 1, Lost: 1}, out.Counts)
}

func TestWithTheRealClients(t *testing.T) {
	s := newSite(t)
	s.talkItOver(t)
	s.requireWhole(t)
	require.Equal(t, 2, s.attempts)
	for _, f := range s.drive.Tree(drivetest.EvidenceFolder).Children {
		require.Contains(t, []string{"_memo 1.txt", "空.bin"}, f.Name[strings.Index(f.Name, "-")+1:])
		require.False(t, s.drive.CanRead(f.File, fake.Cast()[4].Email), "somebody else can read %s", f.Name)
	}

	// Everybody goes on, and no bell rings.
	s.slack.Edit(aoi, slacktest.Ops, s.slack.Say(aoi, slacktest.Ops, "a", ""), "b")
	for _, m := range s.slack.Messages(slacktest.Ops)[3:9] {
		if m.User == aoi && m.Subtype == "" {
			s.slack.Delete(aoi, slacktest.Ops, m.TS)
		}
	}
	s.in.Sweep = true
	s.mirror(t)
	s.requireWhole(t)
	require.Zero(t, s.mirror(t).Counts)
}

// Every fault of every vendor, at every kind of call: everything is logged once, and each file is there once.
func TestFaultsOfTheVendors(t *testing.T) {
	clean := newSite(t)
	clean.talkItOver(t)
	for _, c := range []struct {
		control func(*site) *fake.Control
		match   string
	}{
		{func(s *site) *fake.Control { return s.slack.Control }, "conversations.history"},
		{func(s *site) *fake.Control { return s.slack.Control }, "conversations.replies"},
		{func(s *site) *fake.Control { return s.slack.Control }, "GET /files-pri"},
		{func(s *site) *fake.Control { return s.jira.Control }, "POST /rest/api/2/issue/" + clean.in.Log + "/comment"},
		{func(s *site) *fake.Control { return s.drive.Control }, "POST /upload/drive/v3/files"},
		{func(s *site) *fake.Control { return s.drive.Control }, "PUT /upload/drive/v3/files"},
	} {
		if c.control(clean).Count(c.match) == 0 {
			var names []string
			for _, call := range c.control(clean).Calls() {
				names = append(names, call.Name+" "+call.Method+" "+call.Path)
			}
			t.Errorf("nobody calls %s, but %s", c.match, strings.Join(names, "\n"))
			continue
		}
		for _, f := range []fake.Fault{
			{Mode: "before"}, {Mode: "after"}, {Mode: "drop"}, {Mode: "garbage"}, {Mode: "latency", LatencyMS: 50}, {Mode: "status", Status: 429, RetryAfter: 1}, {Mode: "status", Status: 500},
		} {
			t.Run(fmt.Sprintf("%s %s %d", c.match, f.Mode, f.Status), func(t *testing.T) {
				s := newSite(t)
				f.Match, f.Times = strings.Replace(c.match, clean.in.Log, s.in.Log, 1), 2
				if f.Status == 429 {
					f.Times = 1 // it is waited for
				}
				require.NoError(t, c.control(s).Inject(f))
				s.talkItOver(t)
				s.requireWhole(t)
				struck := 0
				for _, call := range c.control(s).Calls() {
					if call.Fault != "" {
						struck++
					}
				}
				if f.Mode != "latency" {
					require.Equal(t, f.Times, struck)
				}
			})
		}
	}
}
