package site

import (
	"strings"
	"time"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
)

// dialogView is the modal that the reader sees: the one on top.
type dialogView struct {
	ID, Title, Submit, Close string
	Stamp                    string // changes when the app or Slack changes what is shown
	Trouble                  string
	Blocks                   []blockView
	Below                    int // modals under it
}

func (e *eye) dialog() *dialogView {
	all := e.s.Slack.Dialogs(e.who.ID)
	if len(all) == 0 {
		return nil
	}
	d := all[len(all)-1]
	v := &dialogView{ID: d.ID, Title: d.Title(), Submit: d.Submit(), Close: d.Close(), Trouble: objected(e.who, d.Errors[""]), Blocks: e.blocks(d.Blocks(), d.Elements(), d.Errors, d.ID)}
	if v.Close == "" {
		v.Close = e.t("cancel")
	}
	v.Stamp = d.Hash
	for _, b := range v.Blocks {
		v.Stamp += "|" + d.Errors[b.ID]
	}
	v.Stamp += d.Errors[""]
	for _, other := range all[:len(all)-1] {
		if d.Root != "" && (other.Root == d.Root || other.ID == d.Root) {
			v.Below++
		}
	}
	return v
}

// entered turns what the browser holds of a view's fields into what Slack would have: times of the person's zone into
// seconds. Others go as they are.
func (s *Site) entered(viewID string, who fake.Person, values map[string]slacktest.Input) {
	e := s.eye(who)
	all := s.Slack.Dialogs(who.ID)
	if home, ok := s.Slack.Home(who.ID); ok {
		all = append(all, home)
	}
	for _, d := range all {
		if d.ID != viewID {
			continue
		}
		for _, fields := range d.Elements() {
			for _, f := range fields {
				name := f.Block + "/" + f.Action
				if f.Kind == "datetimepicker" && len(values[name]) == 1 && strings.Contains(values[name][0], "T") {
					values[name] = slacktest.Input{e.seconds(values[name][0])}
				}
			}
		}
	}
}

func (e *eye) seconds(local string) string {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, local, e.zone); err == nil {
			return itoa(t.Unix())
		}
	}
	return local
}
