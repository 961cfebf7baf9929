package mirror_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/mirror"
)

// differences is what the comparison finds.
func (w *world) differences(t testing.TB) []string {
	t.Helper()
	var channels []string
	for _, c := range w.in.Channels {
		channels = append(channels, c.Channel)
	}
	list, err := mirror.Compare(context.Background(), w.chat, w.tickets, w.in.Logs, channels)
	require.NoError(t, err)
	return list
}

// Each kind of difference is found: the comparison can fail.
func TestComparison(t *testing.T) {
	fresh := func() *world {
		w := newWorld("C1", "C2")
		life(t, w)
		require.Empty(t, w.differences(t))
		return w
	}
	w := fresh()
	m := w.says("C1", "not mirrored")
	require.Equal(t, []string{m.Key() + ": not in the log"}, w.differences(t))
	w.mirror(t)
	require.Empty(t, w.differences(t))
	w.chat.edit(m, "not mirrored")
	require.Equal(t, []string{m.Key() + ": the log has another text"}, w.differences(t))
	w.chat.remove(m)
	require.Equal(t, []string{m.Key() + ": gone, and the log does not say so"}, w.differences(t))

	for what, spoil := range map[string]func(d *ledger.Digest){
		"logged twice":   func(d *ledger.Digest) { d.Entries = append(d.Entries, d.Entries[0]) },
		"stands behind":  func(d *ledger.Digest) { d.Entries[0], d.Entries[2] = d.Entries[2], d.Entries[0] },
		"not in the log": func(d *ledger.Digest) { d.Entries = d.Entries[1:] },
		"there": func(d *ledger.Digest) {
			d.Entries = append(d.Entries, ledger.Entry{Kind: ledger.Deleted, Channel: "C1", TS: d.Entries[2].TS})
		},
		"at place 1": func(d *ledger.Digest) { d.Seq = 7 },
		"before it was said": func(d *ledger.Digest) {
			d.Entries = append(d.Entries, ledger.Entry{Kind: ledger.Edited, Channel: "C1", TS: "1.0"})
		},
		"was kept before": func(d *ledger.Digest) {
			late := d.Entries[3]
			late.Kind = ledger.Kept
			d.Entries = append(d.Entries, late)
		},
		"only part 1 of 2":    func(d *ledger.Digest) { d.Entries[4].Part, d.Entries[4].Parts = 1, 2 },
		"follows part 0 of 0": func(d *ledger.Digest) { d.Entries[4].Part, d.Entries[4].Parts = 2, 2 },
	} {
		w := fresh()
		var d ledger.Digest
		require.NoError(t, json.Unmarshal(w.tickets.logs["log1"][0], &d))
		spoil(&d)
		w.tickets.logs["log1"][0], _ = json.Marshal(d)
		require.Contains(t, strings.Join(w.differences(t), "\n"), what)
	}
}
