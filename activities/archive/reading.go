package archive

import (
	"context"

	"hikeshi/activities"
	"hikeshi/activities/internal/talk"
)

// place is how far the reading of a channel is.
type place struct {
	After  string `json:"after,omitempty"`  // TS of the last message of the channel itself that is done, with its replies
	Thread string `json:"thread,omitempty"` // first message of the thread that is being read; it is done itself
	Reply  string `json:"reply,omitempty"`  // its last reply that is done
}

// reading reads channels in the order in which they are kept: each message followed by its replies. It holds a few pages
// at a time, however long a channel is.
type reading struct {
	chat Conversation
	beat func() // says that we are alive: called before each page
}

// groupful is the most messages of a channel that are handed over at a time: each may be 40,000 characters long.
const groupful = 100

// channel hands over everything in the channel after the place, in groups, and tells the place after each group.
func (r reading) channel(ctx context.Context, id string, from place, each func([]talk.Message, place) error) error {
	if from.Thread != "" {
		if err := r.thread(ctx, id, from.Thread, from.Reply, each); err != nil {
			return err
		}
		from = place{After: from.Thread}
	}
	page := func(in talk.Span, cursor string) (talk.Page, error) {
		return patient(ctx, r.beat, func() (talk.Page, error) { return r.chat.History(ctx, id, in, cursor) })
	}
	return talk.Walk(ctx, page, from.After, func(part []talk.Message) error { return r.part(ctx, id, part, each) })
}

// part hands over a part of the channel, and reads the threads that begin in it.
func (r reading) part(ctx context.Context, id string, part []talk.Message, each func([]talk.Message, place) error) error {
	var group []talk.Message
	for _, m := range part {
		if isReply(m) { // it was sent to the channel as well
			inThread, err := r.inThread(ctx, id, m)
			if err != nil {
				return err
			}
			if inThread {
				continue
			}
		}
		group = append(group, m)
		if m.Replies == 0 && len(group) < groupful {
			continue
		}
		at := place{After: m.TS}
		if m.Replies > 0 {
			at = place{Thread: m.TS}
		}
		if err := each(group, at); err != nil {
			return err
		}
		if m.Replies > 0 {
			if err := r.thread(ctx, id, m.TS, "", each); err != nil {
				return err
			}
		}
		group = nil
	}
	if len(part) == 0 {
		return nil
	}
	return each(group, place{After: part[len(part)-1].TS})
}

// inThread reports whether the reply is read with its thread. It is not if what it replies to has vanished without a
// trace; then it stands for itself.
func (r reading) inThread(ctx context.Context, id string, m talk.Message) (bool, error) {
	page, err := r.replies(ctx, id, m.Thread, "", "")
	if isGone(err) {
		return false, nil
	}
	return len(page.Messages) > 0 || page.Next != "", err
}

// thread hands over the replies after the one given.
func (r reading) thread(ctx context.Context, id, thread, after string, each func([]talk.Message, place) error) error {
	for cursor, last := "", after; ; {
		page, err := r.replies(ctx, id, thread, after, cursor)
		if isGone(err) {
			return nil // it was deleted after we had seen it; whoever compares will see that, too
		}
		if err != nil {
			return err
		}
		var group []talk.Message
		for _, m := range page.Messages {
			if m.TS > last && m.TS != thread {
				group, last = append(group, m), m.TS
			}
		}
		if len(group) > 0 {
			if err := each(group, place{Thread: thread, Reply: last}); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

func (r reading) replies(ctx context.Context, id, thread, after, cursor string) (talk.Page, error) {
	return patient(ctx, r.beat, func() (talk.Page, error) {
		return r.chat.Replies(ctx, id, thread, talk.Span{After: after}, cursor)
	})
}

// isGone reports whether the error says that a thing is not there, or not for us.
func isGone(err error) bool {
	return activities.Is(err, activities.NotFound) || activities.Is(err, activities.Denied)
}
