package archive

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"hikeshi/activities"
	"hikeshi/activities/internal/pulse"
)

// ExportTickets asks for tickets with their comments as one JSON file.
type ExportTickets struct {
	activities.Effect
	Tickets []string `json:"tickets"` // ids: the case's, the log's, those of the lessons
	File    File     `json:"file"`
}

// ExportTickets writes ticket.json, ticket by ticket. Running it twice is harmless: the file has a reserved id, and is
// written over. A ticket that is not there any more, or is closed to us, is said to be missing in the file, for nobody
// could bring it back; the first one, the case's own, has to be there. Final are NotFound and Denied for that one and for
// the archive's folder.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/#api-rest-api-2-issue-issueidorkey-get
func (a *Activities) ExportTickets(ctx context.Context, in ExportTickets) (Artifact, error) {
	p := pulse.TakeUp[struct{}](ctx)
	made, err := a.put(ctx, in.File, jsonType, p.Beat, func(w io.Writer) error { return a.writeTickets(ctx, in, w) })
	return made, p.End(err)
}

func (a *Activities) writeTickets(ctx context.Context, in ExportTickets, w io.Writer) error {
	if _, err := io.WriteString(w, `{"format":"hikeshi tickets","version":1,"made":"`+madeAt(in.Since).Format(time.RFC3339)+"\",\"tickets\":[\n"); err != nil {
		return err
	}
	for i, ticket := range in.Tickets {
		if i > 0 {
			if _, err := io.WriteString(w, ",\n"); err != nil {
				return err
			}
		}
		if err := a.writeTicket(ctx, ticket, i == 0, w); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "\n]}\n")
	return err
}

// missingTicket stands for a ticket that could not be read.
type missingTicket struct {
	Ticket  string `json:"ticket"`
	Missing string `json:"missing"`
}

func (a *Activities) writeTicket(ctx context.Context, ticket string, needed bool, w io.Writer) error {
	out := &sink{Writer: w, beat: func() {}}
	err := out.or(a.Tickets.ExportTicket(ctx, ticket, out))
	if out.err != nil || needed || !isGone(err) {
		return err
	}
	f := activities.FaultOf(err)
	if out.written > 0 {
		f.Class, f.Hint = activities.Unavailable, "" // it went while it was read; the next try finds it missing from the start
		return f.Error()
	}
	b, err := json.Marshal(missingTicket{ticket, f.Cause})
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}
