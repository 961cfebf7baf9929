package archive_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
	"hikeshi/activities/archive"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// world is everything an archive is made of, in memory.
type world struct {
	*trap
	chat     *chat
	store    *store
	tickets  *tickets
	channels []archive.Channel
	logs     []string
	beat     json.RawMessage // what the last attempt left
}

// stars masks what looks like a secret in these tests.
type stars struct{}

func (stars) Mask(text string) (string, int) {
	return strings.ReplaceAll(text, "hunter2", "[masked: password]"), strings.Count(text, "hunter2")
}

func newWorld() *world {
	t := &trap{err: activities.Fault{Class: activities.Unavailable, System: "test", Op: "go on", Cause: "struck"}.Error()}
	return &world{
		trap: t, logs: []string{"log1"},
		chat:    &chat{trap: t, rooms: map[string]*room{}, size: 3},
		store:   &store{trap: t, files: map[string]*stored{}, sessions: map[string]*session{}, chunk: 512, book: []byte("PK a workbook")},
		tickets: &tickets{trap: t, logs: map[string][]ledger.Digest{}, tickets: map[string]any{"case": map[string]any{"key": "SEC-42"}, "log1": map[string]any{"key": "SEC-43"}}},
	}
}

func (w *world) open(id, name, title string) {
	w.chat.rooms[id] = &room{name: name}
	w.channels = append(w.channels, archive.Channel{ID: id, Name: name, Title: title})
}

// says is a message of people; it is logged like all of them. Logged files are given in the order of the message's.
func (w *world) says(channel string, m talk.Message, files ...ledger.File) talk.Message {
	m = w.chat.say(channel, m)
	if !m.Said() {
		return m
	}
	e := ledger.Entry{Kind: ledger.Said, Channel: channel, TS: m.TS, Thread: m.Thread, Edited: m.Edited, Sum: ledger.Sum(m)}
	for i, f := range files {
		f.ID = m.Files[i].ID
		e.Files = append(e.Files, f)
	}
	w.log(e)
	return m
}

func (w *world) log(e ledger.Entry) {
	ticket := w.logs[len(w.logs)-1]
	list := w.tickets.logs[ticket]
	w.tickets.logs[ticket] = append(list, ledger.Digest{Key: fmt.Sprint("digest ", len(list)+1), Seq: len(list) + 1, Entries: []ledger.Entry{e}})
}

func (w *world) activities() *archive.Activities {
	return &archive.Activities{Chat: w.chat, Tickets: w.tickets, Files: w.store, Mask: stars{}, Lag: time.Nanosecond}
}

// run runs an activity as a worker does. What an earlier attempt left is handed over if resume says so.
func run[Out any](t *testing.T, w *world, resume bool, act, in any) (out Out, err error) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(act)
	if resume && w.beat != nil {
		env.SetHeartbeatDetails(w.beat)
	}
	env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
		var beat json.RawMessage // a new one: decoding would write over what somebody may have kept
		require.NoError(t, details.Get(&beat))
		w.beat = beat
	})
	value, err := env.ExecuteActivity(act, in)
	if err == nil {
		require.NoError(t, value.Get(&out))
	}
	return out, err
}

var since = time.Date(2025, 11, 28, 9, 30, 0, 0, time.UTC)

func effect(what string) activities.Effect {
	return activities.Effect{Key: "case/SEC-42/" + what, Since: since}
}

func to(id, name string) archive.File {
	return archive.File{ID: id, Name: name, Folder: "archive", Key: "case/SEC-42/" + name}
}

func (w *world) asked() archive.ExportConversation {
	return archive.ExportConversation{
		Effect: effect("conversation"), Number: "SEC-42", Title: "Suspicious mail at payroll", Channels: w.channels, Logs: w.logs,
		Messages: to("m", "messages.jsonl"), Transcript: to("t", "transcript.html"), Language: "en",
	}
}

// made is a whole archive.
type made struct {
	said      archive.Exported
	artifacts []archive.Artifact
	manifest  archive.Manifest
}

// make makes a whole archive.
func (w *world) make(t *testing.T) (m made) {
	t.Helper()
	a := w.activities()
	var err error
	m.said, err = run[archive.Exported](t, w, false, a.ExportConversation, w.asked())
	require.NoError(t, err)
	ticket, err := run[archive.Artifact](t, w, false, a.ExportTickets, archive.ExportTickets{Effect: effect("tickets"), Tickets: append([]string{"case"}, w.logs...), File: to("j", "ticket.json")})
	require.NoError(t, err)
	tasks, err := run[archive.Artifact](t, w, false, a.ExportTasks, archive.ExportTasks{Effect: effect("tasks"), Sheet: "sheet", File: to("x", "tasks.xlsx")})
	require.NoError(t, err)
	m.artifacts = []archive.Artifact{m.said.Messages, m.said.Transcript, ticket, tasks}
	m.manifest, err = run[archive.Manifest](t, w, false, a.WriteManifest, archive.WriteManifest{
		Effect: effect("manifest"), Number: "SEC-42", Artifacts: m.artifacts, Counts: m.said.Counts, Logs: w.logs, File: to("f", "manifest.json"),
	})
	require.NoError(t, err)
	return m
}

func (w *world) verify(t *testing.T, m made) (archive.Verified, error) {
	t.Helper()
	return run[archive.Verified](t, w, false, w.activities().VerifyArchive, w.toVerify(m))
}

func (w *world) toVerify(m made) archive.VerifyArchive {
	return archive.VerifyArchive{Channels: w.channels, Counts: m.said.Counts, Artifacts: append(m.artifacts, m.manifest.Artifact), Logs: w.logs}
}

// content is what the store holds.
func (w *world) content(id string) []byte { return w.store.files[id].content }
