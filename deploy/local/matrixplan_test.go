package main

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"hikeshi/activities/fake"
)

// mode is one way in which a call can go wrong.
type mode struct {
	name  string
	fault fake.Fault // without Match, Times and Tag
	kill  bool       // the worker is killed while the call is held
	final bool       // the vendor says no, once: a person presses Retry
	slow  bool       // costs a life seconds of waiting
}

// modes are the columns of the matrix.
var modes = []mode{
	{name: "error", fault: fake.Fault{Mode: "before"}},
	{name: "lost reply", fault: fake.Fault{Mode: "after"}},
	{name: "429", fault: fake.Fault{Mode: "status", Status: 429}},
	{name: "429 header", fault: fake.Fault{Mode: "status", Status: 429, RetryAfter: 1}},
	{name: "500", fault: fake.Fault{Mode: "status", Status: 500}},
	{name: "time-out", fault: fake.Fault{Mode: "hang"}, slow: true},
	{name: "late time-out", fault: fake.Fault{Mode: "hold-after"}, slow: true},
	{name: "garbage", fault: fake.Fault{Mode: "garbage"}},
	{name: "drop", fault: fake.Fault{Mode: "drop"}},
	{name: "401", fault: fake.Fault{Mode: "status", Status: 401}, final: true},
	{name: "403", fault: fake.Fault{Mode: "status", Status: 403}, final: true},
	{name: "404", fault: fake.Fault{Mode: "status", Status: 404}, final: true},
	{name: "kill before", fault: fake.Fault{Mode: "hold"}, kill: true, slow: true},
	{name: "kill after", fault: fake.Fault{Mode: "hold-after"}, kill: true, slow: true},
}

// combination is a cell of the matrix: a call, and what befalls it.
type combination struct {
	Kind    string `json:"kind"` // of life
	Spot    spot   `json:"call"`
	Fault   string `json:"fault"`
	Second  string `json:"second,omitempty"` // what befalls the recovery; empty: nothing
	Result  string `json:"result"`           // ok, or what is wrong; never came: no life made the call again
	With    int    `json:"with"`             // how many other faults struck the life that the result is from
	mode    mode
	second  *mode
	tag     string
	turns   int  // lives that were to have it
	suspect bool // a life that it struck went wrong; it has to be played alone
}

func (c *combination) String() string {
	text := fmt.Sprintf("%s, %s, %s", c.Kind, c.Spot, c.Fault)
	if c.Second != "" {
		text += ", then " + c.Second
	}
	return text
}

// rule is the combination for the fake.
func (c *combination) rule() fake.Fault {
	f := c.mode.fault
	f.Match, f.Nth, f.Times, f.Tag = c.Spot.Call, c.Spot.Nth, 1, c.tag
	if c.second != nil {
		then := c.second.fault
		then.Match, then.Times, then.Tag = "*", 1, c.tag+"+"
		if c.mode.kill {
			then.Nth = 2 // the first is the new worker's, which asks who it is
		}
		f.Then = &then
	}
	return f
}

// plan makes every combination of the calls that each kind of life was seen to make. A call that several kinds make
// alike is struck in the first of them, unless every kind is wanted. No more than mostReads of a read are: the rest is
// the same code again.
func plan(kinds []kind, seen map[string][]spot, o matrixOptions, dice *rand.Rand) (all []*combination) {
	done := map[spot]bool{}
	for _, k := range kinds {
		for _, s := range seen[k.name] {
			if done[s] && o.extent != "full" || reads.MatchString(s.Call) && s.Nth > mostReads {
				continue
			}
			done[s] = true
			for _, m := range modes {
				all = append(all, &combination{Kind: k.name, Spot: s, Fault: m.name, mode: m})
			}
		}
	}
	for _, c := range slices.Clone(all) {
		again := *c
		second := modes[dice.IntN(len(modes))]
		for second.kill {
			second = modes[dice.IntN(len(modes))]
		}
		again.second, again.Second = &second, second.name
		all = append(all, &again)
	}
	if o.only != "" {
		all = slices.DeleteFunc(all, func(c *combination) bool { return !regexp.MustCompile(o.only).MatchString(c.String()) })
	}
	dice.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i, c := range all {
		c.tag = fmt.Sprintf("c%06d", i)
		if c.mode.kill {
			c.tag = killTag + c.tag
		}
	}
	return all
}

const mostReads = 6

// What one life takes on at most. Faults at different calls have little to do with each other; the ones that cost
// seconds, and those after which a person has to do something, are few in each.
const (
	mostFaults = 24
	mostSlow   = 8
	mostKills  = 4
	mostFinal  = 8
)

// pack puts the combinations into as few lives as they go into, in their order.
func pack(all []*combination) (lives [][]*combination) {
	open := map[string][][]*combination{} // by kind: lives that have room
	for _, c := range all {
		placed := false
		for i, l := range open[c.Kind] {
			if fits(l, c) {
				open[c.Kind][i] = append(l, c)
				placed = true
				break
			}
		}
		if !placed {
			open[c.Kind] = append(open[c.Kind], []*combination{c})
		}
		for i := 0; i < len(open[c.Kind]); i++ {
			if len(open[c.Kind][i]) == mostFaults || len(open[c.Kind]) > 12 {
				lives = append(lives, open[c.Kind][i])
				open[c.Kind] = slices.Delete(open[c.Kind], i, i+1)
				i--
			}
		}
	}
	for _, rest := range open {
		lives = append(lives, rest...)
	}
	slices.SortStableFunc(lives, func(a, b []*combination) int { return strings.Compare(a[0].tag, b[0].tag) })
	return lives
}

// fits reports whether the life has room for one more. No two strike the same call, nor calls so close to each other
// that the one would take the other's place.
func fits(l []*combination, c *combination) bool {
	slow, kills, final := 0, 0, 0
	for _, other := range append(slices.Clone(l), c) {
		slow += count(other.mode.slow || other.second != nil && other.second.slow)
		kills += count(other.mode.kill)
		final += count(other.mode.final || other.second != nil && other.second.final)
		if other != c && other.Spot.Vendor == c.Spot.Vendor && other.Spot.Call == c.Spot.Call && max(other.Spot.Nth-c.Spot.Nth, c.Spot.Nth-other.Spot.Nth) < 2 {
			return false
		}
	}
	return slow <= mostSlow && kills <= mostKills && final <= mostFinal && len(l) < mostFaults
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
