package mirror_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/internal/talk"
	"hikeshi/activities/mirror"
)

// People do anything in any order, calls fail, log tickets and file ids run out, threads are forgotten, bells are late:
// in the end the log is whole, and nothing was ever logged twice. Where bells are lost it takes a sweep.
func TestAnythingCanHappen(t *testing.T) {
	for seed := range uint64(150) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := &random{Rand: rand.New(rand.NewPCG(seed, 42)), world: newWorld("C1", "C2"), deaf: seed%2 == 0}
			r.room, r.ids, r.struck = 1+r.IntN(4), 1+r.IntN(3), true
			r.in.Room, r.tickets.room = r.room, r.room
			for range 12 {
				for range r.IntN(30) {
					r.act()
				}
				r.call(t, r.IntN(len(r.hints)+1))
			}
			r.call(t, len(r.hints))
			r.at, r.quiet, r.in.Sweep = 0, true, r.deaf
			r.mirrorOnce(t, r.hints)
			require.Empty(t, r.differences(t))
			require.Equal(t, len(r.store.files), r.total.Files)
			require.Zero(t, r.mirror(t).Counts)
		})
	}
}

type random struct {
	*rand.Rand
	*world
	hints []mirror.Hint
	deaf  bool // bells are lost
	quiet bool // nobody does anything any more
}

func (r *random) act() {
	channel := []string{"C1", "C2"}[r.IntN(2)]
	all := r.chat.room(channel).messages
	if len(all) == 0 || r.IntN(3) == 0 {
		m := talk.Message{Text: "x", Ours: r.IntN(8) == 0}
		if r.room > 2 && r.IntN(12) == 0 {
			m.Text = strings.Repeat("x", 20001)
		}
		if r.IntN(6) == 0 {
			m.Files = []talk.File{{Name: "f", URL: "bytes"}}
		}
		r.chat.say(channel, m)
		return
	}
	m := all[r.IntN(len(all))]
	if r.IntN(2) == 0 {
		m = all[max(0, len(all)-1-r.IntN(5))] // people talk about what is new
	}
	switch r.IntN(4) {
	case 0:
		if m.Subtype == "tombstone" || m.Thread != "" {
			return
		}
		reply := talk.Message{Text: "reply", Thread: m.TS}
		if r.IntN(4) == 0 {
			reply.Subtype = "thread_broadcast"
		}
		r.ring(hint(r.chat.say(channel, reply)))
	case 1:
		if m.Subtype != "tombstone" && !m.Ours {
			r.chat.edit(m, fmt.Sprint("edit ", r.IntN(3)))
			r.ring(hint(m))
		}
	case 2:
		if m.Subtype != "tombstone" && !m.Ours && r.IntN(2) == 0 {
			r.chat.remove(m)
			r.ring(deletion(m))
		}
	case 3:
		r.ring(hint(m)) // for nothing
	}
}

// ring rings the bell, sometimes late.
func (r *random) ring(h mirror.Hint) {
	if !r.deaf || r.IntN(5) > 0 {
		r.hints = append(r.hints, h)
	}
	if len(r.hints) > 1 && r.IntN(3) == 0 {
		i := r.IntN(len(r.hints))
		r.hints[0], r.hints[i] = r.hints[i], r.hints[0]
	}
}

// call mirrors with the first n of the hints.
func (r *random) call(t *testing.T, n int) {
	if r.IntN(4) == 0 {
		r.in.Channels[r.IntN(2)].Threads = nil
	}
	r.at, r.on, r.after, r.resume, r.then = r.IntN(15), "", r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(12)
	now := r.hints[:n:n]
	r.hints = r.hints[n:]
	r.in.Sweep = r.IntN(6) == 0
	r.mirrorOnce(t, now)
}

// mirrorOnce is [world.mirror], but people go on between two calls, and a sweep that stopped may be given up.
func (r *random) mirrorOnce(t *testing.T, hints []mirror.Hint) {
	for {
		out, err := r.attempt(t, r.resume, hints...)
		r.in.First = err == nil
		if err != nil {
			require.ErrorContains(t, err, "struck")
			r.live()
			continue
		}
		r.remember(out)
		if out.Full {
			r.in.Log = fmt.Sprintf("log%d", len(r.in.Logs)+1)
			r.in.Logs = append(r.in.Logs, r.in.Log)
			r.in.Room = r.room
		}
		if len(out.IDsLeft) == 0 {
			r.reserve(r.ids)
		}
		if !out.More {
			return
		}
		hints = out.Hints
		r.in.Sweep = r.in.Sweep && (r.quiet || r.IntN(3) > 0)
		r.live()
	}
}

func (r *random) live() {
	if !r.quiet {
		r.act()
	}
}
