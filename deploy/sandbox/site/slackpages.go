package site

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
)

// channelsOf are the channels a person sees: public ones, and private ones they are in.
func (s *Site) channelsOf(reader fake.Person) []slacktest.Channel {
	return slices.DeleteFunc(s.Slack.Channels(), func(ch slacktest.Channel) bool { return ch.Private && !ch.Has(reader.ID) })
}

func (s *Site) channelsPage(_ *http.Request, reader fake.Person) (string, any, bool) {
	return "Slack", s.channelsOf(reader), true
}

// channelView is a channel as one person sees it.
type channelView struct {
	slacktest.Channel
	People    []string
	Pinned    []messageView
	Bookmarks []slacktest.Bookmark
	Messages  []messageView
	Dialogs   []dialogView // that stand open before the reader
	Member    bool         // the reader can write here
	Again     string       // the page's address, if something may come of what the reader just did
	Trouble   string       // why it was not done
}

// messageView is a message with its replies.
type messageView struct {
	TS, Author, Text string
	Anchor           string // as it stands at the end of the message's address
	Files            []slacktest.File
	At               time.Time
	Own              bool // only the reader sees it
	System, Edited   bool
	Blocks           []blockView
	Replies          []messageView
	Reactions        []slacktest.Reaction
}

// blockView is a block of Block Kit; its texts are mrkdwn, but for the header's.
type blockView struct {
	Kind    string
	Text    string
	Parts   []string
	Buttons []buttonView
	ID      string // of an input's block
}

// buttonView is a button, with what its form sends.
type buttonView struct {
	Label, Style          string
	Do                    string // where its form goes
	TS, ActionID, Pressed string
}

func (s *Site) channelPage(r *http.Request, reader fake.Person) (string, any, bool) {
	ch, ok := s.Slack.Channel(r.PathValue("channel"))
	if !ok || ch.Private && !ch.Has(reader.ID) {
		return "", nil, false
	}
	v := channelView{Channel: ch, Bookmarks: s.Slack.Bookmarks(ch.ID), Dialogs: s.dialogs(ch, reader), Member: ch.Has(reader.ID) && !ch.Archived, Trouble: r.URL.Query().Get("trouble")}
	if r.URL.Query().Has("again") && len(v.Dialogs) == 0 {
		v.Again = at(ch, "", reader)
	}
	for _, id := range ch.Members {
		v.People = append(v.People, s.nameOf(id))
	}
	v.Messages = s.threads(ch, reader)
	for _, m := range s.Slack.Messages(ch.ID) {
		if slices.Contains(ch.Pins, m.TS) {
			v.Pinned = append(v.Pinned, s.messageView(m, reader))
		}
	}
	return "#" + ch.Name, v, true
}

// threads puts replies under their messages, and what only the reader sees in between.
func (s *Site) threads(ch slacktest.Channel, reader fake.Person) []messageView {
	var list []messageView
	for _, m := range s.Slack.Messages(ch.ID) {
		parent := slices.IndexFunc(list, func(v messageView) bool { return v.TS == m.ThreadTS })
		if m.ThreadTS != "" && m.ThreadTS != m.TS && parent >= 0 {
			list[parent].Replies = append(list[parent].Replies, s.messageView(m, reader))
			continue
		}
		list = append(list, s.messageView(m, reader))
	}
	for _, e := range s.Slack.Ephemerals(reader.ID) {
		if e.Channel == ch.ID {
			list = append(list, messageView{TS: e.TS, Author: "Hikeshi", Text: e.Text, At: timeOf(e.TS), Own: true, Blocks: blocksOf(e.Blocks, "", "")})
		}
	}
	slices.SortStableFunc(list, func(a, b messageView) int { return cmp.Compare(a.TS, b.TS) })
	return list
}

func (s *Site) messageView(m slacktest.Message, reader fake.Person) messageView {
	return messageView{TS: m.TS, Anchor: "p" + strings.ReplaceAll(m.TS, ".", ""), Files: s.filesOf(m),
		Author: s.nameOf(m.User), Text: m.Text, At: timeOf(m.TS), System: m.Subtype != "" && m.Subtype != "bot_message" && m.Subtype != "file_share",
		Edited: m.Edited != nil, Blocks: blocksOf(m.Blocks, m.TS, at(slacktest.Channel{ID: m.Channel}, "/press", reader)), Reactions: m.Reacted}
}

func (s *Site) filesOf(m slacktest.Message) (list []slacktest.File) {
	for _, f := range s.Slack.Files() {
		if slices.Contains(m.Files, f.ID) {
			list = append(list, f)
		}
	}
	return list
}

// toMessage leads from a message's own address to its place on the channel's page.
func toMessage(w http.ResponseWriter, r *http.Request) {
	to := url.URL{Path: "/slack/" + r.PathValue("channel"), RawQuery: url.Values{"as": r.URL.Query()["as"]}.Encode(), Fragment: r.PathValue("message")}
	http.Redirect(w, r, to.String(), http.StatusFound)
}

func timeOf(ts string) time.Time {
	seconds, _, _ := strings.Cut(ts, ".")
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(n, 0)
}

func (s *Site) nameOf(user string) string {
	for _, u := range s.Slack.Users() {
		if u.ID == user {
			return cmp.Or(u.RealName, u.Name)
		}
	}
	return user
}

// blocksOf reads the blocks that notices and dialogs use; others are named. press is where the forms of buttons go, with
// the message's ts.
func blocksOf(raw json.RawMessage, ts, press string) []blockView {
	type text struct {
		Text string `json:"text"`
	}
	type element struct {
		Type  string          `json:"type"`
		Text  json.RawMessage `json:"text"` // of a button an object
		ID    string          `json:"action_id"`
		Value string          `json:"value"`
		Style string          `json:"style"`
	}
	var blocks []struct {
		Type     string    `json:"type"`
		ID       string    `json:"block_id"`
		Text     *text     `json:"text"`
		Fields   []text    `json:"fields"`
		Elements []element `json:"elements"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &blocks) != nil {
		return nil
	}
	var list []blockView
	for _, b := range blocks {
		v := blockView{Kind: b.Type, ID: b.ID}
		if b.Text != nil {
			v.Text = b.Text.Text
		}
		for _, f := range b.Fields {
			v.Parts = append(v.Parts, f.Text)
		}
		for _, e := range b.Elements {
			if b.Type == "actions" {
				var label text
				_ = json.Unmarshal(e.Text, &label) // another kind of element: without a label
				v.Buttons = append(v.Buttons, buttonView{label.Text, e.Style, press, ts, e.ID, e.Value})
				continue
			}
			var words string
			_ = json.Unmarshal(e.Text, &words) // an image: without words
			v.Parts = append(v.Parts, words)
		}
		list = append(list, v)
	}
	return list
}
