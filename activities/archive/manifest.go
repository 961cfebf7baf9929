package archive

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/pulse"
)

// WriteManifest asks for the list of everything that is kept.
type WriteManifest struct {
	activities.Effect
	Number    string     `json:"number"`
	Artifacts []Artifact `json:"artifacts"`
	Counts    []Count    `json:"counts"`
	Logs      []string   `json:"logs"`
	File      File       `json:"file"`
}

// Manifest is the list of everything that is kept.
type Manifest struct {
	Artifact
	Files   int `json:"files"`    // of people, kept
	NotKept int `json:"not_kept"` // of people, whose bytes could not be had
}

// manifest is what manifest.json holds. Paths are those of an archive that was taken away, see the package comment; ids
// are the store's. Lists are in a fixed order: artifacts as they were made, channels as they were given, files and what is
// not kept by time, each file once, with the first message that showed it.
type manifest struct {
	Format    string            `json:"format"`
	Version   int               `json:"version"`
	Case      string            `json:"case"`
	Made      time.Time         `json:"made"`
	Artifacts []manifestEntry   `json:"artifacts"`
	Channels  []manifestChannel `json:"channels"`
	Files     []manifestFile    `json:"files"`
	NotKept   []manifestMissing `json:"not_kept"`
	Log       []string          `json:"log"` // ids of the log tickets
	Totals    totals            `json:"totals"`
}

type manifestEntry struct {
	Path string `json:"path"`
	Artifact
}

type manifestChannel struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Messages int    `json:"messages"`
	Replies  int    `json:"replies"`
	Files    int    `json:"files"`
	Deleted  int    `json:"deleted"`
	Masked   int    `json:"masked"`
	Gone     bool   `json:"gone"`
	Sum      string `json:"sum"`
}

type manifestFile struct {
	Path    string `json:"path"`
	ID      string `json:"id"`
	File    string `json:"file"` // the chat's id
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"`
}

type manifestMissing struct {
	File    string `json:"file"` // the chat's id
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Reason  string `json:"reason"`
}

type totals struct {
	Artifacts int   `json:"artifacts"`
	Channels  int   `json:"channels"`
	Messages  int   `json:"messages"`
	Replies   int   `json:"replies"`
	Deleted   int   `json:"deleted"`
	Masked    int   `json:"masked"`
	Files     int   `json:"files"`
	NotKept   int   `json:"not_kept"`
	Bytes     int64 `json:"bytes"` // of artifacts and files
}

// WriteManifest writes manifest.json. What is kept of people's files, and why others are not, it takes from the log.
// Running it twice is harmless: the file has a reserved id, and the same input makes the same bytes. Final are NotFound
// and Denied for a log ticket or the archive's folder.
// https://developers.google.com/workspace/drive/api/guides/manage-uploads#resumable
func (a *Activities) WriteManifest(ctx context.Context, in WriteManifest) (Manifest, error) {
	p := pulse.TakeUp[struct{}](ctx)
	out, err := a.writeManifest(ctx, in, p.Beat)
	return out, p.End(err)
}

func (a *Activities) writeManifest(ctx context.Context, in WriteManifest, beat func()) (Manifest, error) {
	log, err := a.readLog(ctx, in.Logs, beat, nil)
	if err != nil {
		return Manifest{}, err
	}
	m := manifest{
		Format: "hikeshi archive", Version: 1, Case: in.Number, Made: madeAt(in.Since), Artifacts: []manifestEntry{},
		Channels: []manifestChannel{}, Files: []manifestFile{}, NotKept: []manifestMissing{}, Log: append([]string{}, in.Logs...),
	}
	m.list(log)
	if err := a.name(ctx, m.Files, beat); err != nil {
		return Manifest{}, err
	}
	m.add(in)
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return Manifest{}, err
	}
	made, err := a.put(ctx, in.File, jsonType, beat, func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(append(b, '\n')))
		return err
	})
	return Manifest{Artifact: made, Files: len(m.Files), NotKept: len(m.NotKept)}, err
}

// list takes people's files from the log.
func (m *manifest) list(log *logbook) {
	for id, f := range log.files {
		if f.Kept == "" {
			m.NotKept = append(m.NotKept, manifestMissing{id, f.channel, f.ts, f.Missing})
			continue
		}
		m.Files = append(m.Files, manifestFile{ID: f.Kept, File: id, Channel: f.channel, TS: f.ts, Size: f.Size, SHA256: f.SHA256})
	}
	slices.SortFunc(m.Files, func(a, b manifestFile) int {
		return cmp.Or(strings.Compare(a.TS, b.TS), strings.Compare(a.Channel, b.Channel), strings.Compare(a.File, b.File))
	})
	slices.SortFunc(m.NotKept, func(a, b manifestMissing) int {
		return cmp.Or(strings.Compare(a.TS, b.TS), strings.Compare(a.Channel, b.Channel), strings.Compare(a.File, b.File))
	})
}

// name gives each file its path, which ends in its name in the store.
func (a *Activities) name(ctx context.Context, files []manifestFile, beat func()) error {
	ids := make([]string, len(files))
	for i, f := range files {
		ids[i] = f.ID
	}
	return a.stat(ctx, ids, beat, func(i int, s deposit.Stored) error {
		files[i].Path = pathOf(s.Name, ids[i])
		return nil
	})
}

// add puts in what was made before, and sums everything up.
func (m *manifest) add(in WriteManifest) {
	t := &m.Totals
	for _, made := range in.Artifacts {
		m.Artifacts = append(m.Artifacts, manifestEntry{made.Name, made})
		t.Bytes += made.Size
	}
	for _, c := range in.Counts {
		m.Channels = append(m.Channels, manifestChannel{c.Channel, c.Name, c.Messages, c.Replies, c.Files, c.Deleted, c.Masked, c.Gone, c.Sum})
		t.Messages, t.Replies, t.Deleted, t.Masked = t.Messages+c.Messages, t.Replies+c.Replies, t.Deleted+c.Deleted, t.Masked+c.Masked
	}
	for _, f := range m.Files {
		t.Bytes += f.Size
	}
	t.Artifacts, t.Channels, t.Files, t.NotKept = len(m.Artifacts), len(m.Channels), len(m.Files), len(m.NotKept)
}
