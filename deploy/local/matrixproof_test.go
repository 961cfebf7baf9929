package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// blind takes the look-up away from what must happen once: a retry makes the thing again.
var blind = change{"activities", `if t\.mustLook\(\) \{`, "if false && t.mustLook() {"}

// A matrix that finds nothing proves something only if it would find something: with a worker that does not look before
// it tries again, lost replies make doubles, and the matrix says which.
func TestTheMatrixCanFail(t *testing.T) {
	if testing.Short() {
		t.Skip("it plays two lives of a case with a worker that was broken on purpose")
	}
	t.Parallel()
	o := matrixOptions{lanes: 1, seed: 1, lives: "^clean$", extent: "wide"}.withDefaults()
	m := newMatrix(t, o, append([]change{blind}, hurried...))
	m.record(t)
	lost := modeNamed("lost reply")
	faults := []*combination{
		{Kind: "clean", Spot: spot{"slack", "chat.postMessage", 1}, mode: lost, tag: "card"},
		{Kind: "clean", Spot: spot{"jira", "POST /rest/api/2/issue/*/comment", 1}, mode: lost, tag: "comment"},
	}
	p := m.lanes[0].playLife(t.Context(), kindNamed("clean"), "blind", faults, m.clean["clean"])
	require.True(t, p.struck["card"] && p.struck["comment"], "both faults struck")
	require.Contains(t, p.verdict.short(), "DOUBLED")
	require.Contains(t, strings.Join(p.verdict.Doubled, "; "), `message "open.card.1" in channel of the case`)
	t.Log(p.verdict.short())
}

func modeNamed(name string) mode {
	for _, m := range modes {
		if m.name == name {
			return m
		}
	}
	return mode{}
}
