package fake

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Fault is one rule of the fault control. Rules apply in the order they were given; the first that matches a call
// decides. Latency rules add up with the rule that follows them.
type Fault struct {
	// Match names the calls: a Slack method ("conversations.create") or an HTTP method and the beginning of a path
	// ("POST /rest/api/2/issue"; the method may be "*"). A path with a "*" in it, or that ends in "$", is a whole path
	// instead: "PUT /rest/api/2/issue/*/comment/*", "POST /rest/api/2/issue$". "*" alone matches every call.
	Match string `json:"match"`
	// Mode is what happens:
	//
	//	before      an error reply (Status, else 503), nothing done
	//	status      the same
	//	after       done, then the connection is closed without a reply
	//	drop        the connection is closed: nothing done, no reply
	//	garbage     done, but the reply is no JSON
	//	hang        nothing done and no reply until the client gives up
	//	late        no reply until the client gives up, then done, LatencyMS later
	//	latency     done as usual, LatencyMS later
	//	hold        held back until released, then done as usual; nothing is done if the client goes away first
	//	hold-after  done, but its reply is held back until released
	Mode       string `json:"mode"`
	Status     int    `json:"status,omitempty"`
	Error      string `json:"error,omitempty"`       // before and status, of a vendor that names its errors (Slack): this one, instead of a status
	Body       string `json:"body,omitempty"`        // before and status: the reply as a whole, JSON, instead of the vendor's usual words
	RetryAfter int    `json:"retry_after,omitempty"` // seconds; 0: no header
	LatencyMS  int    `json:"latency_ms,omitempty"`
	Times      int    `json:"times,omitempty"` // 0: until deleted
	// Nth lets the rule begin with the nth call that it matches; 0: with the first. A call that another rule keeps from
	// being done does not count: it comes again.
	Nth int `json:"nth,omitempty"`
	// Then is a rule that is given when this one strikes, ahead of all others: a second fault in the recovery from the
	// first.
	Then *Fault `json:"then,omitempty"`
	// Tag is shown with the calls that the rule has struck.
	Tag  string `json:"tag,omitempty"`
	left int
	seen int
}

var modes = []string{"before", "after", "status", "latency", "garbage", "drop", "hang", "late", "hold", "hold-after"}

func (f Fault) check() error {
	if !slices.Contains(modes, f.Mode) {
		return fmt.Errorf("unknown mode %q: use one of %s", f.Mode, strings.Join(modes, ", "))
	}
	if f.Match == "" {
		return fmt.Errorf(`match is empty: name a call such as "conversations.create" or "POST /rest/api/2/issue"`)
	}
	if _, err := path.Match(f.Match, ""); err != nil {
		return fmt.Errorf("match %q: %w", f.Match, err)
	}
	if f.Then != nil {
		return f.Then.check()
	}
	return nil
}

func (f Fault) matches(call Call) bool {
	if f.Match == "*" || f.Match == call.Name {
		return true
	}
	method, pattern, ok := strings.Cut(f.Match, " ")
	if !ok || method != "*" && method != call.Method {
		return false
	}
	whole, anchored := strings.CutSuffix(pattern, "$")
	if anchored || strings.Contains(pattern, "*") {
		same, _ := path.Match(whole, call.Path) // a bad pattern was refused
		return same
	}
	return strings.HasPrefix(call.Path, pattern)
}

// due reports whether the rule strikes the call that it matches.
func (f *Fault) due() bool { return f.seen+1 >= f.Nth }

// undone reports whether a call that the rule strikes has no effect, so that it comes again.
func (f *Fault) undone() bool {
	return f != nil && f.Mode != "after" && f.Mode != "garbage" && f.Mode != "late" && f.Mode != "hold-after"
}

// take returns the rules that apply to the call: the latencies before the first other rule, and that rule.
// It uses them up.
func take(rules []*Fault, call Call) (latencyMS int, hit *Fault, rest []*Fault) {
	var waiting []*Fault
	for _, f := range rules {
		applies := hit == nil && f.matches(call) && f.due()
		if applies {
			if f.Mode != "late" { // its latency comes after the client has gone
				latencyMS += f.LatencyMS
			}
			f.left--
		}
		if applies && f.Mode != "latency" {
			hit = f
		}
		if !applies {
			waiting = append(waiting, f)
		}
		if f.Times == 0 || f.left > 0 {
			rest = append(rest, f)
		}
	}
	for _, f := range waiting {
		if f.matches(call) && !hit.undone() {
			f.seen++
		}
	}
	if hit != nil && hit.Then != nil {
		then := *hit.Then
		hit.Then, then.left = nil, then.Times
		rest = append([]*Fault{&then}, rest...)
	}
	return latencyMS, hit, rest
}
