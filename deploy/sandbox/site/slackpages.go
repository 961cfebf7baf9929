package site

import (
	"cmp"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
)

// channelsOf are the channels a person sees: public ones, unless they are a guest or external, and those they are in. The
// app's conversation with them stands among them, under the app's name.
func (s *Site) channelsOf(reader fake.Person) []slacktest.Channel {
	outside := false
	for _, u := range s.Slack.Users() {
		outside = outside || u.ID == reader.ID && (u.Restricted || u.Team != "")
	}
	seen := slices.DeleteFunc(s.Slack.Channels(), func(ch slacktest.Channel) bool { return (ch.Private || outside) && !ch.Has(reader.ID) })
	if direct, ok := s.Slack.Direct(reader.ID); ok {
		direct.Name = appName
		seen = append(seen, direct)
	}
	return seen
}

// appName is what the app's conversation with somebody is called.
const appName = "hikeshi"

// workspaceView is the workspace as one person sees it. The scripts keep its parts up to date, each by itself.
type workspaceView struct {
	Reader  fake.Person
	Lang    string
	Words   map[string]string // for the scripts
	People  []slacktest.User
	Side    sideView
	Channel *channelView // nil: none is chosen
	Thread  *threadView
	Home    *homeView
	Dialog  *dialogView
	Palette []choice // reactions that are offered
}

// sideView is the list of channels.
type sideView struct {
	Reader                 fake.Person
	Chosen                 string // id of the channel; home: the app's
	Mine, Others, Archived []sideChannel
}

type sideChannel struct {
	slacktest.Channel
	Latest string // ts of the newest message that somebody else wrote
}

// channelView is a channel as one person sees it.
type channelView struct {
	slacktest.Channel
	Member, Usable bool // the reader is in it; it can be written in
	People         []string
	Pinned         []messageView
	Bookmarks      []slacktest.Bookmark
	Messages       []messageView
	Earlier        int // messages that are not shown
	About          template.HTML
}

type threadView struct {
	Channel, Name, TS string
	Usable            bool
	Messages          []messageView
}

// homeView is what the app has published for the reader.
type homeView struct {
	ID     string
	Blocks []blockView
}

// atOnce is how many messages of a channel are shown at first.
const atOnce = 150

func (s *Site) side(reader fake.Person, chosen string) sideView {
	v := sideView{Reader: reader, Chosen: chosen}
	for _, ch := range s.channelsOf(reader) {
		c := sideChannel{Channel: ch, Latest: s.latest(ch, reader)}
		switch {
		case ch.Archived:
			v.Archived = append(v.Archived, c)
		case ch.Has(reader.ID):
			v.Mine = append(v.Mine, c)
		default:
			v.Others = append(v.Others, c)
		}
	}
	slices.Reverse(v.Archived)
	return v
}

func (s *Site) latest(ch slacktest.Channel, reader fake.Person) string {
	all := s.Slack.Messages(ch.ID)
	for i := len(all) - 1; i >= 0; i-- {
		if m := all[i]; m.User != reader.ID && (m.ThreadTS == "" || m.ThreadTS == m.TS) {
			return m.TS
		}
	}
	return ""
}

// channel is one that the reader sees; all shows its messages from the first on.
func (e *eye) channel(idOrName string, all bool) (*channelView, bool) {
	list := e.s.channelsOf(e.who)
	i := slices.IndexFunc(list, func(seen slacktest.Channel) bool { return seen.ID == idOrName || seen.Name == idOrName })
	if i < 0 {
		return nil, false
	}
	ch := list[i]
	v := &channelView{Channel: ch, Member: ch.Has(e.who.ID), Bookmarks: e.s.Slack.Bookmarks(ch.ID), Messages: e.shown(ch, "")}
	v.Usable = v.Member && !ch.Archived
	v.About = e.mrkdwn(cmp.Or(ch.Topic.Value, ch.Purpose.Value))
	for _, id := range ch.Members {
		v.People = append(v.People, e.name(id))
	}
	for _, m := range e.s.Slack.Messages(ch.ID) {
		if slices.Contains(ch.Pins, m.TS) {
			v.Pinned = append(v.Pinned, e.message(ch, m))
		}
	}
	if over := len(v.Messages) - atOnce; over > 0 && !all {
		v.Earlier, v.Messages = over, v.Messages[over:]
	}
	return v, true
}

func (e *eye) thread(ch slacktest.Channel, usable bool, ts string) *threadView {
	v := &threadView{Channel: ch.ID, Name: ch.Name, TS: ts, Usable: usable, Messages: e.shown(ch, ts)}
	if len(v.Messages) == 0 {
		return nil
	}
	return v
}

func (e *eye) home() *homeView {
	v := &homeView{}
	if d, ok := e.s.Slack.Home(e.who.ID); ok {
		v.ID, v.Blocks = d.ID, e.blocks(d.Blocks(), d.Elements(), nil, d.ID)
	}
	return v
}

// workspace is the whole page, at the address of a channel or without one; false: the reader sees no such channel.
func (s *Site) workspace(r *http.Request, reader fake.Person) (v workspaceView, ok bool) {
	e := s.eye(reader)
	v = workspaceView{Reader: reader, Lang: language(reader), Words: spoken(reader), People: e.people(), Dialog: e.dialog()}
	for _, name := range palette {
		v.Palette = append(v.Palette, choice{Value: name, Plain: emoji[name]})
	}
	chosen := r.PathValue("channel")
	if chosen == "_home" {
		v.Home = e.home()
		v.Side = s.side(reader, "home")
		return v, true
	}
	if chosen != "" {
		if v.Channel, ok = e.channel(chosen, r.URL.Query().Has("all")); !ok {
			return v, false
		}
		chosen = v.Channel.ID
		if ts := r.URL.Query().Get("thread"); ts != "" {
			v.Thread = e.thread(v.Channel.Channel, v.Channel.Usable, ts)
		}
	}
	v.Side = s.side(reader, chosen)
	return v, true
}

// part serves one part of the page: GET /slack/_part/{what}.
func (s *Site) part(w http.ResponseWriter, r *http.Request) {
	reader, _ := s.reader(r)
	e := s.eye(reader)
	q := r.URL.Query()
	var data any
	switch what := r.PathValue("what"); what {
	case "side":
		data = s.side(reader, q.Get("channel"))
	case "channel", "thread":
		ch, ok := e.channel(q.Get("channel"), q.Has("all"))
		if !ok {
			break
		}
		data = ch
		if what == "thread" {
			data = nil
			if t := e.thread(ch.Channel, ch.Usable, q.Get("thread")); t != nil {
				data = t
			}
		}
	case "dialog":
		if data = any(""); e.dialog() != nil {
			data = e.dialog()
		}
	case "home":
		data = e.home()
	}
	if data == nil {
		http.Error(w, "There is no such thing here, or "+reader.Name+" may not see it.", http.StatusNotFound)
		return
	}
	show(w, func(out io.Writer) error {
		if data == any("") {
			return nil
		}
		return s.sheets.slack[language(reader)].ExecuteTemplate(out, r.PathValue("what"), data)
	})
}

// slackPage is the workspace at any of its addresses.
func (s *Site) slackPage(w http.ResponseWriter, r *http.Request) {
	reader, _ := s.reader(r)
	v, ok := s.workspace(r, reader)
	if !ok {
		http.Error(w, "There is no such channel here, or "+reader.Name+" may not see it.", http.StatusNotFound)
		return
	}
	show(w, func(out io.Writer) error { return s.sheets.slack[v.Lang].ExecuteTemplate(out, "slack.html", v) })
}

// toMessage leads from a message's own address to its place on the channel's page, or in its thread.
func (s *Site) toMessage(w http.ResponseWriter, r *http.Request) {
	q := url.Values{"as": r.URL.Query()["as"]}
	ch, _ := s.Slack.Channel(r.PathValue("channel"))
	for _, m := range s.Slack.Messages(ch.ID) {
		if "p"+strings.ReplaceAll(m.TS, ".", "") == r.PathValue("message") && m.ThreadTS != "" && m.ThreadTS != m.TS {
			q.Set("thread", m.ThreadTS)
		}
	}
	to := url.URL{Path: "/slack/" + r.PathValue("channel"), RawQuery: q.Encode(), Fragment: r.PathValue("message")}
	http.Redirect(w, r, to.String(), http.StatusFound)
}

// fileOf serves a file to those who see a message that holds it. It is whatever somebody has put there: only bitmaps are
// shown in place, and nothing gets an origin.
func (s *Site) fileOf(w http.ResponseWriter, r *http.Request) {
	reader, _ := s.reader(r)
	id := r.PathValue("file")
	for _, f := range s.Slack.Files() {
		content, ok := s.Slack.Content(id)
		if f.ID != id || !ok || !s.seesFile(f, reader) {
			continue
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		if picture(f.Name) {
			w.Header().Set("Content-Type", http.DetectContentType(content))
		}
		if !picture(f.Name) || !strings.HasPrefix(w.Header().Get("Content-Type"), "image/") {
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(f.Name))
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
		_, _ = w.Write(content) // the reader is gone: nothing to do
		return
	}
	http.Error(w, "There is no such file here, or "+reader.Name+" may not see it.", http.StatusNotFound)
}

func (s *Site) seesFile(f slacktest.File, reader fake.Person) bool {
	seen := s.channelsOf(reader)
	return slices.ContainsFunc(f.Shares, func(share string) bool {
		channel, _, _ := strings.Cut(share, " ")
		return slices.ContainsFunc(seen, func(ch slacktest.Channel) bool { return ch.ID == channel })
	})
}
