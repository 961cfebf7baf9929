package archive_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// audit checks an archive as a stranger would who has nothing but its bytes and what the package comment says of them. It
// shares no code with the package: a mistake there must not hide itself here. It returns what is wrong.
func audit(manifest []byte, content func(id string) []byte) (complaints []string) {
	complain := func(format string, args ...any) { complaints = append(complaints, fmt.Sprintf(format, args...)) }
	var m struct {
		Format    string
		Version   int
		Artifacts []auditedFile
		Files     []auditedFile
		Channels  []struct {
			ID                               string
			Messages, Replies, Files, Masked int
		}
		Totals struct {
			Artifacts, Channels, Messages, Files int
			Bytes                                int64
		}
	}
	if err := json.Unmarshal(manifest, &m); err != nil || m.Format != "hikeshi archive" || m.Version != 1 {
		return []string{fmt.Sprintf("manifest: %v, format %q, version %d", err, m.Format, m.Version)}
	}
	var bytesInAll int64
	for _, f := range append(slices.Clone(m.Artifacts), m.Files...) {
		b := content(f.ID)
		bytesInAll += int64(len(b))
		if sum := fmt.Sprintf("%x", sha256.Sum256(b)); int64(len(b)) != f.Size || sum != f.SHA256 {
			complain("%s: %d bytes with %s, the manifest says %d with %s", f.Path, len(b), sum, f.Size, f.SHA256)
		}
	}
	if t := m.Totals; bytesInAll != t.Bytes || len(m.Files) != t.Files || len(m.Artifacts) != t.Artifacts || len(m.Channels) != t.Channels {
		complain("totals are wrong: %+v", t)
	}
	lines, err := readLines(content(idOf(m.Artifacts, "messages.jsonl")))
	if err != nil {
		complain("messages.jsonl: %v", err)
	}
	inAll := 0
	for _, ch := range m.Channels {
		messages, replies, files, masked := 0, 0, 0, 0
		for _, l := range lines {
			if l.Channel != ch.ID {
				continue
			}
			messages, files, masked, inAll = messages+1, files+len(l.Files), masked+l.Masked, inAll+1
			if l.Thread != "" {
				replies++
			}
			for _, f := range l.Files {
				if i := slices.IndexFunc(m.Files, func(k auditedFile) bool { return k.Path == f.Kept }); f.Kept != "" && (i < 0 || m.Files[i].SHA256 != f.SHA256) {
					complain("%s is not in the manifest as it is in message %s", f.Kept, l.TS)
				}
			}
		}
		if messages != ch.Messages || replies != ch.Replies || files != ch.Files || masked != ch.Masked {
			complain("channel %s: %d messages, %d replies, %d files, %d masked, the manifest says %+v", ch.ID, messages, replies, files, masked, ch)
		}
	}
	if inAll != len(lines) || inAll != m.Totals.Messages {
		complain("%d lines, %d of channels in the manifest, which says %d", len(lines), inAll, m.Totals.Messages)
	}
	shown := map[string]int{}
	for _, found := range regexp.MustCompile(`<article id="([^"]*)"`).FindAllSubmatch(content(idOf(m.Artifacts, "transcript.html")), -1) {
		shown[string(found[1])]++
	}
	if len(shown) != len(lines) {
		complain("%d messages in the transcript, %d lines", len(shown), len(lines))
	}
	for _, l := range lines {
		if n := shown[l.Channel+"-"+l.TS]; n != 1 {
			complain("message %s %s is %d times in the transcript", l.Channel, l.TS, n)
		}
	}
	if !json.Valid(content(idOf(m.Artifacts, "ticket.json"))) {
		complain("ticket.json is no JSON")
	}
	return complaints
}

type auditedFile struct {
	Path, ID, SHA256 string
	Size             int64
}

type auditedLine struct {
	Format, Channel, TS, Thread string
	Masked                      int
	Files                       []auditedLineFile
}

type auditedLineFile struct{ ID, Kept, SHA256 string }

func idOf(files []auditedFile, path string) string {
	for _, f := range files {
		if f.Path == path {
			return f.ID
		}
	}
	return "none"
}

func readLines(b []byte) (list []auditedLine, err error) {
	s := bufio.NewScanner(bytes.NewReader(b))
	s.Buffer(nil, 1<<24)
	seen := map[string]bool{}
	for s.Scan() {
		var l auditedLine
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			return nil, err
		}
		if list = append(list, l); seen[l.Channel+" "+l.TS] {
			return nil, fmt.Errorf("message %s is there twice", l.TS)
		}
		seen[l.Channel+" "+l.TS] = true
	}
	if len(list) == 0 || list[0].Format != "hikeshi messages" {
		return nil, fmt.Errorf("the first line does not say what it is")
	}
	return list[1:], s.Err()
}

// audited makes sure that the world holds a good archive.
func (w *world) audited(t *testing.T) {
	t.Helper()
	require.Empty(t, w.audit())
}

func (w *world) audit() []string {
	return audit(w.content("f"), func(id string) []byte {
		if f := w.store.files[id]; f != nil {
			return f.content
		}
		return nil
	})
}
