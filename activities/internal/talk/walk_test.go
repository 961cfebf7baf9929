package talk_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"hikeshi/activities/internal/talk"
)

// channel is a chat that keeps messages and gives them as Slack does: the newest first, in pages.
type channel struct {
	said  []string // ascending
	size  int      // of a page
	reads int
	calls func(read int) error // what happens before a page is read
}

func (c *channel) say(n int) {
	for range n {
		c.said = append(c.said, fmt.Sprintf("17000%05d.000100", len(c.said)))
	}
}

func (c *channel) read(in talk.Span, cursor string) (talk.Page, error) {
	c.reads++
	if c.calls != nil {
		if err := c.calls(c.reads); err != nil {
			return talk.Page{}, err
		}
	}
	var span []string
	for _, ts := range slices.Backward(c.said) {
		if ts > in.After && (in.Before == "" || ts < in.Before) && (cursor == "" || ts < cursor) {
			span = append(span, ts)
		}
	}
	var page talk.Page
	for i, ts := range span {
		if i == c.size {
			page.Next = span[i-1]
			break
		}
		page.Messages = append(page.Messages, talk.Message{TS: ts})
	}
	return page, nil
}

func (c *channel) walk(t *testing.T, after string) (heard []string, largest int) {
	t.Helper()
	err := talk.Walk(context.Background(), c.read, after, func(part []talk.Message) error {
		largest = max(largest, len(part))
		for _, m := range part {
			heard = append(heard, m.TS)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return heard, largest
}

func TestWalkHearsEverythingOnceInOrder(t *testing.T) {
	for _, n := range []int{0, 1, 6, 7, 8, 35, 36, 42, 43, 76, 77, 78, 1000, 1001} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			c := &channel{size: 7}
			c.say(n)
			heard, largest := c.walk(t, "")
			if !slices.Equal(heard, c.said) {
				t.Errorf("heard %d of %d, or in another order", len(heard), n)
			}
			if largest > 42 {
				t.Errorf("%d messages at a time, want six pages of 7 at most", largest)
			}
			if pages := n/7 + 1; c.reads > 2*pages {
				t.Errorf("read %d pages, want %d twice at most", c.reads, pages)
			}
		})
	}
}

func TestWalkGoesOnAfterACursor(t *testing.T) {
	c := &channel{size: 3}
	c.say(100)
	for _, at := range []int{0, 49, 98, 99} {
		if heard, _ := c.walk(t, c.said[at]); !slices.Equal(heard, c.said[at+1:]) {
			t.Errorf("after %d heard %d messages", at, len(heard))
		}
	}
}

// People go on talking, and deleting, while the walk is under way.
func TestWalkLosesNothingInALiveChannel(t *testing.T) {
	c := &channel{size: 3}
	c.say(200)
	old := slices.Clone(c.said)
	c.calls = func(read int) error {
		c.say(1)
		if read == 40 {
			c.said = slices.Delete(c.said, 100, 104)
			old = slices.Delete(old, 100, 104)
		}
		return nil
	}
	heard, _ := c.walk(t, "")
	if !slices.IsSorted(heard) || len(slices.Compact(slices.Clone(heard))) != len(heard) {
		t.Error("not in order, or twice")
	}
	for _, ts := range old {
		if !slices.Contains(heard, ts) {
			t.Errorf("%s is missing", ts)
		}
	}
}

// A page may be short, or empty, before the end: only the cursor tells.
func TestWalkTrustsTheCursorOnly(t *testing.T) {
	pages := map[string]talk.Page{
		"":  {Next: "b"},
		"b": {Messages: []talk.Message{{TS: "3"}}, Next: "c"},
		"c": {Next: "d"},
		"d": {Messages: []talk.Message{{TS: "2"}, {TS: "3"}, {TS: "1"}}},
	}
	var heard []string
	err := talk.Walk(context.Background(), func(_ talk.Span, cursor string) (talk.Page, error) { return pages[cursor], nil }, "", func(part []talk.Message) error {
		for _, m := range part {
			heard = append(heard, m.TS)
		}
		return nil
	})
	if err != nil || !slices.Equal(heard, []string{"1", "2", "3"}) {
		t.Errorf("heard %v, error %v", heard, err)
	}
}

func TestWalkEndsWithTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	c := &channel{size: 3, calls: func(read int) error {
		if read == 4 {
			return broken
		}
		return nil
	}}
	c.say(100)
	fail := func(part []talk.Message) error { return broken }
	if err := talk.Walk(context.Background(), c.read, "", fail); err != broken || c.reads != 4 {
		t.Errorf("%v after %d pages", err, c.reads)
	}
	c.calls = nil
	parts := 0
	err := talk.Walk(context.Background(), c.read, "", func([]talk.Message) error { parts++; return broken })
	if err != broken || parts != 1 {
		t.Errorf("%v after %d parts", err, parts)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if err := talk.Walk(gone, c.read, "", fail); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that nobody wants it any more", err)
	}
}
