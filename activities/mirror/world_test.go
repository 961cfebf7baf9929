package mirror_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
	"hikeshi/activities/mirror"
)

// world is a chat, a log, a store, and what the workflow of a case remembers between two calls.
type world struct {
	*trap
	chat    *chat
	tickets *tickets
	store   *store
	in      mirror.MirrorMessages
	total   mirror.Counts
	beat    json.RawMessage // what the last attempt left
	resume  bool            // the next attempt gets it
	struck  bool            // an attempt may fail: then there is another
	room    int             // of a new log ticket
	ids     int             // how many file ids are reserved at a time
}

// stars masks what looks like a secret in these tests.
type stars struct{}

func (stars) Mask(text string) (string, int) {
	return strings.ReplaceAll(text, "hunter2", "[masked: password]"), strings.Count(text, "hunter2")
}

// slashed stands for JIRA's own escaping: a backslash before each sign with a meaning.
func slashed(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(`\{}[]*_-+^~?!|#`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func newWorld(channels ...string) *world {
	t := &trap{err: activities.Fault{Class: activities.Ambiguous, System: "test", Op: "go on", Cause: "struck"}.Error()}
	w := &world{
		trap: t, room: 1000, ids: 50,
		chat:    &chat{trap: t, rooms: map[string]*room{}, files: map[string][]byte{}, size: 4},
		tickets: &tickets{trap: t, logs: map[string][][]byte{}, body: map[string]string{}},
		store:   &store{trap: t, files: map[string]deposit.Stored{}, bytes: map[string][]byte{}},
		in: mirror.MirrorMessages{Series: "case/SEC-42/mirror", Log: "log1", Logs: []string{"log1"}, Room: 1000, Evidence: "folder",
			Links: "https://acme.slack.com/archives/", Kept: map[string]string{}},
	}
	w.in.First = true
	w.reserve(50)
	for _, ch := range channels {
		w.in.Channels = append(w.in.Channels, mirror.Cursor{Channel: ch, Name: "csirt-42-" + strings.ToLower(ch)})
	}
	return w
}

var reserved int

func (w *world) reserve(n int) {
	w.in.FileIDs = nil
	for range n {
		reserved++
		w.in.FileIDs = append(w.in.FileIDs, fmt.Sprintf("drive%d", reserved))
	}
}

func (w *world) activities() *mirror.Activities {
	return &mirror.Activities{Chat: w.chat, Log: w.tickets, Files: w.store, Mask: stars{}, Escape: slashed}
}

// attempt runs the activity once. What an earlier attempt left is handed over if resume says so.
func (w *world) attempt(t testing.TB, resume bool, hints ...mirror.Hint) (out mirror.Mirrored, err error) {
	t.Helper()
	in := w.in
	in.Hints = hints
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	act := w.activities().MirrorMessages
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

// remember keeps of a result what a workflow keeps.
func (w *world) remember(out mirror.Mirrored) {
	w.in.Seq, w.in.Channels, w.in.FileIDs = out.Seq, out.Channels, out.IDsLeft
	w.in.Lacking = out.Lacking
	w.in.Room -= out.Digests
	for id, kept := range out.Kept {
		w.in.Kept[id] = kept
	}
	c := &w.total
	c.Digests += out.Digests
	c.Messages += out.Messages
	c.Edits += out.Edits
	c.Deletions += out.Deletions
	c.Lost += out.Lost
	c.Files += out.Files
	c.NotKept += out.NotKept
	c.Masked += out.Masked
	w.beat = nil
}

// mirror calls until nothing is left.
func (w *world) mirror(t testing.TB, hints ...mirror.Hint) mirror.Mirrored {
	t.Helper()
	for {
		out, err := w.attempt(t, w.resume, hints...)
		w.in.First = err == nil
		if err != nil && w.struck {
			require.Equal(t, activities.FaultOf(w.err).Class, activities.FaultOf(err).Class)
			continue
		}
		require.NoError(t, err)
		w.remember(out)
		if !out.More {
			return out
		}
		hints = out.Hints
		if out.Full {
			w.in.Log = fmt.Sprintf("log%d", len(w.in.Logs)+1)
			w.in.Logs = append(w.in.Logs, w.in.Log)
			w.in.Room = w.room
		}
		if len(out.IDsLeft) == 0 {
			w.reserve(w.ids)
		}
	}
}

// entries lists what the log holds, in order.
func (w *world) entries() (list []ledger.Entry) {
	seq := 0
	for _, ticket := range w.in.Logs {
		for _, encoded := range w.tickets.logs[ticket] {
			var d ledger.Digest
			if json.Unmarshal(encoded, &d) != nil || d.Seq != seq+1 {
				panic(fmt.Sprintf("digest %d follows digest %d", d.Seq, seq))
			}
			seq = d.Seq
			list = append(list, d.Entries...)
		}
	}
	return list
}

// said lists entries in short: kind and message.
func (w *world) said() (list []string) {
	for _, e := range w.entries() {
		line := string(e.Kind) + " " + e.Key()
		if e.Parts > 0 {
			line += fmt.Sprintf(" %d/%d", e.Part, e.Parts)
		}
		list = append(list, line)
	}
	return list
}

func line(kind ledger.Kind, m talk.Message) string { return string(kind) + " " + m.Key() }

// text is what people read of the log.
func (w *world) text() string {
	var all []string
	for i := range len(w.tickets.body) {
		all = append(all, w.tickets.body[fmt.Sprintf("case/SEC-42/mirror.digest.%d", i+1)])
	}
	return strings.Join(all, "\n\n")
}

func (w *world) says(channel, text string) talk.Message {
	return w.chat.say(channel, talk.Message{Text: text})
}

func (w *world) replies(to talk.Message, text string) talk.Message {
	return w.chat.say(to.Channel, talk.Message{Text: text, Thread: to.TS})
}

func hint(m talk.Message) mirror.Hint {
	return mirror.Hint{Channel: m.Channel, TS: m.TS, Thread: m.Thread}
}

func deletion(m talk.Message) mirror.Hint {
	h := hint(m)
	h.Deleted = true
	return h
}

func (w *world) called(prefix string) int {
	return len(slices.DeleteFunc(slices.Clone(w.calls), func(call string) bool { return !strings.HasPrefix(call, prefix) }))
}
