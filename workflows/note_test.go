package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// A message is one entry for each who marks it, however often, in whatever words, and in later runs; what was refused for
// a passing reason is entered when the reason is gone.
func TestAMessageIsEnteredOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-marked"))
	_, state = w.live(state, time.Minute)
	mark := func(text, message string, by incident.By, refused string) act {
		return act{workflows.NoteUpdate, workflows.NoteCommand{Text: text, Message: message, By: by}, refused, ""}
	}
	const one, other = "C0CASE001/1700000000.000100", "C0CASE001/1700000000.000200"
	was := state.Phase
	state.Phase = incident.PhaseArchive
	_, state = w.tell(state, mark("the server is off", one, aoi, "is being archived"))
	state.Phase = was
	before := state.Counters.Entries
	_, state = w.tell(state, mark("the server is off", one, aoi, ""), mark("the server is off, at last", one, aoi, ""), mark("the server is off", one, ben, ""),
		mark("the server is off", other, aoi, ""), mark("the server is off", "", aoi, ""), mark("the server is off", "", aoi, ""))
	_, state = w.tell(state, mark("the server is off", one, aoi, ""))
	require.Equal(t, before+5, state.Counters.Entries)
	_, state = w.tell(state, mark("x", strings.Repeat("x", 1000), aoi, "the message has 1000 characters"))
	require.Len(t, state.Marked, 3)
}
