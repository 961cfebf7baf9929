package slackbot

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// Callback ids of the shortcuts; see deploy/slack-manifest.yaml.
const (
	openShortcut     = "open_case"
	openAnywhere     = "open_case_anywhere" // the global one: an id may stand for one shortcut only
	lessonShortcut   = "mark_lesson"
	taskShortcut     = "make_task"
	timelineShortcut = "add_timeline"
)

// shortcut takes a shortcut: a global one, or one of a message's menu.
// https://docs.slack.dev/interactivity/implementing-shortcuts
func (g *Gateway) shortcut(ctx context.Context, i interaction) reply {
	a := asker{Viewer{i.User.ID, i.Channel.ID}, i.by(), i.who.Lang, i.Trigger, i.ResponseURL}
	words := strings.TrimSpace(plainWords(i.Message.Text))
	first, _, _ := strings.Cut(words, "\n")
	f := fields{}
	text := ""
	switch i.Callback {
	case openShortcut, openAnywhere:
		f.set("title", incident.Shorten(incident.CleanLine(first), incident.MaxTitle))
		f.set("report", g.reported(ctx, a, i, words))
		text = g.askForCase(ctx, a, f)
	case lessonShortcut:
		f.set("text", incident.Shorten(words, longText))
		text = g.askVerb(ctx, a, "lesson", f)
	case taskShortcut:
		f.set("title", incident.Shorten(incident.CleanLine(first), longLine))
		text = g.askVerb(ctx, a, "task", f)
	case timelineShortcut:
		return g.addToTimeline(ctx, a, i, words)
	default:
		g.o.Log.Warn("leave a shortcut aside", "callback", incident.Shorten(incident.CleanLine(i.Callback), 40))
	}
	if text != "" {
		g.tell(a.hearing(), text)
	}
	return done()
}

// reported is a message as a case's report: what it says, who said so, and the way to it.
func (g *Gateway) reported(ctx context.Context, a asker, i interaction, words string) string {
	if !plainTime.MatchString(i.Message.TS) || !plainPlace.MatchString(i.Channel.ID) {
		return incident.Shorten(words, longText) // of no message
	}
	link := make(chan string, 1)
	go func() { link <- g.linkTo(ctx, i.Channel.ID, i.Message.TS) }() // the form must open soon: both are asked for at once
	who := i.Message.AppName
	if user := incident.UserID(i.Message.User); user != "" {
		who = cmp.Or(g.namesOf(ctx, []string{user})[user], user)
	}
	source := incident.Shorten(notice.Source(a.lang, incident.Shorten(incident.CleanLine(who), maxAuthor), <-link), longLine)
	return strings.TrimSpace(incident.Shorten(words, longText-utf8.RuneCountInString(source)-len(apart)) + apart + source)
}

// Of a report: how long a name may be, and what stands between what was said and its source.
const (
	maxAuthor = 80
	apart     = "\n\n"
)

func (g *Gateway) askVerb(ctx context.Context, a asker, name string, f fields) string {
	v, _ := verbNamed(name)
	return g.askFor(ctx, a, v, "", f, notice.FormWord(a.lang, "verb", name))
}

// addToTimeline enters a message into the timeline of its channel's case. The same message, marked by the same person
// twice, is one entry, also if it has changed, or Slack says only once where it can be read: the case knows it by its place.
func (g *Gateway) addToTimeline(ctx context.Context, a asker, i interaction, words string) reply {
	if !plainTime.MatchString(i.Message.TS) || !plainPlace.MatchString(i.Channel.ID) {
		g.o.Log.Warn("refuse a shortcut of no message", "user", i.User.ID)
		return refuse("the shortcut names no message")
	}
	v, _ := verbNamed("note")
	f := fields{}
	f.set("text", incident.Shorten(words, longText))
	if words == "" {
		f.set("text", notice.FormWord(a.lang, "word", "message")) // of a file, or of blocks alone
	}
	f.set("link", g.linkTo(ctx, i.Channel.ID, i.Message.TS))
	f.set("at", timeOfMessage(i.Message.TS))
	f.set("message", i.Channel.ID+"/"+i.Message.TS)
	what := namedAct(a.lang, v, "")
	return g.doPressed(ctx, a, v, Act{ID: incident.RequestID(i.Trigger), Keyed: i.Trigger != "", Verb: v.name, Fields: f, By: a.by, Viewer: a.viewer}, what)
}

// linkTime is how long the way to a message may take to be found: an entry without it is of use, too.
const linkTime = 500 * time.Millisecond

// https://docs.slack.dev/reference/methods/chat.getPermalink
func (g *Gateway) linkTo(ctx context.Context, channel, ts string) string {
	api, err := g.api()
	if err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, linkTime)
	defer cancel()
	link, err := api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: channel, Ts: ts})
	if err != nil {
		g.o.Log.Warn("Slack does not say where a message is", "channel", channel, "error", err)
	}
	return link
}

func timeOfMessage(ts string) string {
	seconds, _, _ := strings.Cut(ts, ".")
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return ""
	}
	return time.Unix(n, 0).UTC().Format(time.RFC3339)
}
