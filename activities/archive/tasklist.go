package archive

import (
	"context"
	"encoding/csv"
	"io"
	"strings"

	"hikeshi/activities"
	"hikeshi/activities/internal/pulse"
)

// ExportTaskList asks for the tasks as the case knows them, where the task sheet is no more.
type ExportTaskList struct {
	activities.Effect
	Rows [][]string `json:"rows"` // the first is the columns' titles
	File File       `json:"file"`
}

// ExportTaskList writes the rows as comma-separated values (RFC 4180), in UTF-8 with a mark at the beginning, without
// which spreadsheet programs take it for another encoding. Running it twice is harmless: the file has a reserved id, and
// is written over. Final are NotFound and Denied for the archive's folder.
func (a *Activities) ExportTaskList(ctx context.Context, in ExportTaskList) (Artifact, error) {
	p := pulse.TakeUp[struct{}](ctx)
	made, err := a.put(ctx, in.File, "text/csv", p.Beat, func(w io.Writer) error { return writeTable(w, in.Rows) })
	return made, p.End(err)
}

func writeTable(w io.Writer, rows [][]string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	table := csv.NewWriter(w)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, text := range row {
			cells[i] = inert(text)
		}
		if err := table.Write(cells); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

// inert keeps a text from being taken for a formula by the program that opens the file.
func inert(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
