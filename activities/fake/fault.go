package fake

import (
	"fmt"
	"strings"
)

// Fault is one rule of the fault control. Rules apply in the order they were given; the first that matches a call
// decides. Latency rules add up with the rule that follows them.
type Fault struct {
	// Match names the calls: a Slack method ("conversations.create") or an HTTP method and the beginning of a path
	// ("POST /rest/api/2/issue"; the method may be "*"). "*" alone matches every call.
	Match string `json:"match"`
	// Mode is what happens:
	//
	//	before   an error reply (Status, else 503), nothing done
	//	status   the same
	//	after    done, then the connection is closed without a reply
	//	drop     the connection is closed: nothing done, no reply
	//	garbage  done, but the reply is no JSON
	//	hang     nothing done and no reply until the client gives up
	//	latency  done as usual, LatencyMS later
	Mode       string `json:"mode"`
	Status     int    `json:"status,omitempty"`
	RetryAfter int    `json:"retry_after,omitempty"` // seconds; 0: no header
	LatencyMS  int    `json:"latency_ms,omitempty"`
	Times      int    `json:"times,omitempty"` // 0: until deleted
	left       int
}

func (f Fault) check() error {
	switch f.Mode {
	case "before", "after", "status", "latency", "garbage", "drop", "hang":
	default:
		return fmt.Errorf("unknown mode %q: use before, after, status, latency, garbage, drop or hang", f.Mode)
	}
	if f.Match == "" {
		return fmt.Errorf(`match is empty: name a call such as "conversations.create" or "POST /rest/api/2/issue"`)
	}
	return nil
}

func (f Fault) matches(call Call) bool {
	if f.Match == "*" || f.Match == call.Name {
		return true
	}
	method, path, ok := strings.Cut(f.Match, " ")
	return ok && (method == "*" || method == call.Method) && strings.HasPrefix(call.Path, path)
}

// take returns the rules that apply to the call: the latencies before the first other rule, and that rule.
// It uses them up.
func take(rules []*Fault, call Call) (latencyMS int, hit *Fault, rest []*Fault) {
	for _, f := range rules {
		applies := hit == nil && f.matches(call)
		if applies {
			if f.Mode == "latency" {
				latencyMS += f.LatencyMS
			} else {
				latencyMS += f.LatencyMS
				hit = f
			}
			if f.Times > 0 {
				f.left--
			}
		}
		if f.Times == 0 || f.left > 0 {
			rest = append(rest, f)
		}
	}
	return latencyMS, hit, rest
}
