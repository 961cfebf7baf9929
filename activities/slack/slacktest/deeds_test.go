package slacktest_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdk "github.com/slack-go/slack"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

// kinds lists what events are about: type, subtype, and whether a change bears an author's mark.
func kinds(t *testing.T, events [][]byte) (all []string) {
	t.Helper()
	for _, raw := range events {
		var e struct {
			Event struct {
				Type, Subtype string
				Message       struct {
					Subtype string
					Edited  *struct{ TS string }
				}
			}
		}
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		kind := strings.Trim(e.Event.Type+" "+e.Event.Subtype+" "+e.Event.Message.Subtype, " ")
		if e.Event.Message.Edited != nil {
			kind += " edited"
		}
		all = append(all, kind)
	}
	return all
}

// act gives deeds one after the other: each waits for the events of the one before.
type act struct {
	t    *testing.T
	g    *gateway
	base string
	seen int
}

// do posts to an endpoint, and wants these events.
func (a *act) do(what string, in map[string]string, want ...string) map[string]any {
	a.t.Helper()
	out, status := control(a.t, a.base, what, in)
	if status != http.StatusOK {
		a.t.Fatalf("%s %v: status %d", what, in, status)
	}
	events, _ := a.g.wait(a.seen + len(want))
	if diff := cmp.Diff(want, kinds(a.t, events[a.seen:])); diff != "" {
		a.t.Errorf("%s: events (-want +got)\n%s", what, diff)
	}
	a.seen = len(events)
	return out
}

// life is what people do in a channel of which the bot is a member.
func life(a *act, channel string) {
	in := func(pairs ...string) map[string]string {
		m := map[string]string{"user": "aoi", "channel": channel}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	kind := "channel"
	if channel == "executives" {
		kind = "group"
	}
	ts := func(out map[string]any) string { return fmt.Sprint(out["ts"]) }
	first := ts(a.do("message", in("text", "see https://example.com/a"), "message"))
	a.do("unfurl", in("ts", first), "message message_changed")
	a.do("edit", in("ts", first, "text", "seen"), "message message_changed edited")
	reply := ts(a.do("message", in("text", "a reply", "thread_ts", first), "message"))
	a.do("delete", in("ts", first), "message message_changed tombstone")
	a.do("delete", in("ts", reply), "message message_deleted", "message message_deleted")
	file := a.do("file", in("text", "look", "name", "log.txt", "content", "x"), "message file_share", "file_shared")
	a.do("delete_file", map[string]string{"user": "aoi", "file": fmt.Sprint(file["file"])}, "file_deleted")
	a.do("join", in("user", "kenji", "inviter", "aoi"), "message channel_join", "member_joined_channel")
	a.do("leave", in("user", "kenji"), "message channel_leave", "member_left_channel")
	a.do("rename", in("name", channel+"-2"), "message channel_name", kind+"_rename")
	a.do("rename", in("channel", channel+"-2", "name", channel), "message channel_name", kind+"_rename")
	a.do("archive", in(), "message channel_archive", kind+"_archive")
	a.do("unarchive", in(), "message channel_unarchive", kind+"_unarchive")
}

func TestPeopleAct(t *testing.T) {
	for _, channel := range []string{"csirt-ops", "executives"} {
		g, gate := startGateway(t)
		_, base := record(t, slacktest.Options{EventsURL: gate})
		life(&act{t: t, g: g, base: base}, channel)
	}
}

func TestPeopleAreRefused(t *testing.T) {
	s, base := record(t, slacktest.Options{})
	ts := s.Say("aoi", "csirt-ops", "hers", "")
	_, file := s.Upload("aoi", "csirt-ops", "", "x", nil)
	system := s.Messages(slacktest.Ops)
	s.Rename("aoi", "csirt-ops", "ops")
	s.Rename("aoi", "ops", "csirt-ops")
	system = s.Messages(slacktest.Ops)[len(system):]
	s.Leave("chie", "csirt-ops")
	before := s.Messages(slacktest.Ops)
	for name, tt := range map[string]struct {
		what string
		in   map[string]string
	}{
		"edit, not the author":      {"edit", map[string]string{"user": "ben", "channel": "csirt-ops", "ts": ts, "text": "x"}},
		"edit, nothing":             {"edit", map[string]string{"user": "aoi", "channel": "csirt-ops", "ts": ts}},
		"edit, no such message":     {"edit", map[string]string{"user": "aoi", "channel": "csirt-ops", "ts": "1.1", "text": "x"}},
		"edit, Slack's own remark":  {"edit", map[string]string{"user": "aoi", "channel": "csirt-ops", "ts": system[0].TS, "text": "x"}},
		"delete, not the author":    {"delete", map[string]string{"user": "ben", "channel": "csirt-ops", "ts": ts}},
		"delete, no such message":   {"delete", map[string]string{"user": "aoi", "channel": "csirt-ops", "ts": ""}},
		"message, no member":        {"message", map[string]string{"user": "chie", "channel": "csirt-ops", "text": "x"}},
		"message, nothing":          {"message", map[string]string{"user": "aoi", "channel": "csirt-ops", "text": "  "}},
		"message, too long":         {"message", map[string]string{"user": "aoi", "channel": "csirt-ops", "text": strings.Repeat("長", 40001)}},
		"file, no name":             {"file", map[string]string{"user": "aoi", "channel": "csirt-ops", "content": "x"}},
		"file, no base64":           {"file", map[string]string{"user": "aoi", "channel": "csirt-ops", "name": "x", "base64": "%"}},
		"file, no member":           {"file", map[string]string{"user": "chie", "channel": "csirt-ops", "name": "x"}},
		"delete_file, not theirs":   {"delete_file", map[string]string{"user": "ben", "file": file}},
		"delete_file, nobody":       {"delete_file", map[string]string{"user": "nobody", "file": file}},
		"archive, unseen channel":   {"archive", map[string]string{"user": "kenji", "channel": "executives"}},
		"archive, the main one":     {"archive", map[string]string{"user": "aoi", "channel": "general"}},
		"unarchive, not archived":   {"unarchive", map[string]string{"user": "aoi", "channel": "csirt-ops"}},
		"rename, taken":             {"rename", map[string]string{"user": "aoi", "channel": "csirt-ops", "name": "general"}},
		"rename, bad name":          {"rename", map[string]string{"user": "aoi", "channel": "csirt-ops", "name": "Bad Name"}},
		"join, a private channel":   {"join", map[string]string{"user": "kenji", "channel": "executives"}},
		"join, by nobody":           {"join", map[string]string{"user": "kenji", "channel": "executives", "inviter": "nobody"}},
		"join, nobody":              {"join", map[string]string{"user": "nobody", "channel": "csirt-ops", "inviter": "aoi"}},
		"join, by one outside":      {"join", map[string]string{"user": "kenji", "channel": "csirt-ops", "inviter": "chie"}},
		"leave, the main one":       {"leave", map[string]string{"user": "aoi", "channel": "general"}},
		"unfurl, no such message":   {"unfurl", map[string]string{"channel": "csirt-ops", "ts": "1.1"}},
		"a user who does not exist": {"message", map[string]string{"user": "nobody", "channel": "csirt-ops", "text": "x"}},
	} {
		if _, status := control(t, base, tt.what, tt.in); status != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", name, status)
		}
	}
	if diff := cmp.Diff(before, s.Messages(slacktest.Ops)); diff != "" {
		t.Errorf("what was refused changed something (-before +after)\n%s", diff)
	}
}

func TestPeopleWriteMuch(t *testing.T) {
	s, base := record(t, slacktest.Options{})
	long := strings.Repeat("長", 40000)
	s.Say("aoi", "csirt-ops", long, "")
	h, err := bot(base).GetConversationHistory(&sdk.GetConversationHistoryParameters{ChannelID: slacktest.Ops, Limit: 1})
	if err != nil || len(h.Messages) != 1 || h.Messages[0].Text != long {
		t.Errorf("%d messages, %v", len(h.Messages), err)
	}
}

// TestFilesOfAllKinds: what people upload by hand can be empty, be called like another, and say what it is.
func TestFilesOfAllKinds(t *testing.T) {
	s, base := record(t, slacktest.Options{})
	for _, in := range []map[string]string{
		{"name": "same.txt", "content": ""}, {"name": "same.txt", "content": "text"},
		{"name": "raw", "base64": base64.StdEncoding.EncodeToString([]byte{0, 1, 2}), "mime": "image/png"},
	} {
		in["user"], in["channel"] = "aoi", "csirt-ops"
		out, status := control(t, base, "file", in)
		info, _, _, err := bot(base).GetFileInfo(fmt.Sprint(out["file"]), 0, 0)
		if status != http.StatusOK || err != nil || info.Name != in["name"] || (in["mime"] != "" && info.Mimetype != in["mime"]) {
			t.Errorf("%v: status %d, %+v, %v", in, status, info, err)
		}
	}
	sizes := []int{}
	for _, f := range s.Files() {
		sizes = append(sizes, f.Size)
	}
	if !slices.Equal(sizes, []int{0, 4, 3}) {
		t.Errorf("sizes = %v", sizes)
	}
}

func TestDeletedFiles(t *testing.T) {
	s, base := record(t, slacktest.Options{Scopes: append(slack.Scopes(), "files:write")})
	_, id := s.Upload("aoi", "csirt-ops", "", "x.txt", []byte("x"))
	aoi := sdk.New(fake.SlackUserToken(fake.Cast()[0]), sdk.OptionAPIURL(base+"/api/"))
	if err := bot(base).DeleteFile(id); fmt.Sprint(err) != "cant_delete_file" {
		t.Errorf("the bot deletes aoi's file: %v", err)
	}
	if err := aoi.DeleteFile(id); err != nil {
		t.Fatal(err)
	}
	if err := aoi.DeleteFile(id); fmt.Sprint(err) != "file_deleted" {
		t.Errorf("a second time: %v", err)
	}
	if _, _, _, err := bot(base).GetFileInfo(id, 0, 0); fmt.Sprint(err) != "file_deleted" {
		t.Errorf("info: %v", err)
	}
	h, err := bot(base).GetConversationHistory(&sdk.GetConversationHistoryParameters{ChannelID: slacktest.Ops, Limit: 1})
	if err != nil || len(h.Messages[0].Files) != 1 || h.Messages[0].Files[0].Mode != "tombstone" || h.Messages[0].Files[0].Name != "" {
		t.Errorf("message %+v, %v", h.Messages, err)
	}
}

// TestAddressesMove: a workspace that is started again elsewhere serves its files there.
func TestAddressesMove(t *testing.T) {
	s, base := record(t, slacktest.Options{})
	_, id := s.Upload("aoi", "csirt-ops", "", "../a b?.txt", []byte("x"))
	for _, at := range []string{base, strings.Replace(base, "127.0.0.1", "localhost", 1)} {
		info, _, _, err := bot(at).GetFileInfo(id, 0, 0)
		if err != nil || info.URLPrivate != at+"/files-pri/"+slacktest.TeamID+"-"+id+"/a_b_.txt" {
			t.Errorf("at %s: %+v, %v", at, info, err)
		}
	}
}
