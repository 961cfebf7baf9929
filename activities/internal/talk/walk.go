package talk

import (
	"cmp"
	"context"
	"slices"
)

// held is how many pages Walk keeps at a time, beside the newest.
const held = 5

// Walk hands over everything in a list after the message named, in ascending order and in parts of a few pages. Chats
// give their pages the newest first, so the whole list is paged through to find its beginning; of the pages on the way
// only the oldest are kept, and of the others where they end, so that a list of any length takes little memory, and each
// page is read twice at most. What is said after the first page was read is left to the next walk. The first error, of
// read or of each, ends the walk and is returned as it is.
func Walk(ctx context.Context, read func(in Span, cursor string) (Page, error), after string, each func([]Message) error) error {
	w := walk{ctx: ctx, read: read}
	newest, err := w.page(Span{After: after}, "")
	if err != nil {
		return err
	}
	if err = w.back(Span{After: after, Before: oldest(newest)}, newest.Next, newest.Next != ""); err != nil {
		return err
	}
	for {
		if len(w.ends) == 0 {
			w.pages = append(w.pages, newest)
		}
		if part := w.take(after); len(part) > 0 {
			if err := each(part); err != nil {
				return err
			}
			after = part[len(part)-1].TS
		}
		if len(w.ends) == 0 {
			return nil
		}
		last := len(w.ends) - 1
		end := w.ends[last]
		w.ends = w.ends[:last]
		if err := w.back(Span{After: after, Before: end}, "", true); err != nil {
			return err
		}
	}
}

type walk struct {
	ctx   context.Context
	read  func(Span, string) (Page, error)
	pages []Page
	ends  []string // of the parts that were let go, the newest first: each lies before this TS
}

func (w *walk) page(in Span, cursor string) (Page, error) {
	if err := w.ctx.Err(); err != nil {
		return Page{}, err
	}
	return w.read(in, cursor)
}

// back pages through a span from its end to its beginning, and keeps the oldest pages. With a cursor it goes on in a
// list that was begun without an end.
func (w *walk) back(in Span, cursor string, more bool) error {
	end := in.Before
	if cursor != "" {
		in.Before = ""
	}
	for more {
		page, err := w.page(in, cursor)
		if err != nil {
			return err
		}
		if len(page.Messages) > 0 {
			if len(w.pages) == held {
				w.ends, end = append(w.ends, end), oldest(w.pages...)
				w.pages = nil
			}
			w.pages = append(w.pages, page)
		}
		cursor, more = page.Next, page.Next != ""
	}
	return nil
}

func oldest(pages ...Page) string {
	ts := ""
	for _, p := range pages {
		for _, m := range p.Messages {
			if ts == "" || m.TS < ts {
				ts = m.TS
			}
		}
	}
	return ts
}

// take gives the messages held, in order, each once, and lets go of them.
func (w *walk) take(after string) []Message {
	var part []Message
	for _, p := range w.pages {
		for _, m := range p.Messages {
			if m.TS > after {
				part = append(part, m)
			}
		}
	}
	w.pages = nil
	slices.SortFunc(part, func(a, b Message) int { return cmp.Compare(a.TS, b.TS) })
	return slices.CompactFunc(part, func(a, b Message) bool { return a.TS == b.TS })
}
