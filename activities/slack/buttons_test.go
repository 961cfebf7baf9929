package slack

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestButtonsAsSlackTakesThem(t *testing.T) {
	m := Message{Blocks: []Block{{Kind: "actions", Buttons: []Button{
		{Text: "Retry", ActionID: "resolve_retry:1", Value: `{"step":"open.ticket"}`, Style: "primary"}, {Text: strings.Repeat("長", 80), ActionID: "b", Value: "v"},
		{Text: "cut would be another", ActionID: "c", Value: strings.Repeat("v", 2001)}, {Text: "no", ActionID: strings.Repeat("i", 256), Value: "v"},
	}}, {Kind: "actions"}}}
	got, err := json.Marshal(m.blockKit())
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Retry","emoji":true},"action_id":"resolve_retry:1","value":"{\"step\":\"open.ticket\"}","style":"primary"},` +
		`{"type":"button","text":{"type":"plain_text","text":"` + strings.Repeat("長", 75) + `","emoji":true},"action_id":"b","value":"v"}]}]`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
