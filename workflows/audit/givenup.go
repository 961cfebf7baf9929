package audit

import (
	"slices"

	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/proto"
)

// insteadOf finds a witnessed seal that holds all that a half-made one promises; nil: there is none. A reset of the case
// can strike between the files of a seal, or before its timestamp: nobody finishes that seal any more, and the branch
// that the reset began seals the same events anew.
func (v *verifier) insteadOf(s *sealed) *sealed {
	if !s.last || !s.stamp.IsZero() || s.ticket && !s.whole() {
		return nil
	}
	for _, o := range v.seals {
		if o.Branch != s.Branch && o.Branch != "" && v.stoodFor(o) && o.holds(s) {
			return o
		}
	}
	return nil
}

// stoodFor reports whether the seal and all before it are here, and somebody stands for them.
func (v *verifier) stoodFor(s *sealed) bool {
	line := s.line()
	if line[0].Prev != "" || !slices.ContainsFunc(line, func(o *sealed) bool { return branched(o) && o.Branch == s.Branch }) {
		return false
	}
	for _, o := range line {
		if !o.whole() {
			return false
		}
	}
	return !v.earliest(s).IsZero() || v.o.Roots == nil && s.ticket
}

// whole reports whether the files of the seal are here.
func (s *sealed) whole() bool { return s.content != nil && len(s.missing) == 0 }

// holds reports whether the seal, with those before it, holds the events and records of another as they are there. What
// is not there cannot differ: then what it promised must be held.
func (s *sealed) holds(other *sealed) bool {
	for _, part := range other.Segments {
		r := s.reach[part.Run]
		if r == nil || r.through < part.Through || r.history.Workflow != part.Workflow {
			return false
		}
	}
	if other.content == nil {
		return true
	}
	for i, e := range other.content.events {
		r := s.reach[other.content.runs[i].Run]
		if r == nil || !proto.Equal(r.history.at(e.GetEventId()), e) {
			return false
		}
	}
	held := map[string]bool{}
	for _, o := range s.line() {
		for _, body := range o.content.bodies {
			held[digest(body)] = true
		}
	}
	return !slices.ContainsFunc(other.content.bodies, func(body []byte) bool { return !held[digest(body)] })
}

// at is the event with the id; nil: it is not here.
func (h History) at(id int64) *historypb.HistoryEvent {
	i, found := slices.BinarySearchFunc(h.Events, id, func(e *historypb.HistoryEvent, id int64) int { return int(e.GetEventId() - id) })
	if !found {
		return nil
	}
	return h.Events[i]
}
