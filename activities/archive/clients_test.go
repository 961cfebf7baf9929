package archive_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	drivesdk "google.golang.org/api/drive/v3"
	"google.golang.org/api/option"

	"hikeshi/activities"
	"hikeshi/activities/archive"
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

// site is everything an archive is made of, with the real clients before the vendors' fakes.
type site struct {
	slack  *slacktest.Server
	jira   *jiratest.Server
	drive  *drivetest.Server
	google string // address

	chat    *slack.Client
	tickets *jira.Activities
	files   *drive.Activities
	a       *archive.Activities

	log      jira.Ticket
	channels []archive.Channel
	ids      []string // of the archive's files
	m        *mirror.Activities
	seq      int               // of the last digest
	kept     map[string]string // files: Slack's id → Drive's
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{kept: map[string]string{}}
	var slackURL, jiraURL string
	s.slack, slackURL = slacktest.Start(t, slacktest.Options{})
	s.jira, jiraURL = jiratest.Start(t, jiratest.Options{})
	s.drive, s.google = drivetest.Start(t, drivetest.Options{})
	s.slack.LimitRates(false)
	s.jira.LimitRates(false)
	s.drive.Export = func(string, string) ([]byte, bool) { return []byte("PK a workbook"), true }

	var err error
	s.chat, err = slack.NewClient(slack.Config{Token: token(fake.SlackBotToken), APIURL: slackURL, NoRates: true})
	require.NoError(t, err)
	j, err := jira.NewClient(jira.Config{URL: jiraURL, User: fake.JiraUser, Token: token(fake.JiraToken), SearchLag: time.Nanosecond, NoRates: true})
	require.NoError(t, err)
	d, err := drive.NewClient(context.Background(), drive.Config{Endpoint: s.google, NoRates: true, SearchLag: time.Millisecond})
	require.NoError(t, err)
	s.tickets, s.files = &jira.Activities{Client: j}, &drive.Activities{Client: d}
	secrets, err := mask.New([]string{"hunter2"})
	require.NoError(t, err)
	s.a = &archive.Activities{Chat: s.chat, Tickets: j, Files: d, Mask: secrets, Lag: time.Nanosecond}
	s.m = &mirror.Activities{Chat: s.chat, Log: j, Files: d, Mask: secrets, Escape: jira.Escape}

	s.log, err = run[jira.Ticket](t, newWorld(), false, s.tickets.OpenTicket, jira.OpenTicket{
		Effect: activities.Effect{Key: "log", First: true, Since: time.Now()}, Project: "SEC", IssueType: "Incident", Summary: "Log",
	})
	require.NoError(t, err)
	s.channels = []archive.Channel{{ID: slacktest.General, Name: "general", Title: "the case"}, {ID: slacktest.Ops, Name: "csirt-ops", Title: "an analysis"}}
	s.ids = s.reserve(t, 5)
	return s
}

func token(text string) func() (string, error) { return func() (string, error) { return text, nil } }

func (s *site) reserve(t *testing.T, n int) []string {
	t.Helper()
	ids, err := run[drive.FileIDs](t, newWorld(), false, s.files.ReserveFileIDs, drive.ReserveFileIDs{Count: n})
	require.NoError(t, err)
	return ids.IDs
}

// talkItOver lets people say all kinds of things.
func (s *site) talkItOver(t *testing.T) {
	aoi, ben := fake.Cast()[0].ID, fake.Cast()[1].ID
	first := s.slack.Say(aoi, slacktest.General, "Three people opened the attachment. One entered hunter2.", "")
	s.slack.Say(ben, slacktest.General, "Who? <!channel> <script>alert(1)</script>", first)
	s.slack.Broadcast(aoi, slacktest.General, "給与課の三名です。", first)
	edited := s.slack.Say(ben, slacktest.General, "All ofline", first)
	s.slack.Edit(ben, slacktest.General, edited, "All offline")
	gone := s.slack.Say(ben, slacktest.General, "wrong channel", "")
	s.slack.Delete(ben, slacktest.General, gone)
	parent := s.slack.Say(ben, slacktest.Ops, "a parent that goes", "")
	s.slack.Say(aoi, slacktest.Ops, "its reply stays", parent)
	s.slack.Delete(ben, slacktest.Ops, parent)
	s.slack.Upload(aoi, slacktest.Ops, "", "../memo 1.txt", []byte("notes"))
	_, file := s.slack.Upload(aoi, slacktest.Ops, "", "gone.txt", []byte("gone"))
	s.slack.DeleteFile(aoi, file)
	for i := range 450 {
		s.slack.Say(aoi, slacktest.Ops, fmt.Sprintf("line %d", i), "")
	}
	s.slack.Say(aoi, slacktest.Ops, strings.Repeat("長い {code} ", 4000), "")
	passing := s.slack.Say(ben, slacktest.Ops, "logged, then deleted", "")
	s.mirror(t)
	s.slack.Delete(ben, slacktest.Ops, passing)
	s.slack.Rename(aoi, slacktest.Ops, "csirt-ops-renamed")
	s.mirror(t)
}

// mirror logs what was said, edited and deleted, and keeps files, as it does before an archive.
func (s *site) mirror(t *testing.T) {
	t.Helper()
	in := mirror.MirrorMessages{
		Effect: effect("mirror"), Series: "case/SEC-1/log", Log: s.log.ID, Logs: []string{s.log.ID}, Seq: s.seq, Room: 1000,
		Evidence: drivetest.EvidenceFolder, FileIDs: s.reserve(t, 5), Kept: maps.Clone(s.kept), Sweep: true,
	}
	for _, ch := range s.channels {
		in.Channels = append(in.Channels, mirror.Cursor{Channel: ch.ID, Name: ch.Name})
	}
	out, err := run[mirror.Mirrored](t, newWorld(), false, s.m.MirrorMessages, in)
	require.NoError(t, err)
	require.False(t, out.More)
	maps.Copy(s.kept, out.Kept)
	s.seq = out.Seq
}

func (s *site) file(i int, name string) archive.File {
	return archive.File{ID: s.ids[i], Name: name, Folder: drivetest.RestrictedFolder, Key: "case/SEC-1/" + name}
}

// persist runs an activity until it succeeds, as Temporal does. It returns how often that took.
func persist[Out any](t *testing.T, act, in any) (out Out, attempts int) {
	t.Helper()
	w := newWorld() // only for the heartbeat
	for attempts = 1; ; attempts++ {
		var err error
		if out, err = run[Out](t, w, true, act, in); err == nil {
			return out, attempts
		}
		require.False(t, activities.FaultOf(err).Class.Final(), "%v", err)
		require.Less(t, attempts, 10, "%v", err)
	}
}

func (s *site) make(t *testing.T) (m made) {
	t.Helper()
	logs := []string{s.log.ID}
	m.said, _ = persist[archive.Exported](t, s.a.ExportConversation, archive.ExportConversation{
		Effect: effect("c"), Number: "SEC-1", Title: "Mail", Channels: s.channels, Logs: logs,
		Messages: s.file(0, "messages.jsonl"), Transcript: s.file(1, "transcript.html"), Language: "ja",
	})
	ticket, _ := persist[archive.Artifact](t, s.a.ExportTickets, archive.ExportTickets{Effect: effect("t"), Tickets: logs, File: s.file(2, "ticket.json")})
	sheet, err := run[drive.Sheet](t, newWorld(), false, s.files.OpenSheet, drive.OpenSheet{Effect: activities.Effect{Key: "sheet", First: true, Since: since}, Name: "Tasks", Folder: drivetest.CasesFolder})
	require.NoError(t, err)
	tasks, _ := persist[archive.Artifact](t, s.a.ExportTasks, archive.ExportTasks{Effect: effect("x"), Sheet: sheet.ID, File: s.file(3, "tasks.xlsx")})
	m.artifacts = []archive.Artifact{m.said.Messages, m.said.Transcript, ticket, tasks}
	m.manifest, _ = persist[archive.Manifest](t, s.a.WriteManifest, archive.WriteManifest{
		Effect: effect("m"), Number: "SEC-1", Artifacts: m.artifacts, Counts: m.said.Counts, Logs: logs, File: s.file(4, "manifest.json"),
	})
	return m
}

func (s *site) verify(t *testing.T, m made) (archive.Verified, error) {
	t.Helper()
	return run[archive.Verified](t, newWorld(), false, s.a.VerifyArchive, archive.VerifyArchive{
		Channels: s.channels, Counts: m.said.Counts, Artifacts: append(m.artifacts, m.manifest.Artifact), Logs: []string{s.log.ID},
	})
}

func (s *site) audit(t *testing.T, m made) []string {
	t.Helper()
	content := func(id string) []byte { b, _ := s.drive.Content(id); return b }
	return audit(content(m.manifest.ID), content)
}

// replace writes another content into a file, as a person who may do so does it in a browser.
func (s *site) replace(t *testing.T, id string, content []byte) {
	t.Helper()
	person := fake.GoogleUserToken(fake.Cast()[0])
	d, err := drivesdk.NewService(t.Context(), option.WithHTTPClient(&http.Client{Transport: bearer(person)}), option.WithEndpoint(s.google+"/drive/v3/"))
	require.NoError(t, err)
	_, err = d.Files.Update(id, &drivesdk.File{}).SupportsAllDrives(true).Media(bytes.NewReader(content)).Do()
	require.NoError(t, err)
}

type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

func TestWithTheRealClients(t *testing.T) {
	s := newSite(t)
	s.talkItOver(t)
	m := s.make(t)
	require.Empty(t, s.audit(t, m))
	require.Equal(t, 1, m.manifest.Files)
	require.Equal(t, 1, m.manifest.NotKept)
	require.Equal(t, "csirt-ops-renamed", m.said.Counts[1].Name)
	require.Equal(t, 1, m.said.Counts[0].Masked)
	require.GreaterOrEqual(t, m.said.Counts[1].Deleted, 1)
	v, err := s.verify(t, m)
	require.NoError(t, err)
	require.Empty(t, v.Changed)
	require.Len(t, s.drive.Tree(drivetest.RestrictedFolder).Children, 5)
	for _, f := range s.drive.Tree(drivetest.RestrictedFolder).Children {
		require.False(t, s.drive.CanRead(f.File, fake.Cast()[4].Email), "somebody else can read %s", f.Name)
	}

	ben := fake.Cast()[1].ID
	late := s.slack.Say(ben, slacktest.General, "one more thing", "")
	s.mirror(t)
	v, err = s.verify(t, m)
	require.NoError(t, err)
	require.Equal(t, []string{slacktest.General}, v.Changed)
	m = s.make(t)
	require.Len(t, s.drive.Tree(drivetest.RestrictedFolder).Children, 5, "it made new files")
	s.slack.Edit(ben, slacktest.General, late, "nothing more")
	s.mirror(t)
	v, err = s.verify(t, m)
	require.NoError(t, err)
	require.Equal(t, []string{slacktest.General}, v.Changed)
	m = s.make(t)
	_, err = s.verify(t, m)
	require.NoError(t, err)
	require.Empty(t, s.audit(t, m))
}

func TestSomebodyChangesAFileInDrive(t *testing.T) {
	s := newSite(t)
	s.talkItOver(t)
	m := s.make(t)
	files := []string{m.artifacts[1].ID}
	for _, id := range s.kept {
		files = append(files, id)
	}
	require.Len(t, files, 2)
	for _, id := range files {
		before, _ := s.drive.Content(id)
		before = bytes.Clone(before)
		other := bytes.Clone(before)
		other[len(other)/2] ^= 1
		s.replace(t, id, other)
		_, err := s.verify(t, m)
		wantFault(t, err, activities.Invalid, "files that differ from what was kept: 1")
		require.NotEmpty(t, s.audit(t, m))
		s.replace(t, id, before)
		_, err = s.verify(t, m)
		require.NoError(t, err)
	}
	s.drive.Trash(files[1])
	_, err := s.verify(t, m)
	wantFault(t, err, activities.Invalid, "is in the trash")
}

// struck is how many calls a fault has met.
func struck(c *fake.Control) (n int) {
	for _, call := range c.Calls() {
		if call.Fault != "" {
			n++
		}
	}
	return n
}

// Every fault of every vendor, at every call, ends in the same archive: one file of each name, with the same bytes.
func TestFaultsOfTheVendors(t *testing.T) {
	s := newSite(t)
	s.talkItOver(t)
	want := s.make(t)
	for _, match := range []struct {
		control *fake.Control
		call    string
	}{
		{s.slack.Control, "conversations.history"}, {s.slack.Control, "conversations.replies"}, {s.slack.Control, "conversations.info"},
		{s.jira.Control, "GET /rest/api/2/issue"}, {s.drive.Control, "GET /drive/v3/files"},
		{s.drive.Control, "PATCH /upload/drive/v3/files"}, {s.drive.Control, "PUT /upload/drive/v3/files"},
	} {
		for _, f := range []fake.Fault{
			{Mode: "before"}, {Mode: "after"}, {Mode: "drop"}, {Mode: "garbage"}, {Mode: "status", Status: 429, RetryAfter: 1},
		} {
			t.Run(match.call+" "+f.Mode, func(t *testing.T) {
				f.Match, f.Times = match.call, 1
				before := struck(match.control)
				require.NoError(t, match.control.Inject(f))
				got := s.make(t)
				require.Equal(t, before+1, struck(match.control))
				require.Equal(t, want, got)
				require.Empty(t, s.audit(t, got))
				require.Len(t, s.drive.Tree(drivetest.RestrictedFolder).Children, 5)
				match.control.ClearFaults()
			})
		}
	}
}
