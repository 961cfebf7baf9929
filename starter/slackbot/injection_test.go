package slackbot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// mark stands in every hostile text, so that it can be followed.
const mark = "zq7"

// hostile are texts that do something where nobody looks after them: in Slack, in JIRA, in a sheet, on a screen.
func hostile() map[string]string {
	return map[string]string{
		"tokens": mark + ` <!channel> <!here> <!everyone> <!subteam^S0CSIRT01> <@U0BEN0002> <#C0CASE001> <http://evil.example|click> <mailto:x@evil.example|us> ` +
			`<!date^1700000000^{date}^https://evil.example|now> &lt;!channel&gt; &amp;lt;!here&amp;gt; '<!channel>' <!chan`,
		"markup":   `=HYPERLINK("http://evil.example";"` + mark + `") *bold* _it_ ~no~ ` + "`code` ```fence```" + ` {code} [~accountid:5b10] !image.png! [x|http://evil.example] |a|`,
		"signs":    mark + " \u202egnp.exe\u202c \u2066x\u2069 a\u200bb\u200d\ufeff \x00\x07\x1b[31m\r\x7f \xff\xfe\xc3\x28",
		"lines":    mark + "\n<!here>\n> quoted\n\u2028x\n\n--reason <!channel>",
		"too long": mark + strings.Repeat(" <!channel> 長い", 800),
	}
}

// inSlack is a text as Slack sends it: what a person typed is escaped; tokens only come from Slack.
func inSlack(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// echo is a desk whose answers repeat whatever was said, as those of cases do, or refuse it with the same words.
type echo struct {
	*desk
	refuses bool
	about   string // the field
}

func (e *echo) Do(ctx context.Context, a slackbot.Act) (slackbot.Done, error) {
	var all []string
	for _, values := range a.Fields {
		all = append(all, values...)
	}
	text := strings.Join(all, " ")
	if e.refuses {
		return slackbot.Done{}, fieldRefusal{incident.Refuse(incident.Rule, "Say it otherwise than "+text, "no case takes %q", text), e.about}
	}
	done, err := e.desk.Do(ctx, a)
	done.Text, done.Missing = text, []string{text}
	return done, err
}

func (e *echo) Open(ctx context.Context, r incident.Request) error {
	if e.refuses {
		return incident.Refuse(incident.Rule, "Say it otherwise than "+r.Title, "no case takes %q", r.Title+r.Report+r.Kind)
	}
	return e.desk.Open(ctx, r)
}

// Whatever people write into whichever field of whichever form, or behind whichever flag, is handed over, and what they
// read of it, at once and later, done or refused, mentions nobody, hides no address and turns nothing around.
func TestHostileTextInEveryField(t *testing.T) {
	for _, verb := range slackbot.Verbs() {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			for _, s := range slackbot.Slots(verb) {
				for name, text := range hostile() {
					tryEverywhere(t, s, name, text)
				}
			}
		})
	}
}

func tryEverywhere(t *testing.T, s slackbot.Slot, name, text string) {
	t.Helper()
	for _, refuses := range []bool{false, true} {
		desk := func() *echo { return &echo{inPhase(incident.PhaseAnalysis), refuses, s.Name} }
		if s.Written() && !s.Typed && s.With == "" {
			tryForm(t, desk(), s, name, text)
		}
		if s.Takes() {
			tryLine(t, desk(), s, name, text)
		}
	}
}

// others are values for what has to be said beside the field that is tried.
func others(tried slackbot.Slot) map[string]string {
	given := map[string]string{}
	if tried.With != "" {
		given[tried.With] = "t1"
	}
	for _, s := range slackbot.Slots(tried.Verb) {
		if !s.Required || s.Name == tried.Name || s.Unless == tried.Name {
			continue
		}
		switch s.Kind {
		case "severity":
			given[s.Name] = "2"
		case "choice":
			given[s.Name] = s.Choices[0]
		case "person":
			given[s.Name] = "U0BEN0002"
		default:
			given[s.Name] = "plain words"
		}
	}
	if one := slackbot.OneOf(tried.Verb); len(one) > 0 && !slices.Contains(one, tried.Name) {
		given[one[0]] = "plain words"
	}
	if tried.Verb == "decide" {
		given["lesson"], given["as"] = "l1", "join"
		delete(given, tried.Name)
	}
	return given
}

func tryForm(t *testing.T, e *echo, s slackbot.Slot, name, text string) {
	t.Helper()
	what := fmt.Sprintf("%s, field %s, %s", s.Verb, s.Name, name)
	w := newWorkspace(t, e)
	p := w.press("U0AOI0001", "aoi", "case_"+s.Verb, `{"workflow":"case/SEC-1"}`, "1.2")
	w.interact(t, p)
	if len(w.opened) == 0 {
		t.Fatalf("%s: no form is shown", what)
	}
	view := <-w.opened
	w.neutral(t, what+": the form", string(view.View))
	var f shownForm
	if err := json.Unmarshal(view.View, &f); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(f.Blocks, func(b shownBlock) bool { return b.ID == s.Name && b.Element.Type == "plain_text_input" }) {
		t.Fatalf("%s: no form asks for it: %+v", what, f.Blocks)
	}
	given := others(s)
	given[s.Name] = text
	status, body := w.interact(t, w.fill(f, given))
	if status != http.StatusOK {
		t.Fatalf("%s: answer %d %s", what, status, body)
	}
	w.reads(t, e, what, s, body, text)
}

func tryLine(t *testing.T, e *echo, s slackbot.Slot, name, text string) {
	t.Helper()
	what := fmt.Sprintf("%s --%s, %s", s.Verb, s.Name, name)
	w := newWorkspace(t, e)
	// Slack's own tokens can stand there too: people mention each other.
	for way, typed := range map[string]string{"escaped": inSlack(text), "with tokens": text} {
		form := w.form(lineWith(s, typed))
		form.Set("channel_id", "C0CASE001")
		form.Set("trigger_id", "1.2."+way)
		status, body := w.post("/slack/commands", form.Encode(), time.Now(), secret)
		if status != http.StatusOK {
			t.Fatalf("%s, %s: answer %d %s", what, way, status, body)
		}
		w.reads(t, e, what+", "+way, s, body, text)
	}
}

// lineWith is a command in which the slot says that text.
func lineWith(s slackbot.Slot, text string) string {
	flag := " --" + s.Name + " \u201c" + strings.ReplaceAll(text, `"`, "'") + "\u201d"
	switch {
	case s.Verb == "open" && s.Name == "title":
		return "open " + text
	case s.Verb == "open" && s.Name == "report":
		return "open plain words\n" + text
	case s.Verb == "open":
		return "open plain words" + flag
	}
	line := s.Verb
	for name, value := range others(s) {
		line += " --" + name + ` "` + value + `"`
	}
	return line + flag
}

// reads checks all that the person reads, and that the text came to the desk or was refused.
func (w *workspace) reads(t *testing.T, e *echo, what string, s slackbot.Slot, body, text string) {
	t.Helper()
	shown := []string{body}
	select {
	case v := <-w.opened: // what was said is not enough: it stands in the form
		shown = append(shown, string(v.View))
	default:
		if body == "" || strings.Contains(body, "Opening") { // the rest comes later
			shown = append(shown, w.hears(t))
		}
	}
	for len(w.later) > 0 {
		shown = append(shown, <-w.later)
	}
	for _, s := range shown {
		w.neutral(t, what, s)
	}
	handed := fmt.Sprint(e.did(), e.kept())
	if !strings.Contains(handed, mark) && !strings.Contains(strings.Join(shown, " "), "Not done") && !strings.Contains(strings.Join(shown, " "), `"errors":`) {
		t.Errorf("%s: it came nowhere, and nothing was refused: %s", what, shown)
	}
	for _, r := range e.kept() {
		if all := r.Title + r.Report + r.Kind + r.Reporter + strings.Join(r.Organisations, ""); !utf8.ValidString(all) || turning.MatchString(all) {
			t.Errorf("%s: kept %q", what, all)
		}
	}
	e.mu.Lock() // somebody may still be followed
	defer e.mu.Unlock()
	e.acts, e.requests = nil, map[string]incident.Request{}
}

var (
	// live is what Slack makes something of in mrkdwn.
	live = regexp.MustCompile(`<[^>]*>?`)
	// ours are the tokens that stand in answers of ours: the channel of a case, people by their ids.
	ours = regexp.MustCompile(`^<(#C0CASE001|@[UW][A-Z0-9]+)>$`)
	// turning is what changes how the text around it reads, or is no text.
	turning = regexp.MustCompile("[\u202a-\u202e\u2066-\u2069\\x00-\\x08\\x0b-\\x1f\\x7f]")
)

// neutral fails the test if something in what is shown is more than text: shown is JSON or a text.
func (w *workspace) neutral(t *testing.T, what string, shown string) {
	t.Helper()
	var v any
	if json.Unmarshal([]byte(shown), &v) != nil {
		v = map[string]any{"text": shown}
	}
	for _, text := range mrkdwnIn(v) {
		for _, token := range live.FindAllString(text, -1) {
			if !ours.MatchString(token) {
				t.Errorf("%s: it is shown with %s in %q", what, token, incident.Shorten(text, 300))
			}
		}
		if m := turning.FindString(text); m != "" || !utf8.ValidString(text) {
			t.Errorf("%s: it is shown with %q in %q", what, m, incident.Shorten(text, 300))
		}
	}
}

// mrkdwnIn are the texts in which Slack looks for markup: those of messages, and objects that say so.
func mrkdwnIn(v any) (texts []string) {
	switch v := v.(type) {
	case map[string]any:
		for key, one := range v {
			text, isText := one.(string)
			switch {
			case key == "private_metadata" || key == "value" || key == "initial_value" || key == "action_id" || key == "errors":
			case isText && key == "text" && v["type"] != "plain_text":
				texts = append(texts, text)
			case !isText:
				texts = append(texts, mrkdwnIn(one)...)
			}
		}
	case []any:
		for _, one := range v {
			texts = append(texts, mrkdwnIn(one)...)
		}
	}
	return texts
}

// The checks above must be able to fail.
func TestNeutralSeesWhatIsAlive(t *testing.T) {
	w := &workspace{}
	for _, bad := range []string{`{"text":"<!channel>"}`, `{"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"<http://x|y>"}}]}`, "a <!here", "\u202ex"} {
		probe := &testing.T{}
		w.neutral(probe, "", bad)
		if !probe.Failed() {
			t.Errorf("%q passes for harmless", bad)
		}
	}
	w.neutral(t, "", `{"text":"&lt;!channel&gt;","blocks":[{"type":"header","text":{"type":"plain_text","text":"<!channel>"}}]}`)
}

// The dialog about a stuck step, too.
func TestHostileTextInTheDialogAboutAStep(t *testing.T) {
	for _, action := range []string{"supply", "skip", "abort"} {
		for name, text := range hostile() {
			for _, field := range []string{"reason", "id"} {
				d := newDesk()
				d.decideErr = []error{incident.Refuse(incident.Rule, "Not "+text, "no %q", text)}
				d.became = notice.Outcome{Became: "stuck again", Cause: text, Hint: text}
				w := newWorkspace(t, d)
				given := map[string]string{"reason": "plain words", "id": "C0123456789"}
				given[field] = text
				for range 2 { // refused, then taken
					_, body := w.interact(t, w.submit("U0AOI0001", "V1", privateOf(w, action), given))
					w.neutral(t, action+" "+field+", "+name, body)
				}
				w.neutral(t, action+" "+field+", "+name, w.hears(t))
				if len(d.decisions()) != 1 {
					t.Errorf("%s %s, %s: it was not taken", action, field, name)
				}
			}
		}
	}
}
