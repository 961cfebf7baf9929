package site

import (
	"cmp"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hikeshi/activities/slack/slacktest"
)

// messageView is a message as one person sees it.
type messageView struct {
	TS, Channel, Thread string
	Anchor              string // as it stands at the end of the message's address
	User, Author, Badge string
	Hue                 int
	Initial             string
	Day                 string // a new one begins with this message
	At, Full, ISO       string
	Follows             bool // the same person wrote just before
	Own                 bool // the reader wrote it, and may change it
	Only                bool // only the reader sees it
	System, Edited      bool
	Pinned              bool
	Gone                bool
	Text                template.HTML
	Raw                 string // as it was typed, where the reader may change it
	Blocks              []blockView
	Files               []fileView
	Reactions           []reactionView
	Replies             int
	LastReply           string
	Linked              string // the address of the message
}

type fileView struct {
	ID, Name, Size, Address string
	Picture, Gone           bool
}

type reactionView struct {
	Name, Shown, Who string
	Count            int
	Mine             bool
}

// closeTogether is how long somebody's messages stand under one name.
const closeTogether = 5 * time.Minute

// shown are the messages of a channel, or the thread of one, with what only the reader sees in between.
func (e *eye) shown(ch slacktest.Channel, thread string) []messageView {
	var list []messageView
	all := e.s.Slack.Messages(ch.ID)
	replies := map[string][]string{}
	for _, m := range all {
		if m.ThreadTS != "" && m.ThreadTS != m.TS {
			replies[m.ThreadTS] = append(replies[m.ThreadTS], m.TS)
		}
	}
	for _, m := range all {
		isReply := m.ThreadTS != "" && m.ThreadTS != m.TS
		if thread == "" && isReply && m.Subtype != "thread_broadcast" || thread != "" && m.TS != thread && m.ThreadTS != thread {
			continue
		}
		v := e.message(ch, m)
		if n := len(replies[m.TS]); n > 0 && thread == "" {
			v.Replies, v.LastReply = n, e.time(timeOf(replies[m.TS][n-1]))
		}
		list = append(list, v)
	}
	if thread == "" {
		for _, only := range e.s.Slack.Ephemerals(e.who.ID) {
			if only.Channel == ch.ID {
				list = append(list, e.ephemeral(ch, only))
			}
		}
	}
	slices.SortStableFunc(list, func(a, b messageView) int { return cmp.Compare(a.TS, b.TS) })
	e.group(list)
	return list
}

// group sets where a new day begins, and which messages stand under the name above them.
func (e *eye) group(list []messageView) {
	for i := range list {
		m := &list[i]
		if i == 0 || e.day(timeOf(list[i-1].TS)) != e.day(timeOf(m.TS)) {
			m.Day = e.day(timeOf(m.TS))
			continue
		}
		before := list[i-1]
		m.Follows = before.User == m.User && !before.System && !m.System && !m.Only && !before.Only && timeOf(m.TS).Sub(timeOf(before.TS)) < closeTogether
	}
}

func (e *eye) message(ch slacktest.Channel, m slacktest.Message) messageView {
	v := e.plain(ch, m.TS, m.User)
	v.Thread = cmp.Or(m.ThreadTS, m.TS)
	v.System = m.Subtype != "" && !slices.Contains([]string{"bot_message", "file_share", "thread_broadcast", "tombstone"}, m.Subtype)
	v.Gone, v.Edited, v.Pinned = m.Subtype == "tombstone", m.Edited != nil, slices.Contains(ch.Pins, m.TS)
	v.Own = m.User == e.who.ID && !v.System && !v.Gone && !ch.Archived
	if v.Own {
		v.Raw = e.plainText(m.Text)
	}
	v.Text = e.mrkdwn(e.bySlack(m))
	v.Blocks = e.blocks(slacktest.Shown(m.Blocks), slacktest.ElementsOf(m.Blocks), nil, m.TS)
	for _, id := range m.Files {
		v.Files = append(v.Files, e.file(e.files[id]))
	}
	for _, r := range m.Reacted {
		rv := reactionView{Name: r.Name, Shown: withEmoji(":" + r.Name + ":"), Count: r.Count, Mine: slices.Contains(r.Users, e.who.ID)}
		var who []string
		for _, u := range r.Users {
			who = append(who, e.name(u))
		}
		rv.Who = strings.Join(who, ", ")
		v.Reactions = append(v.Reactions, rv)
	}
	return v
}

// bySlack is what Slack says about what somebody did, in the language of whoever looks; of others' messages the text.
func (e *eye) bySlack(m slacktest.Message) string {
	said, known := japaneseDeeds[m.Subtype]
	if !known || language(e.who) != "ja" {
		return m.Text
	}
	_, value, _ := strings.Cut(m.Text, said[0])
	return "<@" + m.User + ">" + said[1] + value
}

// japaneseDeeds are, for each kind of Slack's own messages, what stands before a value in it (a new line: nothing follows), and the same in Japanese.
var japaneseDeeds = map[string][2]string{
	"channel_join": {"\n", " さんが参加しました"}, "channel_leave": {"\n", " さんが退出しました"},
	"channel_archive": {"\n", " さんがチャンネルをアーカイブしました"}, "channel_unarchive": {"\n", " さんがチャンネルを元に戻しました"},
	"channel_purpose": {"set the channel purpose: ", " さんがチャンネルの説明を設定しました: "}, "channel_topic": {"set the channel topic: ", " さんがチャンネルのトピックを設定しました: "},
	"channel_name": {"renamed the channel from ", " さんがチャンネル名を変更しました: "},
}

func (e *eye) ephemeral(ch slacktest.Channel, m slacktest.Ephemeral) messageView {
	v := e.plain(ch, m.TS, slacktest.BotUser)
	v.Only, v.Text, v.Blocks = true, e.mrkdwn(m.Text), e.blocks(slacktest.Shown(m.Blocks), slacktest.ElementsOf(m.Blocks), nil, m.TS)
	return v
}

// plain is what every message has.
func (e *eye) plain(ch slacktest.Channel, ts, user string) messageView {
	at := timeOf(ts)
	anchor := "p" + strings.ReplaceAll(ts, ".", "")
	return messageView{TS: ts, Channel: ch.ID, Anchor: anchor, User: user, Author: e.name(user), Badge: e.badge(user), Hue: hue(user), Initial: initial(e.name(user)),
		At: e.time(at), Full: e.full(at), ISO: at.UTC().Format(time.RFC3339), Linked: "/slack/" + url.PathEscape(ch.ID) + "/" + anchor}
}

func (e *eye) file(f slacktest.File) fileView {
	size := strconv.Itoa(f.Size) + " B"
	switch {
	case f.Size >= 1<<20:
		size = strconv.FormatFloat(float64(f.Size)/(1<<20), 'f', 1, 64) + " MB"
	case f.Size >= 1<<10:
		size = strconv.FormatFloat(float64(f.Size)/(1<<10), 'f', 1, 64) + " kB"
	}
	return fileView{ID: f.ID, Name: f.Name, Size: size, Gone: f.Deleted, Picture: picture(f.Name),
		Address: "/slack/_file/" + url.PathEscape(f.ID) + "?as=" + url.QueryEscape(e.who.Name)}
}

// picture reports whether the browser may show a file of that name in place: bitmaps, which run nothing.
func picture(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{".png", ".jpg", ".jpeg", ".gif", ".webp"}, func(end string) bool { return strings.HasSuffix(name, end) })
}

func timeOf(ts string) time.Time {
	seconds, frac, _ := strings.Cut(ts, ".")
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}
	}
	micros, _ := strconv.ParseInt(frac, 10, 64) // none: a whole second
	return time.Unix(n, micros*1000)
}
