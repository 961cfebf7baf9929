package seal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"hikeshi/activities"
	"hikeshi/activities/internal/pulse"
)

// ExportAudit asks for the readable audit of a case.
type ExportAudit struct {
	activities.Effect
	Language string     `json:"language"`
	Records  []Artifact `json:"records"` // the records' file of each seal, the oldest first
	Lines    File       `json:"lines"`   // audit.jsonl
	Page     File       `json:"page"`    // audit.html
}

// Audited are the two files.
type Audited struct {
	Lines Artifact `json:"lines"`
	Page  Artifact `json:"page"`
}

// maxRecords bounds one file of records that is read back, in bytes.
const maxRecords = 256 << 20

// ExportAudit joins the records of all seals, which it reads back from the store and compares with what was sealed, into
// audit.jsonl and audit.html. Running it twice is harmless: the files have reserved ids, and the same seals make the
// same bytes. Final are NotFound and Denied for a file or the folder, and Invalid for a file that has changed.
func (a *Activities) ExportAudit(ctx context.Context, in ExportAudit) (Audited, error) {
	p := pulse.TakeUp[struct{}](ctx)
	out, err := a.exportAudit(ctx, in, p.Beat)
	return out, p.End(err)
}

func (a *Activities) exportAudit(ctx context.Context, in ExportAudit, beat func()) (out Audited, err error) {
	var seals [][]byte
	for _, file := range in.Records {
		beat()
		b, err := a.readBack(ctx, file)
		if err != nil {
			return out, err
		}
		seals = append(seals, b)
	}
	lines, page, err := a.Recorder.Audit(ctx, in.Language, seals)
	if err != nil {
		return out, fault(err, "join the audit's records")
	}
	if out.Lines, err = a.put(ctx, in.Lines, Content{in.Lines.Name, "application/x-ndjson", lines}, beat); err != nil {
		return out, err
	}
	out.Page, err = a.put(ctx, in.Page, Content{in.Page.Name, "text/html", page}, beat)
	return out, err
}

// readBack reads a file that was sealed, and refuses one that is not what it was.
func (a *Activities) readBack(ctx context.Context, file Artifact) ([]byte, error) {
	b, err := a.Files.Read(ctx, file.ID, maxRecords)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != file.SHA256 {
		return nil, activities.Fault{
			Class: activities.Invalid, System: "drive", Op: "read " + file.Name + " back", Cause: "it is not what was sealed: somebody has changed it",
			Hint: "take back the earlier version of the file in Drive (File, Version history), then retry",
		}.Error()
	}
	return b, nil
}
