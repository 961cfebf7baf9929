package mirror_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/internal/talk"
	"hikeshi/activities/mirror"
)

func TestWhatPeopleRead(t *testing.T) {
	w := newWorld("C1")
	a := w.says("C1", "the mail of 10:42\n* see [~root]")
	r := w.replies(a, "yes")
	w.mirror(t)
	w.chat.edit(r, "no")
	w.mirror(t, hint(r))
	at := func(ts, layout string) string {
		return time.Unix(map[string]int64{a.TS: 1764000001, r.TS: 1764000002}[ts], 0).UTC().Format(layout)
	}
	link := "https://acme.slack.com/archives/C1/p1764000001000001"
	require.Equal(t, "*"+at(a.TS, "2006-01-02 15:04:05Z")+`* \#csirt\-42\-c1 *Aoi Sato* [Slack|`+link+"]\n{quote}\nthe mail of 10:42\n\\* see \\[\\~root\\]\n{quote}\n\n"+
		"*"+at(r.TS, "2006-01-02 15:04:05Z")+`* \#csirt\-42\-c1 *Aoi Sato* [Slack|https://acme.slack.com/archives/C1/p1764000002000002?thread_ts=`+a.TS+"&cid=C1] – in reply to "+at(a.TS, "15:04:05")+"\n{quote}\nyes\n{quote}",
		w.tickets.body["case/SEC-42/mirror.digest.1"])
	require.Contains(t, w.tickets.body["case/SEC-42/mirror.digest.2"], "– edited ")
}

func TestWordsOfAnotherLanguage(t *testing.T) {
	w := newWorld("C1")
	w.in.Words = map[string]string{"reply": "{time} への返信", "lost": ""}
	w.in.Links = ""
	a := w.says("C1", "a")
	w.replies(a, "b")
	w.mirror(t, deletion(talk.Message{Channel: "C1", TS: "1764000000.000001"}))
	require.Contains(t, w.text(), "への返信")
	require.Contains(t, w.text(), mirror.Words()["lost"])
	require.NotContains(t, w.text(), "Slack|")
}

// What people write shows as text, and cannot pass for an entry, mention anybody, or hide what follows.
func TestHostileText(t *testing.T) {
	w := newWorld("C1")
	texts := []string{
		"{quote}\n*2026-01-01 00:00:00Z* #x *Boss* pay", "{code} no end", "{noformat}", "[~admin] [x|javascript:alert(1)]", "!http://evil.example/x.png!",
		"<!channel> <script>alert(1)</script>", "h1. big", "=HYPERLINK(1)", "a\x00b\x1bc\r\nd\u2028e\uFFFEf\xff", "   ", "\\\\server\\share", "||h||", "{color:red}x",
	}
	for _, text := range texts {
		w.chat.say("C1", talk.Message{Text: text, Author: "{quote}[~admin]\n*x*\u202Eevil" + strings.Repeat("|", 200)})
	}
	w.in.Channels[0].Name = "{code}"
	w.mirror(t)
	body := w.text()
	for _, bad := range []string{"{code}", "[~admin]", "{noformat}", "!http", "[x|", "{color", "\x00", "\x1b", "\r", "\u202E", "\uFFFE", "hunter2"} {
		require.NotContains(t, strings.ReplaceAll(body, `\`+bad, ""), bad)
	}
	require.Equal(t, 2*(len(texts)-1), strings.Count(strings.ReplaceAll(body, `\{quote`, ""), "{quote}"), "one block for each text, and none for spaces")
	require.Contains(t, body, "(no text)")
	require.Contains(t, body, "<script>", "it is text, and stays what it is")
	require.Len(t, w.said(), len(texts))
}

// The secret lies where a message must be cut.
func TestNoSecretIsCutInTwo(t *testing.T) {
	for shift := range 12 {
		w := newWorld("C1")
		w.says("C1", strings.Repeat("x", 19990+shift)+"hunter2"+strings.Repeat("y", 20000))
		out := w.mirror(t)
		require.Equal(t, 1, out.Masked)
		require.NotContains(t, w.text(), "hunter")
	}
}

func TestSecretsInNames(t *testing.T) {
	w := newWorld("C1")
	w.chat.say("C1", talk.Message{Text: "hunter2", Author: "hunter2", Files: []talk.File{{Name: "hunter2.txt", Missing: "external", External: "https://x/?p=hunter2"}}})
	out := w.mirror(t)
	require.Equal(t, 4, out.Masked)
	require.NotContains(t, w.text(), "hunter2")
}

// The longest message that Slack takes, each character of which is escaped or takes two units.
func TestLongestMessages(t *testing.T) {
	for _, text := range []string{strings.Repeat("{", 40000), strings.Repeat("🔥", 40000), strings.Repeat("\n", 39999) + "x", long(40000), strings.Repeat("word ", 8000)} {
		w := newWorld("C1")
		m := w.says("C1", text)
		w.says("C1", "short")
		out := w.mirror(t)
		require.Equal(t, 2, out.Messages)
		require.Equal(t, out.Digests, len(w.tickets.body))
		entries := w.entries()
		require.Equal(t, entries[0].Parts, len(entries)-1)
		require.Equal(t, m.TS, entries[len(entries)-2].TS)
		var whole strings.Builder
		for i := range len(w.tickets.body) {
			for n, block := range strings.Split(w.tickets.body["case/SEC-42/mirror.digest."+string(rune('1'+i))]+"\n", "{quote}\n") {
				if n%2 == 1 {
					whole.WriteString(strings.TrimSuffix(block, "\n"))
				}
			}
		}
		plain := strings.ReplaceAll(strings.TrimSuffix(whole.String(), "short"), `\`, "")
		require.True(t, strings.ReplaceAll(text, "\n", "") == strings.ReplaceAll(plain, "\n", ""), "the parts of %q… make up the whole", text[:5])
	}
}
