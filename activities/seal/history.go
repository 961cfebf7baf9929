package seal

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"go.temporal.io/sdk/activity"

	"hikeshi/activities"
	"hikeshi/activities/internal/deposit"
	"hikeshi/activities/internal/pulse"
)

// SealHistory asks for one seal.
type SealHistory struct {
	activities.Effect
	Order
	IfNews bool     `json:"if_news,omitempty"` // seal only if there is something else than earlier seals to seal
	Folder string   `json:"folder"`
	IDs    []string `json:"ids"`             // reserved, PerSeal of them
	Fresh  bool     `json:"fresh,omitempty"` // no other seal can have these ids
}

// Sealed is a seal that was made. Doc is the seal's own file, whole: it holds digests and names of runs, no text.
type Sealed struct {
	Nothing bool       `json:"nothing,omitempty"` // there was no news
	Taken   bool       `json:"taken,omitempty"`   // the ids hold a seal of before a reset: reserve others
	Doc     string     `json:"doc,omitempty"`
	Head    string     `json:"head,omitempty"`
	Runs    []Run      `json:"runs,omitempty"`
	Files   []Artifact `json:"files,omitempty"`
	activities.Receipt
}

// SealHistory reads the histories of a case and its children from where the last seal ended up to its own event, and
// puts them away with their records and the seal over both. Running it twice is harmless: the files have reserved ids,
// the end is its own event, and only the head that it returns counts; files that belong to another branch of a reset
// case are left alone, also where the reset has the same order carried out once more. Final are NotFound and Denied for the folder.
// https://developers.google.com/workspace/drive/api/guides/manage-uploads#resumable
func (a *Activities) SealHistory(ctx context.Context, in SealHistory) (Sealed, error) {
	p := pulse.TakeUp[struct{}](ctx)
	out, err := a.sealHistory(ctx, in, p.Beat)
	return out, p.End(err)
}

func (a *Activities) sealHistory(ctx context.Context, in SealHistory, beat func()) (Sealed, error) {
	if len(in.IDs) < PerSeal {
		return Sealed{}, activities.Fault{
			Class: activities.Invalid, System: "audit", Op: in.op(), Cause: fmt.Sprintf("%d ids are reserved, a seal needs %d", len(in.IDs), PerSeal),
		}.Error()
	}
	if elsewhere(ctx, in.Effect) { // the branch in the order is the one that the reset gave up, and so are the ids
		return Sealed{Taken: true}, nil
	}
	info := activity.GetInfo(ctx)
	own := Own{info.WorkflowExecution.ID, info.WorkflowExecution.RunID, info.ActivityID}
	made, err := a.Recorder.Seal(ctx, in.Order, own, beat)
	switch {
	case err != nil:
		return Sealed{}, fault(err, in.op())
	case made.News == 0 && in.IfNews:
		return Sealed{Nothing: true}, nil
	}
	out := Sealed{Doc: made.Doc, Head: made.Head, Runs: made.Runs}
	for i, content := range made.Files {
		file := File{ID: in.IDs[i], Name: content.Name, Folder: in.Folder, Key: in.key(content.Name)}
		kept, err := a.put(ctx, file, content, beat)
		if activities.Is(err, activities.Invalid) && !in.Fresh {
			return Sealed{Taken: true}, nil // another branch's, or in the trash
		}
		if err != nil {
			return Sealed{}, err
		}
		out.Files = append(out.Files, kept)
	}
	return out, nil
}

func (in SealHistory) op() string { return fmt.Sprintf("seal %d of %s", in.Seal, in.Case) }

// key names a file of this seal and branch: it is in Drive's properties, so that nobody takes another's file for it.
func (in SealHistory) key(name string) string { return key(in.Effect, in.Branch, name) }

func key(e activities.Effect, branch, name string) string {
	return strings.Join([]string{e.Key, branch, name}, ".")
}

// put writes a file in one go. A file that an earlier try wrote, or began, gets its content anew.
func (a *Activities) put(ctx context.Context, f File, c Content, beat func()) (Artifact, error) {
	w, err := a.Files.OpenUpload(ctx, deposit.File{ID: f.ID, Name: f.Name, Mime: c.Mime, Folder: f.Folder, Key: f.Key}, nil)
	if err != nil {
		return Artifact{}, err
	}
	for rest := bytes.NewReader(c.Bytes); rest.Len() > 0; beat() {
		if _, err := io.CopyN(w, rest, min(int64(rest.Len()), 1<<20)); err != nil {
			return Artifact{}, err
		}
	}
	stored, err := w.Close(ctx)
	if err != nil {
		return Artifact{}, err
	}
	if stored.ID != f.ID || stored.SHA256 == "" {
		return Artifact{}, activities.Fault{
			Class: activities.Ambiguous, System: "drive", Op: "put " + f.Name + " away", Cause: "the store did not say what it holds",
		}.Error()
	}
	return Artifact{Name: f.Name, ID: stored.ID, Size: stored.Size, SHA256: stored.SHA256}, nil
}

// fault keeps an error that says what it means, and calls any other Temporal's silence.
func fault(err error, op string) error {
	if f := activities.FaultOf(err); f.Op != "" {
		return err
	}
	return activities.Fault{Class: activities.Unavailable, System: "temporal", Op: op, Cause: err.Error(), Hint: "see whether Temporal answers"}.Error()
}
