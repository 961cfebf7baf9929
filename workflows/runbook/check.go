package runbook

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/strictyaml"
)

// How long the texts may be, in characters, and how many people a step may name.
const (
	maxTitle  = 120
	maxTask   = 200
	maxPerson = 100
	maxText   = 2000
	maxURL    = 2000
	maxPeople = 50
	longest   = 90 * 24 * time.Hour // ahead that a task can be due
)

var (
	nameForm = regexp.MustCompile(`^[a-z0-9](-?[a-z0-9])*$`)
	slackID  = regexp.MustCompile(`^[UWS][A-Z0-9]{6,20}$`)
)

// checker collects what is wrong with the values of a file that has the right shape.
type checker struct {
	strictyaml.Problems
	at map[string]int // path of a key → line
}

func check(d *Definition, name string, at map[string]int) strictyaml.Problems {
	c := &checker{at: at}
	c.that(d.Version == 1, "version", "must be 1: this program knows no other")
	formed := nameForm.MatchString(d.Name) && len(d.Name) <= 40
	c.that(formed, "name", "must be small letters, digits and single hyphens, at most 40 in all, such as phishing-mail, not %q", incident.Shorten(d.Name, 60))
	c.that(!formed || d.Name == name, "name", "is %q, but the file is called %s: they must be the same, or nobody finds it", incident.Shorten(d.Name, 60), name)
	c.text("title", d.Title, true, maxTitle)
	for i, kind := range d.Kinds {
		key := fmt.Sprintf("kinds[%d]", i+1)
		c.that(slices.Contains(incident.Kinds(), kind), key, "names an unknown kind %q%s", incident.Shorten(kind, 60), strictyaml.DidYouMean(kind, incident.Kinds()))
	}
	c.that(d.Start == "" || d.Start == "open", "start", `must be "open", for a runbook that begins by itself, or be left out, not %q`, incident.Shorten(d.Start, 60))
	c.that(d.Start == "" || len(d.Kinds) > 0, "kinds", "are missing: of which kinds must a case be for the runbook to begin by itself?")
	c.that(len(d.Steps) > 0, "steps", "are missing: what is to be done?")
	c.that(len(d.Steps) <= MaxSteps, "steps", "are %d, at most %d are done: make two runbooks of it", len(d.Steps), MaxSteps)
	for i, step := range d.Steps {
		c.step(fmt.Sprintf("steps[%d]", i+1), step)
	}
	return c.Problems
}

// that reports the key unless ok. What is missing is reported where the group that lacks it begins.
func (c *checker) that(ok bool, key, complaint string, args ...any) {
	if ok {
		return
	}
	at := key
	for c.at[at] == 0 && strings.Contains(at, ".") {
		at = at[:strings.LastIndex(at, ".")]
	}
	c.Add(c.at[at], "%s "+complaint, append([]any{key}, args...)...)
}

func (c *checker) step(at string, e entry) {
	kinds := 0
	for _, is := range []bool{e.Task != nil, e.Invite != nil, e.Notify != nil, e.Analysis != nil, e.Link != nil} {
		if is {
			kinds++
		}
	}
	if kinds != 1 {
		c.that(false, at, "must have one of task, invite, notify, analysis and link, with something in it; it has %d", kinds)
		return
	}
	switch {
	case e.Task != nil:
		c.text(at+".task.title", e.Task.Title, true, maxTask)
		c.text(at+".task.owner", e.Task.Owner, false, maxPerson)
		c.text(at+".task.due", e.Task.Due, false, maxPerson)
		c.due(at+".task.due", e.Task.Due)
	case e.Invite != nil:
		c.that(len(e.Invite.People) > 0, at+".invite.people", "are missing: who is to be brought in?")
		c.people(at+".invite.people", e.Invite.People)
	case e.Notify != nil:
		c.text(at+".notify.text", e.Notify.Text, true, maxText)
		c.mentions(at+".notify.mention", e.Notify.Mention)
	case e.Analysis != nil:
		c.text(at+".analysis.name", e.Analysis.Name, true, maxTitle)
		c.length(at+".analysis.lead", e.Analysis.Lead, maxPerson)
		c.text(at+".analysis.hypothesis", e.Analysis.Hypothesis, false, maxText)
	default:
		c.text(at+".link.title", e.Link.Title, true, maxTitle)
		c.address(at+".link.url", strings.TrimSpace(e.Link.URL))
	}
}

func (c *checker) text(key string, t Text, needed bool, most int) {
	if !visible(t.En) && !visible(t.Ja) {
		c.that(!needed, key, "is missing: a text, or {en: …, ja: …}")
		return
	}
	c.length(key, t.En, most)
	if t.Ja != t.En {
		c.length(key, t.Ja, most)
	}
}

// visible reports whether a text says something.
func visible(text string) bool {
	return strings.ContainsFunc(incident.CleanText(text), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsSymbol(r) })
}

func (c *checker) length(key, text string, most int) {
	n := utf8.RuneCountInString(text)
	c.that(n <= most, key, "has %d characters, at most %d fit", n, most)
}

func (c *checker) due(key string, due Text) {
	for _, text := range []string{due.En, due.Ja} {
		long, counts := after(line(text))
		c.that(!counts || long > 0 && long <= longest, key, "must be later than now and at most 90d ahead, not %q", incident.Shorten(text, 40))
	}
}

func (c *checker) people(key string, people []string) {
	c.that(len(people) <= maxPeople, key, "are %d, at most %d fit: name a group", len(people), maxPeople)
	for i, who := range people[:min(len(people), maxPeople)] {
		one := fmt.Sprintf("%s[%d]", key, i+1)
		c.that(visible(who), one, "is empty: name somebody by @handle, e-mail address, Slack id, or %s", Commander)
		c.length(one, who, maxPerson)
	}
}

// mentions are those whom a notice calls. By id only: whoever a handle belongs to may change, and <!channel> calls all.
func (c *checker) mentions(key string, people []string) {
	c.that(len(people) <= 10, key, "are %d, at most 10 fit: name a group", len(people))
	for i, who := range people[:min(len(people), 10)] {
		c.that(who == Commander || slackID.MatchString(who), fmt.Sprintf("%s[%d]", key, i+1),
			"must be %s, or the Slack id of a user (U…) or a group (S…), not %q", Commander, incident.Shorten(who, 60))
	}
}

func (c *checker) address(key, text string) {
	u, err := url.Parse(text)
	ok := err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && !strings.ContainsFunc(text, odd)
	c.that(ok, key, "must be an address that begins with https://, without a user in it, not %q", incident.Shorten(text, 80))
	c.length(key, text, maxURL)
}

// odd are signs that stand in no address that somebody copies from a browser, and could end a link early.
func odd(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>|\"`\\", r) || r >= 0x200B && r <= 0x206F
}
