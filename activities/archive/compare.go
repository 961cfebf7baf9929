package archive

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/pulse"
)

// kept is a file that must be in the store.
type kept struct {
	name, id, sha256 string
	size             int64
}

// everything lists the files that must be in the store, in an order that the next attempt finds again.
func everything(in VerifyArchive, log *logbook) []kept {
	var files []kept
	for id, f := range log.files {
		if f.Kept != "" {
			files = append(files, kept{"files/" + id, f.Kept, f.SHA256, f.Size})
		}
	}
	slices.SortFunc(files, func(a, b kept) int { return cmp.Or(strings.Compare(a.id, b.id), strings.Compare(a.name, b.name)) })
	var list []kept
	for _, made := range in.Artifacts {
		list = append(list, kept{made.Name, made.ID, made.SHA256, made.Size})
	}
	return append(list, files...)
}

// compareStore compares what the store holds with what we sent.
func (a *Activities) compareStore(ctx context.Context, in VerifyArchive, log *logbook, p *pulse.Pulse[verifying]) (Verified, error) {
	at := p.Where()
	all := everything(in, log)
	at.Next = min(at.Next, len(all))
	todo := all[at.Next:]
	ids := make([]string, len(todo))
	for i, f := range todo {
		ids[i] = f.id
	}
	err := a.stat(ctx, ids, p.Beat, func(i int, s deposit.Stored) error {
		at.Found.compare(todo[i], s)
		at.Next++
		if at.Next%noteEvery == 0 {
			p.At(at)
		}
		return nil
	})
	if err != nil {
		p.At(at)
		return Verified{}, err
	}
	if err := at.Found.fault(); err != nil {
		return Verified{}, err
	}
	v := at.Verified
	for _, f := range all {
		v.Bytes += f.size
	}
	v.Files = len(all) - len(in.Artifacts)
	return v, nil
}

// noteEvery is after how many files a note is taken.
const noteEvery = 100

// differences are what is not as it should be in the store.
type differences struct {
	Missing findings `json:"missing,omitzero"`
	Changed findings `json:"changed,omitzero"`
}

// compare compares one file.
func (d *differences) compare(want kept, got deposit.Stored) {
	name := want.name
	if got.Name != "" {
		name = path.Join(path.Dir(name), got.Name) // as a person finds it in the store
	}
	switch {
	case got.ID == "":
		d.Missing.add(want.name + " (" + want.id + ")")
	case got.Trashed:
		d.Changed.add(name + " is in the trash")
	case got.SHA256 != want.sha256:
		d.Changed.add(fmt.Sprintf("%s has SHA-256 %s…, not %s…", name, orElse(short(got.SHA256), "none"), short(want.sha256)))
	case got.Size != want.size:
		d.Changed.add(fmt.Sprintf("%s has %d bytes, not %d", name, got.Size, want.size))
	}
}

// short is enough of a digest for a person to compare.
func short(sum string) string { return sum[:min(12, len(sum))] }

// fault tells the differences: those that cannot be undone by hand first.
func (d *differences) fault() error {
	gone := activities.Fault{
		Class: activities.NotFound, System: "drive", Op: "compare the archive with Drive",
		Hint: "let an administrator restore them in Drive, then retry",
	}
	if err := d.Missing.fault(gone, "files that are not in Drive"); err != nil {
		return err
	}
	changed := gone
	changed.Class = activities.Invalid
	changed.Hint = "somebody changed them: restore the former version in Drive (or take it out of the trash), then retry"
	return d.Changed.fault(changed, "files that differ from what was kept")
}
