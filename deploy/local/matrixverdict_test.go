package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/workflows/incident"
)

// verdict is what is wrong with a life. The zero value is a good one.
type verdict struct {
	Doubled []string `json:"doubled,omitempty"` // things that are there too often
	Lost    []string `json:"lost,omitempty"`    // things, messages or bytes that are missing
	Endless string   `json:"endless,omitempty"` // why the case did not come to its end
}

func (v verdict) good() bool { return len(v.Doubled)+len(v.Lost) == 0 && v.Endless == "" }

// short is one line for a table.
func (v verdict) short() string {
	switch {
	case v.Endless != "":
		return "NEVER ENDS: " + v.Endless
	case len(v.Doubled) > 0:
		return "DOUBLED: " + strings.Join(v.Doubled, "; ")
	case len(v.Lost) > 0:
		return "LOST: " + strings.Join(v.Lost, "; ")
	}
	return "ok"
}

// judge looks at what a life has left with the vendors. clean is the census of a life of the same kind that nothing
// befell; nil: this is one.
func (l *life) judge(ctx context.Context, before *vendorState, clean census) (v verdict, counted census) {
	after, err := l.readState(ctx)
	if err != nil {
		v.Lost = append(v.Lost, "the vendors' state: "+err.Error())
		return v, nil
	}
	fresh := after.without(before)
	counted = fresh.count(l.request)
	if clean != nil {
		v.Doubled, v.Lost = counted.against(clean)
	}
	if l.s.Mirror.NotKept > 0 { // Slack refused the file's bytes, and was not asked again yet: the log and the status say so
		v.Lost = slices.DeleteFunc(v.Lost, func(what string) bool { return strings.HasPrefix(what, `file "mirror.file.`) })
	}
	all, err := l.observe(ctx)
	if err != nil {
		v.Lost = append(v.Lost, "the vendors' state: "+err.Error())
		return v, counted
	}
	w := all.of(incident.RequestID(l.request))
	for _, check := range []func() error{
		w.exactlyOne, w.logHolds, w.logInOrder, l.runIsWhole, func() error { return l.timelineIsWhole(fresh) }, func() error { return l.archiveHolds(ctx, w) },
	} {
		if err := check(); err != nil {
			v.Lost = append(v.Lost, err.Error())
		}
	}
	if l.s.Mirror.Gaps > 0 {
		v.Lost = append(v.Lost, fmt.Sprintf("the mirror counts %d gaps", l.s.Mirror.Gaps))
	}
	return v, counted
}

// timelineIsWhole reports an entry of the timeline that is missing between others.
func (l *life) timelineIsWhole(s *vendorState) error {
	counted, entries := s.count(l.request), 0
	for name := range counted {
		if strings.HasPrefix(name, "~row timeline e") {
			entries++
		}
	}
	for n := 1; n <= entries; n++ {
		if counted[fmt.Sprintf("~row timeline e%d", n)] == 0 {
			return fmt.Errorf("entry e%d of the timeline is missing, of %d", n, entries)
		}
	}
	if entries == 0 {
		return fmt.Errorf("the timeline is empty")
	}
	return nil
}

// archiveHolds checks each archive of the case: its files are what the manifest says, and the newest holds every message
// that people wrote.
func (l *life) archiveHolds(ctx context.Context, w world) error {
	manifests := slices.DeleteFunc(slices.Clone(w.Files), func(f drivetest.File) bool { return f.Name != "manifest.json" })
	slices.SortFunc(manifests, func(a, b drivetest.File) int { return a.Created.Compare(b.Created) })
	if len(manifests) == 0 {
		return fmt.Errorf("there is no archive")
	}
	p := &play{local: l.local}
	for n, f := range manifests {
		text, err := p.download(ctx, f.ID)
		var m manifest
		if err == nil {
			err = json.Unmarshal(text, &m)
		}
		if err == nil {
			err = manifestHolds(w, m)
		}
		if err == nil && n == len(manifests)-1 {
			err = p.holdsAllMessages(ctx, w, m)
		}
		if err != nil {
			return fmt.Errorf("archive %d: %w", n+1, err)
		}
	}
	if sum := sha256.Sum256(must(p.download(ctx, manifests[len(manifests)-1].ID))); hex.EncodeToString(sum[:]) != l.s.Archive.SHA256 {
		return fmt.Errorf("the last manifest is not the one that the case knows")
	}
	return nil
}

func must(text []byte, err error) []byte {
	if err != nil {
		return []byte(err.Error())
	}
	return text
}

// manifestHolds compares what a manifest lists with the sums that Drive has.
func manifestHolds(w world, m manifest) error {
	for _, f := range m.Artifacts {
		m.Files = append(m.Files, struct{ ID, SHA256 string }{f.ID, f.SHA256})
	}
	if len(m.Files) < 5 {
		return fmt.Errorf("the manifest lists %d files", len(m.Files))
	}
	for _, listed := range m.Files {
		i := slices.IndexFunc(w.Files, func(f drivetest.File) bool { return f.ID == listed.ID })
		if i < 0 || w.Files[i].SHA256 != listed.SHA256 {
			return fmt.Errorf("file %s is not what the manifest says", listed.ID)
		}
	}
	return nil
}

// holdsAllMessages looks for every message of a person in the archived conversation.
func (p *play) holdsAllMessages(ctx context.Context, w world, m manifest) error {
	for _, f := range m.Artifacts {
		if f.Name != "messages.jsonl" {
			continue
		}
		text, err := p.download(ctx, f.ID)
		if err != nil {
			return err
		}
		for _, said := range w.Messages {
			if w.has(said.Channel) && said.BotID == "" && !strings.HasPrefix(said.Subtype, "channel_") && strings.Count(string(text), `"`+said.TS+`"`) == 0 {
				return fmt.Errorf("message %s (%q) is not in it", said.TS, said.Text)
			}
		}
		return nil
	}
	return fmt.Errorf("it has no messages.jsonl")
}
