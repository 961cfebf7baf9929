package slack_test

import (
	"encoding/json"
	"strings"
	"testing"

	"hikeshi/activities/internal/talk"
)

func TestPlain(t *testing.T) {
	tests := map[string]string{
		"a &lt;b&gt; &amp;amp; c":                "a <b> &amp; c",
		"&lt;@U1&gt; typed":                      "<@U1> typed",
		"<@U1> and <@U1|ono>":                    "@Ono One and @Ono One",
		"<@U2> <@U2|two>":                        "@U2 @two",
		"<#C1|general> <#C2> <#C3|>":             "#general #C2 #C3",
		"<!here> <!channel> <!everyone>":         "@here @channel @everyone",
		"<!here|@here>":                          "@here",
		"<!subteam^S1|@csirt> <!subteam^S2>":     "@csirt @S2",
		"<!date^1392734382^{date}^http://x|now>": "now",
		"<!odd> <!odd|word>":                     "<!odd> word",
		"<https://x.example/?a&amp;b>":           "https://x.example/?a&b",
		"<https://x.example|the &lt;page&gt;>":   "the <page> (https://x.example)",
		"<https://x.example|https://x.example>":  "https://x.example",
		"<mailto:a@b.example|a@b.example>":       "a@b.example",
		"<mailto:a@b.example|Ann>":               "Ann (a@b.example)",
		"<tel:+4930|+4930>":                      "+4930",
		"*bold* `code` 漢字":                       "*bold* `code` 漢字",
		"<> < > <|x> <@>":                        "<> < > <|x> <@>",
	}
	for raw, want := range tests {
		c := answering(t, func(method, args string) string {
			switch method {
			case "auth.test":
				return `{"ok":true,"user_id":"UBOT","bot_id":"BBOT","team_id":"T"}`
			case "users.info":
				if strings.Contains(args, "user=U1") {
					return `{"ok":true,"user":{"id":"U1","name":"ono","profile":{"real_name":"Ono One"}}}`
				}
				return `{"ok":false,"error":"user_not_found"}`
			}
			text, _ := json.Marshal(raw)
			return `{"ok":true,"messages":[{"ts":"1.1","text":` + string(text) + `}]}`
		})
		page, err := c.History(t.Context(), "C1", talk.Span{}, "")
		if err != nil || page.Messages[0].Text != want || page.Messages[0].Raw != raw {
			t.Errorf("%q: %+v, %v; want %q", raw, page.Messages, err, want)
		}
	}
}
