package slacktest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// spec is what Slack documents: see the files it is read from.
type spec struct {
	Methods map[string]struct {
		Args map[string]struct {
			Required bool `json:"required"`
		} `json:"args"`
		Errors map[string]string `json:"errors"`
	} `json:"methods"`
	Responses map[string]any `json:"responses"`
	Events    map[string]any `json:"events"`
	common    map[string]string
}

// loadSpec reads the vendor's specifications, or skips the test.
func loadSpec(t *testing.T) *spec {
	t.Helper()
	dir := os.Getenv("CONTRACT_SPECS")
	if dir == "" {
		t.Skip("CONTRACT_SPECS does not name the folder with Slack's specifications: requests and replies are not checked against them")
	}
	var s spec
	for file, into := range map[string]any{"slack-methods-2026-05.json": &s, "slack-response-samples-2026-08.json": &s,
		"slack-event-samples-2026-08.json": &s, "slack-common_errors-2026-05.json": &s.common} {
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err == nil {
			err = json.Unmarshal(raw, into)
		}
		if err != nil {
			t.Fatalf("read specification: %v", err)
		}
	}
	return &s
}

// checkRequest returns what is wrong with a request: arguments that Slack does not know, or that it misses.
func (s *spec) checkRequest(x exchange) (faults []string) {
	m, ok := s.Methods[x.method]
	if !ok {
		return []string{"there is no such method"}
	}
	for arg := range x.args {
		if _, known := m.Args[arg]; !known && arg != "token" {
			faults = append(faults, "unknown argument "+arg)
		}
	}
	for arg, a := range m.Args {
		if a.Required && !x.args.Has(arg) {
			faults = append(faults, "missing argument "+arg)
		}
	}
	return faults
}

// checkReply returns what is wrong with a reply: errors and fields that Slack does not send, values of another type.
func (s *spec) checkReply(x exchange) (faults []string) {
	var reply map[string]any
	if err := json.Unmarshal(x.reply, &reply); err != nil {
		return []string{"reply is no JSON: " + err.Error()}
	}
	if word, _ := reply["error"].(string); word != "" {
		_, common := s.common[word]
		if _, known := s.Methods[x.method].Errors[word]; !known && !common {
			faults = append(faults, "undocumented error "+word)
		}
	}
	sample, ok := s.Responses[x.method]
	if !ok {
		return faults // no sample of this method
	}
	return append(faults, differ("", reply, sample)...)
}

// undocumented fields that Slack is known to send, though the samples lack them, and why the fake sends them.
var undocumented = regexp.MustCompile(strings.Join([]string{
	`^\.response_metadata(\.|$)`,        // part of every method's envelope
	`\.blocks(\[\]|\.|$)`,               // Block Kit: what the app sent comes back
	`\.metadata\.event_payload\.`,       // free by definition
	`^\.message\.ts$`,                   // chat.update's sample leaves the message's ts out
	`\.root\.`,                          // the root of a broadcast is a whole message
	`^\.messages\[\]\.(subtype|root)$`,  // a broadcast reply is listed in its thread too
	`^\.messages\[\]\.client_msg_id$`,   // of any message that a person wrote
	`^\.messages\[\]\.(old_)?name$`,     // of a channel_name message, as its event shows
	`\.message\.(edited|reactions)`,     // attributes of any message, absent from some methods' samples
	`\.event\.files\[\]\.`,              // a file of an event is a whole file
	`\.num_members$`,                    // conversations.info?include_num_members
	`\.shares\.(public|private)\.[CG]0`, // keyed by channel
}, "|"))

// differ lists where a value has fields or types that the sample lacks.
func differ(at string, got, sample any) (faults []string) {
	if undocumented.MatchString(at) || got == nil || sample == nil {
		return nil
	}
	switch got := got.(type) {
	case map[string]any:
		want, ok := sample.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s is an object, the sample has %T", at, sample)}
		}
		for k, v := range got {
			if sub, known := want[k]; known {
				faults = append(faults, differ(at+"."+k, v, sub)...)
			} else if !undocumented.MatchString(at+"."+k) && len(want) > 0 {
				faults = append(faults, "unknown field "+at+"."+k)
			}
		}
	case []any:
		want, ok := sample.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s is a list, the sample has %T", at, sample)}
		}
		for _, v := range got {
			if len(want) > 0 {
				faults = append(faults, differ(at+"[]", v, want[0])...)
			}
		}
	default:
		if a, b := fmt.Sprintf("%T", got), fmt.Sprintf("%T", sample); a != b {
			return []string{fmt.Sprintf("%s is %s, the sample has %s", at, a, b)}
		}
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

// checkEvent compares an event with the sample of its type and subtype.
func (s *spec) checkEvent(raw []byte) []string {
	var got struct {
		Event struct {
			Type    string `json:"type"`
			Subtype string `json:"subtype"`
		} `json:"event"`
	}
	var all any
	if json.Unmarshal(raw, &got) != nil || json.Unmarshal(raw, &all) != nil {
		return []string{"event is no JSON"}
	}
	camel := ""
	for _, word := range strings.Split(got.Event.Type+"_"+strings.TrimPrefix(got.Event.Subtype, "message_"), "_") {
		if word != "" {
			camel += strings.ToUpper(word[:1]) + word[1:]
		}
	}
	if got.Event.Subtype == "bot_message" {
		camel = "MessageBot"
	}
	sample, ok := s.Events[camel+"Payload"]
	if !ok {
		return []string{"no sample of an event " + camel}
	}
	return differ("", all, sample)
}

func TestDifferFindsFaults(t *testing.T) {
	sample := map[string]any{"ok": true, "list": []any{map[string]any{"id": "x"}}}
	got := map[string]any{"ok": "yes", "more": 1.0, "list": []any{map[string]any{"id": 2.0}}}
	if f := differ("", got, sample); len(f) != 3 {
		t.Errorf("faults = %q, want three", f)
	}
	if f := differ("", sample, sample); len(f) != 0 {
		t.Errorf("faults = %q, want none", f)
	}
}
