package slacktest

import (
	"cmp"
	"slices"
)

// span is the part of a channel or thread that is asked for: from < ts < to, in microseconds.
type span struct {
	from, to  int64
	inclusive bool
}

func (c *call) span() (span, refused) {
	sp := span{to: 1 << 62, inclusive: c.is("inclusive")}
	if v := c.args.Get("oldest"); v != "" && v != "0" {
		if sp.from = micros(v); sp.from == 0 {
			return sp, "invalid_ts_oldest"
		}
	}
	if v := c.args.Get("latest"); v != "" && v != "now" {
		if sp.to = micros(v); sp.to == 0 {
			return sp, "invalid_ts_latest"
		}
	}
	return sp, ""
}

// cut returns the part of a sorted list that is within the span.
func (s span) cut(list []string) []string {
	from, to := first(list, s.from, s.inclusive), first(list, s.to, !s.inclusive)
	return list[from:max(from, to)]
}

// first is the index of the first ts that is later than at, or as late if equal is set.
func first(list []string, at int64, equal bool) int {
	if !equal {
		at++
	}
	i, _ := slices.BinarySearchFunc(list, at, func(ts string, at int64) int { return cmp.Compare(micros(ts), at) })
	return i
}

// history lists a channel's messages, the newest first: no replies, unless they were sent to the channel too.
func (c *call) history() (reply, refused) {
	ch, no := c.readable()
	if no != "" {
		return nil, no
	}
	sp, no := c.span()
	if no != "" {
		return nil, no
	}
	limit, _ := c.limit(100)
	limit = min(limit, 999)
	list := sp.cut(c.idx.top[ch.ID])
	if cur := c.args.Get("cursor"); cur != "" {
		ts, ok := c.uncursor("next_ts", cur)
		if !ok {
			return nil, "invalid_cursor"
		}
		list = list[:first(list, micros(ts), false)]
	}
	page, next := []reply{}, ""
	for _, ts := range slices.Backward(list) {
		if len(page) == limit {
			next = cursor("next_ts", ts)
			break
		}
		m, _ := c.message(ch.ID, ts)
		page = append(page, c.showWithThread(m, c.is("include_all_metadata")))
	}
	return reply{"messages": page, "has_more": next != "", "pin_count": len(ch.Pins), "response_metadata": reply{"next_cursor": next}}, ""
}

// readable returns the channel if the caller may read it: a person may read public channels without being a member.
func (c *call) readable() (Channel, refused) {
	ch, no := c.visible(c.args.Get("channel"))
	if no == "" && c.bot && !ch.Has(c.me.ID) {
		return ch, "not_in_channel"
	}
	return ch, no
}

// thread lists a thread, the oldest first, its parent before the replies.
func (c *call) thread() (reply, refused) {
	ch, no := c.readable()
	if no != "" {
		return nil, no
	}
	m, ok := c.message(ch.ID, c.args.Get("ts"))
	if !ok {
		return nil, "thread_not_found"
	}
	if m.ThreadTS != "" {
		m, _ = c.message(ch.ID, m.ThreadTS)
	}
	sp, no := c.span()
	if no != "" {
		return nil, no
	}
	limit, no := c.limit(1000)
	if no != "" {
		return nil, no
	}
	list, page := sp.cut(c.replies(ch.ID, m.TS)), []reply{}
	if cur := c.args.Get("cursor"); cur == "" {
		page = append(page, c.showWithThread(m, c.is("include_all_metadata"))) // whatever the span: Slack always shows what a thread is about
	} else if ts, ok := c.uncursor("after_ts", cur); ok {
		list = list[first(list, micros(ts), false):]
	} else {
		return nil, "invalid_cursor"
	}
	next, before := "", m.TS
	for _, ts := range list {
		if len(page) >= limit {
			next = cursor("after_ts", before)
			break
		}
		before = ts
		r, _ := c.message(ch.ID, ts)
		page = append(page, c.showWithThread(r, c.is("include_all_metadata")))
	}
	return reply{"messages": page, "has_more": next != "", "response_metadata": reply{"next_cursor": next}}, no
}
