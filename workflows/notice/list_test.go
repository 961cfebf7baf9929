package notice_test

import (
	"fmt"
	"testing"

	"hikeshi/activities/slack"
	"hikeshi/workflows/notice"
)

// Every list, with cases, with none, and with more than have room.
func TestLists(t *testing.T) {
	one := myCases().Others
	var many []notice.Listed
	for range 60 {
		many = append(many, one...)
	}
	for _, lang := range []string{"en", "ja"} {
		all := ""
		for _, which := range []string{"", notice.ListOpen, notice.ListClosed, notice.ListMine} {
			for _, cases := range [][]notice.Listed{nil, one} {
				all += shown(notice.CaseList{Lang: lang, Which: which, Cases: cases}.Message(slack.Escape)) + "\n"
			}
		}
		for _, most := range []int{60, 100} {
			m := notice.CaseList{Lang: lang, Cases: many, Most: most}.Message(slack.Escape)
			m.Blocks = m.Blocks[len(m.Blocks)-1:]
			all += shown(m) + "\n"
		}
		for _, l := range []notice.StuckList{{}, {Held: breakers(lang)[:1], Cases: []notice.StuckNotice{stuckNotice(lang, notice.InCase)}, Silent: []string{"SEC-8", "SEC-9"}}} {
			l.Lang = lang
			all += shown(l.Message(slack.Escape)) + "\n"
		}
		all += fmt.Sprintf("%+v\n", notice.StuckButton(lang))
		all += notice.ReadLate(lang, "/case list") + "\n" + notice.ReadUnknown(lang, "/case list") + "\n"
		golden(t, lang, "lists", all)
	}
}
