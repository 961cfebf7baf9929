package mirror_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"unicode/utf16"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/ledger"
)

// trap makes calls fail: before they do anything, or after they have.
type trap struct {
	at    int    // which call from now on: 1 the next; 0: none
	on    string // only calls whose name begins so; empty: all
	after bool   // it is done, but nobody hears of it
	err   error
	calls []string
	then  int  // and after that, which call from there on
	torn  bool // the next file breaks off

	meanwhile func(call string) // what others do before a call
}

func (t *trap) strike(call string, do func() error) error {
	t.calls = append(t.calls, call)
	if t.meanwhile != nil {
		t.meanwhile(call)
	}
	struck := false
	if t.at > 0 && len(call) >= len(t.on) && call[:len(t.on)] == t.on {
		t.at--
		if struck = t.at == 0; struck && t.then > 0 {
			t.at, t.then, t.on = t.then, 0, ""
		}
	}
	if struck && !t.after {
		return t.err
	}
	if err := do(); err != nil || !struck {
		return err
	}
	return t.err
}

// tickets keeps logs, in memory.
type tickets struct {
	*trap
	logs map[string][][]byte // JSON of digests, the oldest first
	body map[string]string   // by key
	room int                 // how many digests a ticket takes; 0: any number
}

func fault(class activities.Class, cause string) error {
	return activities.Fault{Class: class, System: "jira", Op: "write a digest", Cause: cause}.Error()
}

func (t *tickets) WriteDigest(_ context.Context, ticket string, d ledger.Digest) error {
	return t.strike("digest", func() error {
		encoded, err := json.Marshal(d)
		switch {
		case err != nil:
			return err
		case len(encoded) > ledger.MaxProperty:
			return fault(activities.Invalid, "the property is too long")
		case len(utf16.Encode([]rune(d.Body))) > 32767 || d.Body == "":
			return fault(activities.Invalid, "CONTENT_LIMIT_EXCEEDED")
		case t.room > 0 && len(t.logs[ticket]) == t.room:
			return fault(activities.Invalid, "HTTP 413")
		}
		t.logs[ticket] = append(t.logs[ticket], encoded)
		t.body[d.Key] = d.Body
		return nil
	})
}

func (t *tickets) Digests(_ context.Context, ticket string, each func(ledger.Digest) (bool, error)) error {
	return t.strike("digests "+ticket, func() error {
		for _, encoded := range slices.Backward(t.logs[ticket]) {
			t.calls = append(t.calls, "digest read")
			var d ledger.Digest
			if err := json.Unmarshal(encoded, &d); err != nil {
				return err
			}
			d.Body = t.body[d.Key]
			if more, err := each(d); err != nil || !more {
				return err
			}
		}
		return nil
	})
}

// store keeps files, in memory.
type store struct {
	*trap
	files  map[string]deposit.Stored
	bytes  map[string][]byte
	refuse string // name of a file that it does not take
}

func (s *store) OpenUpload(_ context.Context, f deposit.File, from *deposit.Checkpoint) (w deposit.Writer, err error) {
	err = s.strike("upload", func() error {
		if f.Name == s.refuse {
			return activities.Fault{Class: activities.Invalid, System: "drive", Op: "put away", Cause: "malwareContent"}.Error()
		}
		w = &upload{s: s, f: f}
		return nil
	})
	return w, err
}

type upload struct {
	s *store
	f deposit.File
	b bytes.Buffer
}

func (u *upload) Write(p []byte) (int, error)             { return u.b.Write(p) }
func (u *upload) Checkpoint() (deposit.Checkpoint, error) { return deposit.Checkpoint{}, nil }
func (u *upload) Close(context.Context) (s deposit.Stored, err error) {
	err = u.s.strike("close", func() error {
		if _, there := u.s.files[u.f.ID]; there {
			return activities.Fault{Class: activities.Invalid, System: "drive", Op: "put away", Cause: "a file with this id is there"}.Error()
		}
		sum := sha256.Sum256(u.b.Bytes())
		s = deposit.Stored{ID: u.f.ID, Name: u.f.Name, URL: "https://drive.example.com/" + u.f.ID, Mime: u.f.Mime, Size: int64(u.b.Len()), SHA256: hex.EncodeToString(sum[:]), Key: u.f.Key}
		u.s.files[u.f.ID], u.s.bytes[u.f.ID] = s, u.b.Bytes()
		return nil
	})
	return s, err
}

func (s *store) Stat(_ context.Context, id string) (f deposit.Stored, err error) {
	err = s.strike("stat", func() error { f = s.files[id]; return nil })
	return f, err
}
