package archive

import (
	"context"
	"io"

	"hikeshi/activities"
	"hikeshi/activities/internal/pulse"
)

// ExportTasks asks for the task sheet as an office file.
type ExportTasks struct {
	activities.Effect
	Sheet string `json:"sheet"` // id
	File  File   `json:"file"`
}

// ExportTasks writes tasks.xlsx, as Sheets makes it: a workbook keeps the type of each cell, so that a text which looks
// like a formula stays a text. Running it twice is harmless: the file has a reserved id, and is written over. Final are
// NotFound and Denied for the sheet and the archive's folder, and Invalid for a sheet that is too large to export.
// https://developers.google.com/workspace/drive/api/reference/rest/v3/files/export
func (a *Activities) ExportTasks(ctx context.Context, in ExportTasks) (Artifact, error) {
	p := pulse.TakeUp[struct{}](ctx)
	made, err := a.put(ctx, in.File, workbookType, p.Beat, func(w io.Writer) error { return a.copyTasks(ctx, in.Sheet, w) })
	return made, p.End(err)
}

func (a *Activities) copyTasks(ctx context.Context, sheet string, w io.Writer) error {
	book, err := a.Files.Export(ctx, sheet, workbookType)
	if err != nil {
		return err
	}
	defer book.Close() //nolint:errcheck // it was read to its end, or is read again
	out := &sink{Writer: w, beat: func() {}}
	_, err = io.Copy(out, book)
	if err == nil || out.err != nil || activities.FaultOf(err).Op != "" {
		return out.or(err)
	}
	return activities.Fault{Class: activities.Unavailable, System: "drive", Op: "export the task sheet", Cause: err.Error()}.Error()
}
