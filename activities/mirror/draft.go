package mirror

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"hikeshi/activities/internal/ledger"
)

// The limits of a digest: so many entries are read in one go, and a comment of JIRA takes so many UTF-16 units.
const (
	maxEntries = 50
	maxBody    = 32767
)

// frame is what the JSON of a digest takes beside its entries.
const frame = 300

// draft is the digest that is being put together.
type draft struct {
	entries []ledger.Entry
	steps   []step // of the messages in it, and of those between and behind them
	body    strings.Builder
	units   int // of the body, in UTF-16
	size    int // of the entries, in JSON
}

const between = "\n\n"

// takes reports whether there is room for an entry. An empty draft takes any.
func (d *draft) takes(e entry) bool {
	return len(d.entries) == 0 || len(d.entries) < maxEntries &&
		d.units+len(between)+e.units <= maxBody && frame+d.size+e.size+1 <= ledger.MaxProperty
}

func (d *draft) add(e entry) {
	if len(d.entries) > 0 {
		d.body.WriteString(between)
		d.units += len(between)
	}
	d.body.WriteString(e.body)
	d.units += e.units
	d.size += e.size + 1
	d.entries = append(d.entries, e.Entry)
}

func (d *draft) digest(series string, seq int) ledger.Digest {
	return ledger.Digest{Key: fmt.Sprintf("%s.digest.%d", series, seq), Seq: seq, Entries: d.entries, Body: d.body.String()}
}

// units is the length of a text in UTF-16, in which JIRA counts.
func units(s string) int {
	n := utf8.RuneCountInString(s)
	for _, r := range s {
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
