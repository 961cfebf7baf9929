package slackbot_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// carriedBy is what a view carries, without its seal.
func carriedBy(private string) string { return private[:strings.LastIndex(private, "}")+1] }

func reseal(t *testing.T, w *workspace, user, callback, private string) string {
	t.Helper()
	private, err := w.gateway.Sealed(user, callback, json.RawMessage(carriedBy(private)))
	if err != nil {
		t.Fatal(err)
	}
	return private
}

// forged is what a view carries after somebody has worked on it who cannot seal. The desk takes the channel for the one
// in which the person asks: that of another case lets them in, the operators' makes them one.
func forged(ours string) map[string]string {
	body := carriedBy(ours)
	other := strings.Replace(ours, `"channel":"C0CASE001"`, `"channel":"C0CASE009"`, 1)
	return map[string]string{
		"another case's channel": other, "the operators' channel": strings.Replace(ours, `"channel":"C0CASE001"`, `"channel":"C0OPERATE"`, 1),
		"no seal, as before an update": body, "an empty seal": body + ".", "a short seal": ours[:len(ours)-1], "half a seal": ours[:len(ours)-11], "a long seal": ours + "A",
		"two seals": ours + ours[len(body):], "another seal": body + "." + strings.Repeat("A", 22), "two bodies": carriedBy(other) + ours[len(body):],
	}
}

// stale wants the view to stay open, with what was written, and to say what to do.
func (w *workspace) stale(t *testing.T, what string, payload map[string]any) {
	t.Helper()
	status, body := w.interact(t, payload)
	var shown struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
	}
	if err := json.Unmarshal([]byte(body), &shown); err != nil || status != http.StatusOK || shown.Action != "errors" || len(shown.Errors) != 1 {
		t.Errorf("%s: %d %s", what, status, body)
	}
	for _, said := range shown.Errors {
		if said != notice.FormStale("en") {
			t.Errorf("%s: says %q", what, said)
		}
	}
}

func (w *workspace) sealBroken(t *testing.T, verb string, f shownForm, given map[string]string) {
	t.Helper()
	all := forged(f.Private)
	all["another case"] = strings.Replace(f.Private, "case/SEC-1", "case/SEC-2", 1)
	all["of somebody else"] = reseal(t, w, "U0BEN0002", f.Callback, f.Private)
	all["of another form"] = reseal(t, w, "U0AOI0001", f.Callback+"x", f.Private)
	for name, private := range all {
		if private == f.Private {
			continue // it is about no case
		}
		changed := f
		changed.Private = private
		w.stale(t, verb+", "+name, w.fill(changed, given))
	}
	sent := w.fill(f, given)
	sent["user"] = map[string]any{"id": "U0BEN0002", "name": "ben"}
	w.stale(t, verb+", sent by somebody else", sent)
}

func TestTamperedMetadataOfOpening(t *testing.T) {
	for _, verb := range []string{"open", "adopt"} {
		d := newDesk()
		w := newWorkspace(t, d)
		form := w.form(verb)
		form.Set("channel_id", "C0CASE001")
		w.post("/slack/commands", form.Encode(), time.Now(), secret)
		f := w.form1(t)
		w.sealBroken(t, verb, f, map[string]string{"title": "x", "channel": "C0WARROOM", "consent": "yes"})
		d.nothing(t, "forged metadata of "+verb)
	}
}

// The form of one gateway is sent to another one of the same app; that of another app knows nothing of it. What the gateways
// sign with is no matter: each may have a key of its own.
func TestGatewaysShareTheirKey(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	one, two, other := newWorkspaceKeyed(t, d, "key"), newWorkspaceKeyed(t, d, "key"), newWorkspaceKeyed(t, d, "another key")
	f, _ := formed(t, one, "lesson")
	other.stale(t, "of another app", other.fill(f, map[string]string{"text": "x"}))
	if status, body := two.interact(t, two.fill(f, map[string]string{"text": "x"})); status != http.StatusOK || strings.Contains(body, "errors") || len(d.did()) != 1 {
		t.Errorf("of the same app: %d %s", status, body)
	}
}

// Who left a form open for very long may be in its channel no more.
func TestAFormIsTooOld(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	w := newWorkspace(t, d)
	f, _ := formed(t, w, "lesson")
	for old, taken := range map[time.Duration]bool{time.Hour: true, 13 * time.Hour: false} {
		private, err := w.gateway.SealedAt(time.Now().Add(-old), "U0AOI0001", f.Callback, json.RawMessage(carriedBy(f.Private)))
		if err != nil {
			t.Fatal(err)
		}
		aged := f
		aged.Private = private
		if !taken {
			w.stale(t, old.String(), w.fill(aged, map[string]string{"text": "x"}))
		} else if status, body := w.interact(t, w.fill(aged, map[string]string{"text": "x"})); status != http.StatusOK || strings.Contains(body, "errors") {
			t.Errorf("%s old: %d %s", old, status, body)
		}
	}
}

// A gateway that cannot read its token does not say that it is the form's fault.
func TestASealThatCannotBeChecked(t *testing.T) {
	d := inPhase(incident.PhaseAnalysis)
	w := newWorkspace(t, d)
	f, _ := formed(t, w, "lesson")
	w.token = ""
	if _, body := w.interact(t, w.fill(f, map[string]string{"text": "x"})); !strings.Contains(body, notice.NotDone("en")) {
		t.Errorf("says %s", body)
	}
	d.nothing(t, "a seal that cannot be checked")
}

// What is too long for a form to keep is said, and given back; words that the case takes fit.
func TestWhatAFormCarriesFits(t *testing.T) {
	for text, fits := range map[string]bool{strings.Repeat("x", 1000): true, strings.Repeat("&lt;", 1000): false, strings.Repeat("漢", 1000): true, strings.Repeat("x", 3000): false} {
		w := newWorkspace(t, inPhase(incident.PhaseAnalysis))
		form := w.form("run --reason " + text)
		form.Set("channel_id", "C0CASE001")
		if fits {
			w.post("/slack/commands", form.Encode(), time.Now(), secret)
			if n := len([]rune(w.form1(t).Private)); n > 3000 {
				t.Errorf("%.10s: carries %d characters", text, n)
			}
			continue
		}
		if said := w.command(t, form); !strings.Contains(said, "too long for a form to keep") || !strings.Contains(said, "/case run --reason ") || len(w.opened) > 0 {
			t.Errorf("%.10s: says %.300q", text, said)
		}
	}
}

// Half a mention or half an escaped character would be shown as it is.
func TestWhatIsCutForSlackStaysWhole(t *testing.T) {
	for text, want := range map[string]string{
		"abc": "abc", "a &lt;b": "a …", "abc <@U0AOI0001> x": "abc …", "漢字漢字漢字漢字": "漢字漢字漢…", "&amp;abcdef": "&amp;…", "<!a>abc": "<!a>a…",
	} {
		if got := slackbot.ShortenMarkup(text, 6); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// newWorkspaceKeyed is one whose gateway has a bot token of its own, as one of another installation has.
func newWorkspaceKeyed(t *testing.T, d slackbot.Desk, key string) *workspace {
	w := newWorkspace(t, d)
	w.token = "xoxb-" + key
	return w
}
