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

// What would be refused here has no button: the reader is led to where it is decided.
func TestAStepThatIsDecidedElsewhereLeadsThere(t *testing.T) {
	step := notice.StuckStep{Step: notice.Step{ID: "mirror/log"}, WorkflowID: "case/SEC-1/mirror", Elsewhere: true}
	for lang, want := range map[string]string{"en": "Decide about it in the case's channel: <#C0CASE001>", "ja": "対応は事案のチャンネルで決めてください: <#C0CASE001>"} {
		list := notice.StuckList{Lang: lang, Cases: []notice.StuckNotice{{Number: "SEC-1", Links: []notice.Link{{Kind: "channel", Text: "<#C0CASE001>"}}, Steps: []notice.StuckStep{step}}}}
		blocks := list.Message(slack.Escape).Blocks
		last := blocks[len(blocks)-1]
		if last.Kind != "context" || last.Text != want {
			t.Errorf("%s: %+v", lang, last)
		}
	}
}
