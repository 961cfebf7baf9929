package site

import (
	"cmp"
	"html"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
)

// eye sees the workspace as one person does, once: in their language, with times of their zone.
type eye struct {
	s     *Site
	who   fake.Person
	zone  *time.Location
	now   time.Time
	users map[string]slacktest.User
	files map[string]slacktest.File
}

func (s *Site) eye(who fake.Person) *eye {
	e := &eye{s: s, who: who, zone: time.UTC, now: time.Now(), users: map[string]slacktest.User{}, files: map[string]slacktest.File{}}
	if zone, err := time.LoadLocation(who.TZ); err == nil {
		e.zone = zone
	}
	for _, u := range s.Slack.Users() {
		e.users[u.ID] = u
	}
	for _, f := range s.Slack.Files() {
		e.files[f.ID] = f
	}
	return e
}

func (e *eye) t(key string) string { return say(e.who, key) }

func (e *eye) name(user string) string {
	u, ok := e.users[user]
	if !ok {
		return user
	}
	return cmp.Or(u.RealName, u.Name)
}

// badge says what kind of person it is, where that matters.
func (e *eye) badge(user string) string {
	u := e.users[user]
	switch {
	case u.BotID != "":
		return e.t("app")
	case u.Team != "":
		return e.t("external")
	case u.Restricted:
		return e.t("guest")
	}
	return ""
}

// hue is a colour for a person's picture, of eight.
func hue(user string) int {
	n := 0
	for _, r := range user {
		n = n*31 + int(r)
	}
	return (n%8 + 8) % 8
}

// initial is what stands on a person's picture.
func initial(name string) string {
	for _, r := range name {
		return strings.ToUpper(string(r))
	}
	return "?"
}

func (e *eye) time(t time.Time) string { return t.In(e.zone).Format("15:04") }

// day is a date as the person reads it, with words for the last two.
func (e *eye) day(t time.Time) string {
	t = t.In(e.zone)
	ago := int(e.midnight(e.now).Sub(e.midnight(t)).Hours()+12) / 24
	ja := language(e.who) == "ja"
	switch {
	case ago == 0:
		return e.t("today")
	case ja:
		return t.Format("2006年1月2日") + "(" + string([]rune("日月火水木金土")[t.Weekday()]) + ")"
	}
	return t.Format("Monday, January 2, 2006")
}

func (e *eye) midnight(t time.Time) time.Time {
	y, m, d := t.In(e.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, e.zone)
}

// full is a time with its date and zone.
func (e *eye) full(t time.Time) string { return t.In(e.zone).Format("2006-01-02 15:04:05 MST") }

// date shows Slack's date token: a time with a pattern, in the zone of whoever looks.
// https://docs.slack.dev/messaging/formatting-message-text#date-formatting
func (e *eye) date(token, fallback string) string {
	parts := strings.SplitN(strings.TrimPrefix(token, "!date^"), "^", 3)
	seconds, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || len(parts) < 2 {
		return html.EscapeString(fallback)
	}
	t := time.Unix(seconds, 0).In(e.zone)
	date, long, clock := t.Format("Jan 2, 2006"), t.Format("Monday, January 2, 2006"), t.Format("3:04 PM")
	if language(e.who) == "ja" {
		date, long, clock = t.Format("2006年1月2日"), e.day(t), t.Format("15:04")
	}
	pretty := date
	if e.midnight(t).Equal(e.midnight(e.now)) {
		pretty = e.t("today")
	}
	text := strings.NewReplacer("{date_num}", t.Format(time.DateOnly), "{date_slash}", t.Format("01/02/2006"), "{date_short}", date, "{date_long}", long, "{date}", date,
		"{date_short_pretty}", pretty, "{date_long_pretty}", pretty, "{date_pretty}", pretty, "{time_secs}", t.Format("15:04:05"), "{time}", clock).Replace(parts[1])
	shown := `<time datetime="` + t.UTC().Format(time.RFC3339) + `" title="` + html.EscapeString(e.full(t)) + `">` + html.EscapeString(text) + "</time>"
	if len(parts) == 3 {
		return linkAround(parts[2], shown)
	}
	return shown
}

// linkAround makes finished HTML lead somewhere.
func linkAround(address, finished string) string {
	const label = "\x00"
	return strings.Replace(link(address, label), label, finished, 1)
}

// plainText is a message's text as its author typed it: for editing.
func (e *eye) plainText(text string) string {
	text = slackToken.ReplaceAllStringFunc(text, func(m string) string {
		target, label, _ := strings.Cut(m[1:len(m)-1], "|")
		switch {
		case strings.HasPrefix(target, "@"):
			return "@" + cmp.Or(e.users[target[1:]].Name, target[1:])
		case strings.HasPrefix(target, "#"):
			if ch, ok := e.s.Slack.Channel(target[1:]); ok {
				label = ch.Name
			}
			return "#" + cmp.Or(label, target[1:])
		case strings.HasPrefix(target, "!"):
			return "@" + strings.TrimPrefix(target[1:], "subteam^")
		}
		return target
	})
	return slackEntities.Replace(text)
}

// rich shows a text of Block Kit or of a message.
func (e *eye) rich(text, kind string) template.HTML {
	if kind == "plain_text" {
		return template.HTML(strings.ReplaceAll(html.EscapeString(withEmoji(text)), "\n", "<br>\n")) //nolint:gosec // escaped here
	}
	return e.mrkdwn(text)
}

// people are those who can be named and chosen, the app not among them.
func (e *eye) people() (list []slacktest.User) {
	for _, u := range e.users {
		if u.BotID == "" && !u.Deleted {
			list = append(list, u)
		}
	}
	slices.SortFunc(list, func(a, b slacktest.User) int { return cmp.Compare(a.ID, b.ID) })
	return list
}
