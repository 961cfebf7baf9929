package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"hikeshi/activities/jira/jiratest"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/workflows/incident"
)

// What a whole ordinary case may cost people at most.
const (
	maxMails  = 10 // to somebody who watches the ticket
	maxPosts  = 12 // top-level messages of the machine, in all of the case's channels
	executive = "daigo"
)

// review looks at what the demonstration has left in the sandbox, from outside: any surprise is an error.
func (p *play) review(ctx context.Context) error {
	all, err := p.observe(ctx)
	if err != nil {
		return fmt.Errorf("look into the sandbox: %w", err)
	}
	w := all.of(incident.RequestID(p.s.trigger()))
	if err := w.exactlyOne(); err != nil {
		return err
	}
	if err := errors.Join(p.reviewTrouble(w), p.reviewChannels(w), p.reviewRun(w), p.reviewTickets(w), p.reviewLog(w)); err != nil {
		return err
	}
	if err := p.reviewArchive(ctx, w); err != nil {
		return err
	}
	posts, mails := w.posts(), w.mailsTo(executive)
	if posts > maxPosts || mails > maxMails {
		return fmt.Errorf("the case was noisy: %d top-level messages, %d mails to the executive", posts, mails)
	}
	p.say.step("the machine posted %d top-level messages in %d channels; the executive got %d mails", posts, len(w.Channels), mails)
	return nil
}

func (p *play) reviewChannels(w world) error {
	for _, room := range []struct {
		analysis string
		people   []string
	}{{"", []string{"aoi", "ben", "chie", "kenji"}}, {"a1", []string{"chie", "ben"}}, {"a2", []string{"kenji"}}, {"a3", []string{"ben"}}} {
		found := w.rooms(room.analysis)
		if len(found) != 1 {
			return fmt.Errorf("there are %d channels of analysis %q, not one", len(found), room.analysis)
		}
		for _, who := range room.people {
			if !found[0].Has(personID(who)) {
				return fmt.Errorf("%s is not in #%s", who, found[0].Name)
			}
		}
		if !found[0].Archived || len(found[0].Pins) != 1 {
			return fmt.Errorf("#%s is archived: %v, pinned: %d", found[0].Name, found[0].Archived, len(found[0].Pins))
		}
		if card := w.pinnedIn(found[0]); room.analysis == "" && !strings.Contains(card, `"case_reopen"`) {
			return fmt.Errorf("the card in #%s does not say that the case is closed: %s", found[0].Name, card)
		}
	}
	p.say.step("the sandbox holds exactly one ticket, channel, folder and sheet of it, and one channel for each analysis; all are archived")
	return nil
}

// reviewRun looks for the run's card: one, in the thread, on which everything is done.
func (p *play) reviewRun(w world) error {
	cards := 0
	for _, m := range w.Messages {
		text := m.Text + string(m.Blocks)
		if m.BotID == "" || m.Channel != w.rooms("")[0].ID || !strings.Contains(text, "Runbook r1: ") {
			continue
		}
		cards++
		if m.ThreadTS == "" || !strings.Contains(text, "✓ 9. ") || strings.Contains(text, "○") {
			return fmt.Errorf("the card of the run (in a thread: %v) does not say that all nine steps are done: %s", m.ThreadTS != "", m.Text)
		}
	}
	if cards != 1 {
		return fmt.Errorf("there are %d cards of the run, not one", cards)
	}
	p.say.step("the runbook's progress stands on one card in the thread, and every step is done")
	return nil
}

func (p *play) reviewTickets(w world) error {
	ticket := w.made("open-ticket")[0]
	if ticket.Key != p.s.Number || ticket.Status != "Done" || !strings.Contains(ticket.Description, demoScope) {
		return fmt.Errorf("ticket %s of case %s is %s, and shows its scope: %v", ticket.Key, p.s.Number, ticket.Status, strings.Contains(ticket.Description, demoScope))
	}
	if n := len(w.made("lesson-l1-theme")); n != 1 {
		return fmt.Errorf("there are %d tickets of the improvement theme, not one", n)
	}
	return nil
}

// mailsTo counts the mails about the case's tickets to somebody.
func (w world) mailsTo(account string) (n int) {
	for _, m := range w.Mails {
		if m.To == account && slices.ContainsFunc(w.Issues, func(i jiratest.Issue) bool { return i.Key == m.Issue }) {
			n++
		}
	}
	return n
}

// posts counts the machine's messages that stand in a channel itself.
func (w world) posts() (n int) {
	for _, c := range w.Channels {
		n += notices(w, c.ID)
	}
	return n
}

// pinnedIn is what the first message that is pinned in a channel shows: that is the card.
func (w world) pinnedIn(c slacktest.Channel) string {
	for _, m := range w.Messages {
		if m.Channel == c.ID && len(c.Pins) > 0 && m.TS == c.Pins[0] {
			return string(m.Blocks)
		}
	}
	return ""
}

// notices counts the machine's messages at the top level of a channel.
func notices(w world, channel string) (n int) {
	for _, m := range w.Messages {
		if m.Channel == channel && m.BotID != "" && m.ThreadTS == "" && (m.Subtype == "" || m.Subtype == "bot_message") {
			n++
		}
	}
	return n
}

// logged is an entry of the log, as a stranger reads it from the property of a comment.
type logged struct {
	Kind    string `json:"k"`
	Channel string `json:"c"`
	TS      string `json:"t"`
	Thread  string `json:"r"`
	Part    int    `json:"p"` // of a message that is longer than a comment
	Files   []struct {
		Kept string `json:"to"`
		Sum  string `json:"sum"`
	} `json:"f"`
}

// logOf reads the case's log: its entries in order, and all words of it.
func (w world) logOf() (entries []logged, words string, err error) {
	for _, ticket := range w.made("mirror-log") {
		for _, c := range w.Comments {
			if c.Issue != ticket.ID {
				continue
			}
			words += c.Body + "\n"
			var d struct{ Entries []logged }
			if raw, ok := c.Properties["hikeshi"]; ok {
				if err := json.Unmarshal(raw, &d); err != nil {
					return nil, "", fmt.Errorf("comment %d of the log: %w", c.ID, err)
				}
			}
			entries = append(entries, d.Entries...)
		}
	}
	return entries, words, nil
}

// reviewLog compares the log with Slack.
func (p *play) reviewLog(w world) error {
	if err := errors.Join(w.logHolds(), w.logInOrder()); err != nil {
		return err
	}
	entries, words, err := w.logOf()
	if err != nil {
		return err
	}
	count := map[string]int{}
	for _, e := range entries {
		count[e.Kind]++
	}
	if count["said"] == 0 || count["edited"] != 1 || count["deleted"] != 1 || count["lost"] != 0 {
		return fmt.Errorf("the log tells of %v, not of one edit and one deletion", count)
	}
	if strings.Contains(words, "Winter2026") {
		return errors.New("the password stands in the log")
	}
	p.say.step("the log holds each of the %d messages, the edit and the deletion, in order; the password was taken out", count["said"])
	return nil
}

// logHolds compares the log with Slack, message by message: whatever people said in the case's channels is logged, once,
// and so is the present text of what was edited.
func (w world) logHolds() error {
	entries, _, err := w.logOf()
	if err != nil {
		return err
	}
	kinds := map[string][]string{}
	for _, e := range entries {
		if e.Part > 1 {
			continue // the rest of a long one
		}
		kinds[e.Channel+" "+e.TS] = append(kinds[e.Channel+" "+e.TS], e.Kind)
	}
	for _, m := range w.Messages {
		if !w.has(m.Channel) || m.BotID != "" || m.Subtype != "" && m.Subtype != "file_share" {
			continue
		}
		got := kinds[m.Channel+" "+m.TS]
		once := len(slices.DeleteFunc(slices.Clone(got), func(kind string) bool { return kind != "said" })) == 1
		if !once || slices.Contains(got, "deleted") {
			return fmt.Errorf("message %s of channel %s (edited: %v) is logged as %v", m.TS, m.Channel, m.Edited != nil, got)
		}
	}
	return nil
}

// logInOrder says which message is logged before one that was said earlier in the same channel. A reply may be late.
func (w world) logInOrder() error {
	entries, _, err := w.logOf()
	if err != nil {
		return err
	}
	last := map[string]string{}
	for _, e := range entries {
		if e.Kind != "said" || e.Thread != "" {
			continue
		}
		if e.TS < last[e.Channel] {
			return fmt.Errorf("message %s of channel %s is logged after %s", e.TS, e.Channel, last[e.Channel])
		}
		last[e.Channel] = e.TS
	}
	return nil
}

func (w world) has(channel string) bool {
	return slices.ContainsFunc(w.Channels, func(c slacktest.Channel) bool { return c.ID == channel })
}

// manifest is the archive's list of what it holds, as a stranger reads it.
type manifest struct {
	Case      string
	Artifacts []struct{ Name, ID, SHA256 string }
	Files     []struct{ ID, SHA256 string }
}

// reviewArchive downloads everything that the manifest lists and hashes it anew.
func (p *play) reviewArchive(ctx context.Context, w world) error {
	var list manifest
	for _, f := range w.Files {
		if f.Name == "manifest.json" {
			text, err := p.download(ctx, f.ID)
			if err == nil {
				err = json.Unmarshal(text, &list)
			}
			if err != nil {
				return fmt.Errorf("read the manifest: %w", err)
			}
		}
	}
	if list.Case != p.s.Number || len(list.Artifacts) < 4 || len(list.Files) != 2 {
		return fmt.Errorf("the manifest of case %q lists %d artifacts and %d files", list.Case, len(list.Artifacts), len(list.Files))
	}
	for _, f := range list.Artifacts {
		list.Files = append(list.Files, struct{ ID, SHA256 string }{f.ID, f.SHA256})
	}
	for _, f := range list.Files {
		content, err := p.download(ctx, f.ID)
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != f.SHA256 {
			return fmt.Errorf("file %s of the archive is not what the manifest says", f.ID)
		}
		if strings.Contains(string(content), "Winter2026") {
			return fmt.Errorf("the password stands in file %s of the archive", f.ID)
		}
	}
	p.say.step("the archive's %d files were downloaded and hashed anew: they are what the manifest says", len(list.Files))
	return nil
}

func (p *play) download(ctx context.Context, id string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.at.Google+"/drive/v3/files/"+id+"?alt=media&supportsAllDrives=true", nil)
	if err != nil {
		return nil, err
	}
	resp, err := web.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("download file %s: %s", id, resp.Status)
	}
	return content, err
}
