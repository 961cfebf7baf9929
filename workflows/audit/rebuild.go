package audit

import (
	"encoding/json"
	"slices"

	commonpb "go.temporal.io/api/common/v1"
)

// The activities whose results hold seals and timestamps; their names are part of every history.
const (
	sealActivity  = "SealHistory"
	stampActivity = "StampSeal"
)

// FindSeals finds the seals that histories tell of, and the timestamps by the head that they are over.
func FindSeals(histories []History, open Opener) (seals []Seal, texts map[string][]byte, tokens map[string][]byte) {
	texts, tokens = map[string][]byte{}, map[string][]byte{}
	for _, h := range histories {
		h.results(open, func(kind string, input, result []byte) {
			var in struct{ Head string }
			var out struct {
				Doc   string
				Token []byte
			}
			if json.Unmarshal(result, &out) != nil || json.Unmarshal(input, &in) != nil {
				return
			}
			if kind == stampActivity && len(out.Token) > 0 {
				tokens[in.Head] = out.Token
			}
			s, err := ReadSeal([]byte(out.Doc))
			if kind == sealActivity && err == nil && texts[s.Head] == nil {
				seals, texts[s.Head] = append(seals, s), []byte(out.Doc)
			}
		})
	}
	slices.SortStableFunc(seals, func(a, b Seal) int { return a.Seal - b.Seal })
	return seals, texts, tokens
}

// results tells of each activity that sealing consists of what went in and what came out.
func (h History) results(open Opener, each func(kind string, input, result []byte)) {
	p := projector{open: open}
	inputs, kinds := map[int64]*commonpb.Payloads{}, map[int64]string{}
	for _, e := range h.Events {
		if a := e.GetActivityTaskScheduledEventAttributes(); a.GetActivityType().GetName() == sealActivity || a.GetActivityType().GetName() == stampActivity {
			kinds[e.GetEventId()], inputs[e.GetEventId()] = a.GetActivityType().GetName(), a.GetInput()
		}
		if a := e.GetActivityTaskCompletedEventAttributes(); a != nil && kinds[a.GetScheduledEventId()] != "" {
			each(kinds[a.GetScheduledEventId()], p.first(inputs[a.GetScheduledEventId()]), p.first(a.GetResult()))
		}
	}
}

// Rebuild makes the files of a seal anew out of what Temporal still holds; false: it does not hold all of it any more.
func Rebuild(s Seal, histories []History, open Opener) (history, records []byte, ok bool) {
	byRun := map[string]History{}
	for _, h := range histories {
		byRun[h.Run] = h
	}
	var parts []History
	for _, part := range s.Segments {
		h, here := byRun[part.Run]
		if !here || int64(len(h.Events)) < part.Through {
			return nil, nil, false
		}
		h.Events = h.Events[:part.Through]
		parts = append(parts, h)
	}
	through := map[string]int64{}
	for _, part := range s.Segments {
		through[part.Run] = part.From - 1
	}
	made, err := Make(Order{Prev: s.Prev, Through: through}, parts, open)
	return made.History, made.Records, err == nil
}

// SealLine are the seals that lead to the newest one, the first first. The newest is the one that no other follows and that
// reaches furthest.
func SealLine(seals []Seal) (line []Seal) {
	byHead, followed := map[string]Seal{}, map[string]bool{}
	for _, s := range seals {
		byHead[s.Head], followed[s.Prev] = s, true
	}
	var end Seal
	for _, s := range seals {
		if !followed[s.Head] && s.Through.After(end.Through) {
			end = s
		}
	}
	for end.Head != "" {
		line, end = append(line, end), byHead[end.Prev]
	}
	slices.Reverse(line)
	return line
}

// Tail makes the files of what a line of seals does not hold.
func Tail(line []Seal, histories []History, open Opener) (history, records []byte, err error) {
	o := Order{Through: map[string]int64{}}
	for _, s := range line {
		o.Prev = s.Head
		for _, part := range s.Segments {
			o.Through[part.Run] = part.Through
		}
	}
	made, err := Make(o, histories, open)
	return made.History, made.Records, err
}
