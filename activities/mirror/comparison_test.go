package mirror

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// Compare holds the log against the chat, message by message, and tells each difference in words, by the message's
// channel and TS. There is none if the log has everything that people said exactly once and in order, knows the last
// edit of each message, and knows which of them are gone. It changes nothing. logs are the log tickets, the oldest first.
func Compare(ctx context.Context, chat Conversation, log Log, logs, channels []string) ([]string, error) {
	c := &comparison{known: map[string]*account{}, kept: map[string]struct{}{}, last: map[string]string{}, channels: channels}
	if err := c.readLog(ctx, log, logs); err != nil {
		return nil, err
	}
	for _, channel := range channels {
		if err := c.readChannel(ctx, chat, channel); err != nil {
			return nil, err
		}
	}
	c.vanished()
	return c.differences, nil
}

type comparison struct {
	channels    []string
	known       map[string]*account
	last        map[string]string   // by channel: TS of the last message that stands in it
	kept        map[string]struct{} // files
	differences []string
}

// account is what the log says of one message, and whether the chat has it.
type account struct {
	said, lost int
	state      ledger.Entry // the newest
	seen       bool
}

func (c *comparison) tell(format string, args ...any) {
	c.differences = append(c.differences, fmt.Sprintf(format, args...))
}

func (c *comparison) readLog(ctx context.Context, log Log, logs []string) error {
	var digests []ledger.Digest
	for _, ticket := range slices.Backward(logs) {
		err := log.Digests(ctx, ticket, func(d ledger.Digest) (bool, error) {
			digests = append(digests, ledger.Digest{Key: d.Key, Seq: d.Seq, Entries: d.Entries})
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	slices.Reverse(digests)
	keys := map[string]struct{}{}
	for i, d := range digests {
		if _, twice := keys[d.Key]; twice || d.Seq != i+1 {
			c.tell("digest %d (%s) stands at place %d", d.Seq, d.Key, i+1)
		}
		keys[d.Key] = struct{}{}
		for _, e := range d.Entries {
			c.account(e)
		}
	}
	return nil
}

func (c *comparison) account(e ledger.Entry) {
	a := c.known[e.Key()]
	if a == nil {
		a = &account{}
		c.known[e.Key()] = a
	}
	goesOn := e.Part > 1 && e.Part == a.state.Part+1 && e.Parts == a.state.Parts && e.Sum == a.state.Sum && e.Kind == a.state.Kind
	if e.Part > 1 && !goesOn {
		c.tell("%s: part %d of %d follows part %d of %d", e.Key(), e.Part, e.Parts, a.state.Part, a.state.Parts)
	}
	a.state = e
	c.files(e)
	if e.Part > 1 {
		return
	}
	switch e.Kind {
	case ledger.Said:
		a.said++
		c.order(e)
	case ledger.Lost:
		a.lost++
	case ledger.Edited, ledger.Deleted, ledger.Kept:
		if a.said == 0 {
			c.tell("%s: %s before it was said", e.Key(), e.Kind)
		}
	}
	if a.said > 1 || a.lost > 1 {
		c.tell("%s: logged twice", e.Key())
	}
}

// files looks at where files are kept. An entry of its own says so only of what the log has not named as kept before.
func (c *comparison) files(e ledger.Entry) {
	for _, f := range e.Files {
		if _, twice := c.kept[f.ID]; twice && e.Kind == ledger.Kept {
			c.tell("%s: file %s was kept before", e.Key(), f.ID)
		}
		if f.Kept != "" {
			c.kept[f.ID] = struct{}{}
		}
	}
}

// order looks at the messages of a channel itself. Replies that were found later may stand behind newer ones.
func (c *comparison) order(e ledger.Entry) {
	if e.Thread != "" {
		return
	}
	if e.TS <= c.last[e.Channel] {
		c.tell("%s: stands behind %s", e.Key(), c.last[e.Channel])
	}
	c.last[e.Channel] = max(c.last[e.Channel], e.TS)
}

func (c *comparison) readChannel(ctx context.Context, chat Conversation, channel string) error {
	history := func(in talk.Span, cursor string) (talk.Page, error) { return chat.History(ctx, channel, in, cursor) }
	return talk.Walk(ctx, history, "", func(part []talk.Message) error {
		for _, m := range part {
			c.compare(m)
			if m.Replies == 0 {
				continue
			}
			if err := c.readThread(ctx, chat, m); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *comparison) readThread(ctx context.Context, chat Conversation, root talk.Message) error {
	for cursor := ""; ; {
		page, err := chat.Replies(ctx, root.Channel, root.TS, talk.Span{}, cursor)
		if err != nil {
			return err
		}
		for _, m := range page.Messages {
			c.compare(m)
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

func (c *comparison) compare(m talk.Message) {
	a := c.known[m.Key()]
	if !m.Said() {
		if a != nil && a.said > 0 && m.Subtype != tombstone {
			c.tell("%s: logged, though nobody said it", m.Key())
		}
		return
	}
	if a == nil || a.said == 0 {
		c.tell("%s: not in the log", m.Key())
		return
	}
	a.seen = true
	switch {
	case a.state.Kind == ledger.Deleted:
		c.tell("%s: deleted in the log, but there", m.Key())
	case a.state.Sum != ledger.Sum(m) || m.Edited != "" && a.state.Edited != m.Edited:
		c.tell("%s: the log has another text", m.Key())
	case !a.state.Whole():
		c.tell("%s: only part %d of %d is in the log", m.Key(), a.state.Part, a.state.Parts)
	}
}

// vanished tells of messages that are gone without the log saying so.
func (c *comparison) vanished() {
	for _, key := range slices.Sorted(maps.Keys(c.known)) {
		a := c.known[key]
		channel, _, _ := strings.Cut(key, " ")
		gone := a.state.Kind == ledger.Deleted || a.state.Kind == ledger.Lost
		if !a.seen && !gone && slices.Contains(c.channels, channel) {
			c.tell("%s: gone, and the log does not say so", key)
		}
	}
}
