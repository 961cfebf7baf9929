package workflows

import (
	"fmt"
	"net/url"
	"slices"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
)

// maxNote bounds what an entry of the timeline keeps of a text, so that its link stays whole.
const maxNote = 250

// note enters into the timeline what somebody saw, or a message that somebody marked, with the way to it.
func (c *caseRun) note(ctx workflow.Context, cmd NoteCommand) (Answer, *incident.Refusal) {
	if !c.mark(ctx, cmd) {
		return Answer{Text: fmt.Sprintf("%s: it is in the timeline already", c.Number)}, nil
	}
	words := []string{"Text", incident.Shorten(incident.CleanLine(cmd.Text), maxNote), "Link", cmd.Link}
	now := workflow.Now(ctx)
	at := now
	if !cmd.At.IsZero() && cmd.At.Before(now) {
		at = cmd.At
	}
	c.enterAt(at, cmd.By.Called(), "noted", words...)
	return Answer{ID: fmt.Sprintf("e%d", c.Counters.Entries), Text: fmt.Sprintf("%s: noted in the timeline", c.Number)}, nil
}

// maxMarked bounds of how many messages it is remembered that they were marked, and by whom.
const maxMarked = 300

// mark remembers that the sender has marked a message, and reports whether that is new. What was refused is not marked.
func (c *caseRun) mark(ctx workflow.Context, cmd NoteCommand) bool {
	if cmd.Message == "" || workflow.GetVersion(ctx, "know marked messages", workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return true
	}
	marked := digest([]string{cmd.Message, cmd.By.Who})
	if slices.Contains(c.Marked, marked) {
		return false
	}
	c.Marked = append(c.Marked, marked)
	c.Marked = c.Marked[max(0, len(c.Marked)-maxMarked):]
	return true
}

func (cmd NoteCommand) sender() incident.By { return cmd.By }

func (cmd NoteCommand) check() *incident.Refusal {
	if u, err := url.Parse(cmd.Link); cmd.Link != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(cmd.Link) > maxLink || incident.CleanLine(cmd.Link) != cmd.Link) {
		return incident.Refuse(incident.Usage, "Give an address that begins with https://, or none", "the link is no address")
	}
	return firstOf(without("the text", "Say what happened: note --text …", cmd.Text), tooLong("note", maxText, cmd.Text), tooLong("message", maxLine, cmd.Message))
}

// maxLink bounds the address of a message; Slack's have about a hundred characters.
const maxLink = 140
