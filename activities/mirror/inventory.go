package mirror

import (
	"maps"

	"hikeshi/activities/internal/ledger"
)

// inventory is what the log says of files: before the call, and with what the call has logged, in all of its tries.
type inventory struct {
	before, now standing
	tries       map[string]int // how often a sweep has tried again what the log lacks
}

// standing is which files the log names as not kept, and which as kept. A file may be both: it is kept then.
type standing struct{ missing, kept map[string]struct{} }

// newInventory begins with the files that the log is known to lack, so that they need not be read there.
func newInventory(tries map[string]int) *inventory {
	v := &inventory{tries: map[string]int{}}
	maps.Copy(v.tries, tries)
	for _, s := range []*standing{&v.before, &v.now} {
		*s = standing{missing: map[string]struct{}{}, kept: map[string]struct{}{}}
		for file := range tries {
			s.missing[file] = struct{}{}
		}
	}
	return v
}

// note takes in what an entry says of a file. What lies elsewhere was never ours to keep.
func (v *inventory) note(f ledger.File, before bool) {
	if f.Missing == external {
		return
	}
	v.now.note(f)
	if before {
		v.before.note(f)
	}
}

func (s standing) note(f ledger.File) {
	if f.Kept == "" {
		s.missing[f.ID] = struct{}{}
	} else {
		s.kept[f.ID] = struct{}{}
	}
}

func (s standing) lacks(file string) bool {
	_, missing := s.missing[file]
	_, kept := s.kept[file]
	return missing && !kept
}

// lacking lists the files that the log lacks now.
func (v *inventory) lacking() map[string]int {
	list := map[string]int{}
	for file := range v.now.missing {
		if v.now.lacks(file) {
			list[file] = v.tries[file]
		}
	}
	return list
}

// more is how many more files the log lacks than before the call.
func (v *inventory) more() (n int) {
	for file := range v.now.missing {
		if v.now.lacks(file) {
			n++
		}
		if v.before.lacks(file) {
			n--
		}
	}
	return n
}
