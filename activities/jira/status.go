package jira

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"hikeshi/activities"
)

// The marker lines. They are plain words, because JIRA Cloud turns wiki markup into its own format and back, and keeps
// words only. They are recognised by how they begin.
const (
	blockBegin = "▼ Hikeshi status"
	blockEnd   = "▲ Hikeshi status"
)

// maxText is JIRA's limit for a description or a comment.
const maxText = 32767

// EmbedBlock returns the description with block as its status block: in the place of the block that is there, else at
// the end. Everything outside the marker lines stays. A lone marker line, of which somebody deleted the partner, is
// taken out and the text around it is kept: it could be a person's.
func EmbedBlock(description, block string) string {
	fresh := append(append([]string{blockBegin}, blockLines(block)...), blockEnd)
	var out []string
	placed := false
	lines := strings.Split(strings.ReplaceAll(description, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		end := blockAt(lines, i)
		switch {
		case end > i && !placed:
			out, placed, i = append(out, fresh...), true, end
		case end > i: // a pasted copy
			i = end
		case isMarker(lines[i]):
		default:
			out = append(out, lines[i])
		}
	}
	if placed {
		return strings.Join(out, "\n")
	}
	before := strings.TrimRight(strings.Join(out, "\n"), "\n")
	if before != "" {
		before += "\n\n"
	}
	return before + strings.Join(fresh, "\n")
}

// blockAt returns the line on which the block that begins at line i ends; 0: none begins there.
func blockAt(lines []string, i int) int {
	if !strings.HasPrefix(strings.TrimSpace(lines[i]), blockBegin) {
		return 0
	}
	for j := i + 1; j < len(lines); j++ {
		if isMarker(lines[j]) {
			if strings.HasPrefix(strings.TrimSpace(lines[j]), blockEnd) {
				return j
			}
			return 0 // another block begins before this one ends
		}
	}
	return 0
}

func isMarker(line string) bool {
	line = strings.TrimSpace(line)
	return strings.HasPrefix(line, blockBegin) || strings.HasPrefix(line, blockEnd)
}

// blockLines leaves out lines that would end the block early.
func blockLines(block string) []string {
	lines := strings.Split(strings.Trim(strings.ReplaceAll(block, "\r\n", "\n"), "\n"), "\n")
	return slices.DeleteFunc(lines, isMarker)
}

// sameText compares as people see it: JIRA stores CRLF and drops spaces at the ends of lines.
func sameText(a, b string) bool { return normal(a) == normal(b) }

func normal(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// writeStatusBlock reads and writes in two calls; JIRA has no conditional edit, so an edit that a person saves within
// the same fraction of a second is overwritten, but stays in the issue's change history.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/#api-rest-api-2-issue-issueidorkey-put
func (c *Client) writeStatusBlock(ctx context.Context, in WriteStatusBlock) error {
	if f := noTicket("write status block", in.Ticket); f != nil {
		return f.Error()
	}
	var now issue
	path := "issue/" + url.PathEscape(in.Ticket)
	r := call{
		op: "read ticket " + in.Ticket, method: http.MethodGet, path: path, into: &now,
		query:      url.Values{"fields": {"description"}},
		permission: "Browse Projects",
		missing:    ticketHint,
	}
	if f := c.send(ctx, r); f != nil {
		return f.Error()
	}
	text := EmbedBlock(now.Fields.Description, in.Block)
	if sameText(text, now.Fields.Description) {
		return nil
	}
	r = call{
		op: "write status block of ticket " + in.Ticket, method: http.MethodPut, path: path,
		query:      url.Values{"notifyUsers": {"false"}},
		body:       map[string]any{"fields": map[string]string{"description": text}},
		permission: "Edit Issues, and Administer Projects to edit without sending mails; the edit was not repeated with mails",
		missing:    ticketHint,
	}
	if n := len16(text); n > maxText {
		return r.fail(activities.Invalid, fmt.Sprintf("the description would have %d characters, JIRA takes %d", n, maxText),
			"move text from the ticket's description into a comment").Error()
	}
	if f := c.send(ctx, r); f != nil {
		return f.Error()
	}
	return nil
}

// noTicket refuses an empty key or id, which would turn the address into another one.
func noTicket(op, ticket string) *failure {
	if strings.TrimSpace(ticket) != "" {
		return nil
	}
	return call{op: op}.fail(activities.Invalid, "no ticket is named", "")
}

const ticketHint = "the ticket was deleted, or a security level hides it from our account"
