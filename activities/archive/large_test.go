package archive_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/archive"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/talk"
)

// endless is a channel of n messages that are made up when they are read, so that only the archive takes memory. Every
// hundredth message has two replies.
type endless struct {
	n    int
	most uint64 // bytes in use, at most, when a page was read
}

func (e *endless) message(i int) talk.Message {
	m := talk.Message{Channel: "C1", TS: ts(i * 10), User: "U1", Author: "Aki Tanaka", Raw: fmt.Sprintf("message %d %s", i, strings.Repeat("and so on ", i%40))}
	if m.Text = m.Raw; i%100 == 0 {
		m.Replies = 2
	}
	return m
}

// index is the number of the message at or after a TS.
func (e *endless) index(ts string) int {
	seconds, _ := strconv.Atoi(ts[:10])
	return (seconds - 1764144000) / 10
}

func (e *endless) History(_ context.Context, _ string, in talk.Span, cursor string) (page talk.Page, err error) {
	first, end := 0, e.n
	if in.After != "" {
		first = e.index(in.After) + 1
	}
	if in.Before != "" {
		end = e.index(in.Before)
	}
	if cursor != "" {
		end = e.index(cursor)
	}
	for i := end - 1; i >= max(first, end-200); i-- {
		page.Messages = append(page.Messages, e.message(i))
	}
	if end-200 > first {
		page.Next = ts((end - 200) * 10)
	}
	return page, nil
}

// weigh takes note of the memory in use.
func (e *endless) weigh() {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	e.most = max(e.most, m.HeapAlloc)
}

func (e *endless) Replies(_ context.Context, _, thread string, _ talk.Span, _ string) (page talk.Page, err error) {
	for i := range 2 {
		page.Messages = append(page.Messages, talk.Message{Channel: "C1", TS: ts(e.index(thread)*10 + 3 + i), Thread: thread, User: "U1", Author: "Ben Suzuki", Raw: "reply", Text: "reply"})
	}
	return page, nil
}

func (e *endless) Channel(context.Context, string, bool) (talk.Channel, error) {
	return talk.Channel{ID: "C1", Name: "endless"}, nil
}

// abyss is a store that keeps nothing but sums.
type abyss struct {
	store
	size int64
	chat *endless
}

func (a *abyss) OpenUpload(_ context.Context, f deposit.File, _ *deposit.Checkpoint) (deposit.Writer, error) {
	return &falling{abyss: a, id: f.ID, sum: sha256.New()}, nil
}

type falling struct {
	*abyss
	id  string
	sum hash.Hash
	n   int64
}

func (f *falling) Write(p []byte) (int, error) { f.n += int64(len(p)); return f.sum.Write(p) }
func (f *falling) Checkpoint() (deposit.Checkpoint, error) {
	f.chat.weigh()
	return deposit.Checkpoint{Session: f.id, Tail: []byte(strings.Repeat("tail ", 200000))}, nil
}
func (f *falling) Close(context.Context) (deposit.Stored, error) {
	f.abyss.size += f.n
	return deposit.Stored{ID: f.id, Size: f.n, SHA256: hex.EncodeToString(f.sum.Sum(nil))}, nil
}

// However long a channel is, the archive takes a few pages of it into memory.
func TestMemoryIsBounded(t *testing.T) {
	used := func(n int) uint64 {
		runtime.GC()
		var before runtime.MemStats
		runtime.ReadMemStats(&before)
		w, chat, files := newWorld(), &endless{n: n}, &abyss{}
		files.chat = chat
		w.channels = []archive.Channel{{ID: "C1", Name: "endless"}}
		a := &archive.Activities{Chat: chat, Tickets: w.tickets, Files: files, Mask: stars{}}
		out, err := run[archive.Exported](t, w, false, a.ExportConversation, w.asked())
		require.NoError(t, err)
		require.Equal(t, n+n/100*2, out.Counts[0].Messages)
		require.Greater(t, files.size, int64(n*400))
		return chat.most - min(chat.most, before.HeapAlloc)
	}
	small, large := used(5000), used(20000)
	t.Logf("%d KiB for 5,000 messages, %d KiB for 20,000", small>>10, large>>10)
	require.Less(t, large, uint64(32<<20))
}
