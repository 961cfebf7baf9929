package slacktest

import (
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

func (s span) holds(ts string) bool {
	at := micros(ts)
	if s.inclusive {
		return s.from <= at && at <= s.to
	}
	return s.from < at && at < s.to
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
	list := c.idx.channel[ch.ID]
	start := len(list)
	if cur := c.args.Get("cursor"); cur != "" {
		ts, ok := c.uncursor("next_ts", cur)
		if !ok {
			return nil, "invalid_cursor"
		}
		start, _ = slices.BinarySearch(list, ts)
		start = min(len(list), start+1)
	}
	page, next := []reply{}, ""
	for i := start - 1; i >= 0 && micros(list[i]) >= sp.from; i-- {
		m, _ := c.message(ch.ID, list[i])
		if !sp.holds(m.TS) || (m.ThreadTS != "" && m.Subtype != "thread_broadcast") {
			continue
		}
		if len(page) == limit {
			next = cursor("next_ts", m.TS)
			break
		}
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
	all := []Message{m} // whatever the span: Slack always shows what a thread is about
	for _, ts := range c.replies(ch.ID, m.TS) {
		if r, _ := c.message(ch.ID, ts); sp.holds(ts) {
			all = append(all, r)
		}
	}
	part, next, no := paged(c, all, 1000)
	page := []reply{}
	for _, m := range part {
		page = append(page, c.showWithThread(m, c.is("include_all_metadata")))
	}
	return reply{"messages": page, "has_more": next != "", "response_metadata": reply{"next_cursor": next}}, no
}
