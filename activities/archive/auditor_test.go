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
func audit(manifest []byte, content func(id string) []byte) []string {
	a := auditor{content: content}
	if err := json.Unmarshal(manifest, &a.m); err != nil || a.m.Format != "hikeshi archive" || a.m.Version != 1 {
		return []string{fmt.Sprintf("manifest: %v, format %q, version %d", err, a.m.Format, a.m.Version)}
	}
	a.checkBytes()
	lines, err := readLines(content(idOf(a.m.Artifacts, "messages.jsonl")))
	if err != nil {
		a.complain("messages.jsonl: %v", err)
	}
	a.checkChannels(lines)
	a.checkTranscript(lines)
	if !json.Valid(content(idOf(a.m.Artifacts, "ticket.json"))) {
		a.complain("ticket.json is no JSON")
	}
	return a.complaints
}

// auditor is who does that.
type auditor struct {
	m          auditedManifest
	content    func(id string) []byte
	complaints []string
}

type auditedManifest struct {
	Format    string
	Version   int
	Artifacts []auditedFile
	Files     []auditedFile
	Channels  []auditedChannel
	Totals    struct {
		Artifacts, Channels, Messages, Files int
		Bytes                                int64
	}
}

type auditedChannel struct {
	ID                               string
	Messages, Replies, Files, Masked int
}

func (a *auditor) complain(format string, args ...any) {
	a.complaints = append(a.complaints, fmt.Sprintf(format, args...))
}

func (a *auditor) checkBytes() {
	var inAll int64
	for _, f := range append(slices.Clone(a.m.Artifacts), a.m.Files...) {
		b := a.content(f.ID)
		inAll += int64(len(b))
		if sum := fmt.Sprintf("%x", sha256.Sum256(b)); int64(len(b)) != f.Size || sum != f.SHA256 {
			a.complain("%s: %d bytes with %s, the manifest says %d with %s", f.Path, len(b), sum, f.Size, f.SHA256)
		}
	}
	if t := a.m.Totals; inAll != t.Bytes || len(a.m.Files) != t.Files || len(a.m.Artifacts) != t.Artifacts || len(a.m.Channels) != t.Channels {
		a.complain("totals are wrong: %+v", t)
	}
}

func (a *auditor) checkChannels(lines []auditedLine) {
	inAll := 0
	for _, ch := range a.m.Channels {
		got := auditedChannel{ID: ch.ID}
		for _, l := range lines {
			if l.Channel != ch.ID {
				continue
			}
			got.Messages, got.Files, got.Masked = got.Messages+1, got.Files+len(l.Files), got.Masked+l.Masked
			if l.Thread != "" {
				got.Replies++
			}
			for _, f := range l.Files {
				if i := slices.IndexFunc(a.m.Files, func(k auditedFile) bool { return k.Path == f.Kept }); f.Kept != "" && (i < 0 || a.m.Files[i].SHA256 != f.SHA256) {
					a.complain("%s is not in the manifest as it is in message %s", f.Kept, l.TS)
				}
			}
		}
		if inAll += got.Messages; got != ch {
			a.complain("channel: %+v, the manifest says %+v", got, ch)
		}
	}
	if inAll != len(lines) || inAll != a.m.Totals.Messages {
		a.complain("%d lines, %d of channels in the manifest, which says %d", len(lines), inAll, a.m.Totals.Messages)
	}
}

func (a *auditor) checkTranscript(lines []auditedLine) {
	shown := map[string]int{}
	for _, found := range regexp.MustCompile(`<article id="([^"]*)"`).FindAllSubmatch(a.content(idOf(a.m.Artifacts, "transcript.html")), -1) {
		shown[string(found[1])]++
	}
	if len(shown) != len(lines) {
		a.complain("%d messages in the transcript, %d lines", len(shown), len(lines))
	}
	for _, l := range lines {
		if n := shown[l.Channel+"-"+l.TS]; n != 1 {
			a.complain("message %s %s is %d times in the transcript", l.Channel, l.TS, n)
		}
	}
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
