package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/deploy/sandbox/browsertest"
)

func start(t *testing.T, o Options) *Site {
	t.Helper()
	s, err := Start(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(body)
}

// jiraIssue opens an issue as the product does, and returns its key.
func jiraIssue(t *testing.T, s *Site, fields map[string]any) string {
	t.Helper()
	fields["project"], fields["issuetype"] = map[string]any{"key": "SEC"}, map[string]any{"name": "Incident"}
	body, err := json.Marshal(map[string]any{"fields": fields})
	require.NoError(t, err)
	req, err := http.NewRequest(http.MethodPost, s.Addresses.Jira+"/rest/api/2/issue", bytes.NewReader(body))
	require.NoError(t, err)
	req.SetBasicAuth(fake.JiraUser, fake.JiraToken)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	var made struct{ Key string }
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&made))
	require.NotEmpty(t, made.Key)
	return made.Key
}

func TestPagesShowWhatTheReaderMaySee(t *testing.T) {
	s := start(t, Options{})
	key := jiraIssue(t, s, map[string]any{
		"summary": "<script>alert(1)</script>", "description": "h3. What\n||a||b||\n|1 \\\\ x|2|\n{{code}} \\{x\\} [page|http://x.test/?a=1&b=2] <b>",
		"security": map[string]any{"name": "Acme"},
	})
	code, page := get(t, s.Addresses.Pages+"/jira/"+key+"?as=kenji")
	require.Equal(t, http.StatusOK, code, page)
	require.Contains(t, page, "&lt;script&gt;")
	require.NotContains(t, page, "<script>alert")
	require.Contains(t, page, `<th>a</th><th>b</th>`)
	require.Contains(t, page, `<td>1<br>x</td><td>2</td>`)
	require.Contains(t, page, `<dt>セキュリティレベル</dt>`, "as JIRA speaks to a Japanese reader")
	require.Contains(t, page, `<code>code</code> {x} <a href="http://x.test/?a=1&amp;b=2" target="_blank" rel="noreferrer">page</a> &lt;b&gt;`)
	code, _ = get(t, s.Addresses.Pages+"/jira/"+key+"?as=lena")
	require.Equal(t, http.StatusNotFound, code, "Bravo must not see an issue of Acme's level")
	_, page = get(t, s.Addresses.Pages+"/jira?as=lena")
	require.NotContains(t, page, key)

	_, page = get(t, s.Addresses.Pages+"/drive?as=kenji")
	require.Contains(t, page, "fld-acme")
	require.NotContains(t, page, "fld-bravo")
	code, _ = get(t, s.Addresses.Pages+"/drive/folders/fld-bravo?as=kenji")
	require.Equal(t, http.StatusNotFound, code)
	for _, path := range []string{"/", "/about", "/cases", "/slack", "/slack/C0GENERAL", "/slack/_home", "/jira", "/drive", "/pager", "/static/base.css", "/static/slack.js", "/healthz"} {
		code, page := get(t, s.Addresses.Pages+path+"?as=ben")
		require.Equal(t, http.StatusOK, code, "%s: %s", path, page)
	}
	code, page = get(t, s.Addresses.Jira+"/browse/"+key)
	require.Equal(t, http.StatusOK, code, "a link to an issue leads to its page")
	require.Contains(t, page, key)
}

func TestSlackPageShowsThreadsAndEscapes(t *testing.T) {
	s := start(t, Options{})
	say := func(text, thread string) string {
		body, err := json.Marshal(map[string]string{"user": "aoi", "channel": "general", "text": text, "thread_ts": thread})
		require.NoError(t, err)
		resp, err := http.Post(s.Addresses.Slack+"/_control/message", "application/json", bytes.NewReader(body))
		require.NoError(t, err)
		defer resp.Body.Close()
		var made struct{ TS string }
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&made))
		return made.TS
	}
	ts := say("*bold* <img src=x onerror=alert(1)> <@U0BEN0002> https://x.test/?a=1&b=<i>", "")
	say("a reply", ts)
	_, page := get(t, s.Addresses.Pages+"/slack/general?as=ben")
	require.Contains(t, page, "<strong>bold</strong>")
	require.NotContains(t, page, "<img")
	require.Contains(t, page, "1 reply")
	require.Contains(t, page, `<span class="mention me">@Ben Okafor</span>`)
	require.NotContains(t, page, "a reply</p>", "replies stand in the thread")
	_, page = get(t, s.Addresses.Pages+"/slack/general?as=ben&thread="+ts)
	require.Regexp(t, `(?s)id="replies".*a reply`, page)
	s.Slack.Join("lena", "csirt-ops", "aoi")
	_, page = get(t, s.Addresses.Pages+"/slack/csirt-ops?as=chie")
	require.Contains(t, page, "Lena Fischer</span> さんが参加しました", "what Slack itself says comes in the reader's language")
	code, _ := get(t, s.Addresses.Pages+"/slack/csirt-ops?as=lena")
	require.Equal(t, http.StatusOK, code, "a public channel is open to all")
}

func TestMrkdwn(t *testing.T) {
	s := start(t, Options{})
	for _, c := range []struct{ text, want string }{
		{"plain &lt;b&gt; &amp; 'q'", "plain &lt;b&gt; &amp; &#39;q&#39;"},
		{"`a*b*` _it_ ~no~", "<code>a*b*</code> <em>it</em> <s>no</s>"},
		{"*<http://x.test/a_b_c|see _this_>*", `<strong><a href="http://x.test/a_b_c" target="_blank" rel="noreferrer">see _this_</a></strong>`},
		{"<javascript:alert(1)|click>", "click"},
		{`<http://x.test/"onclick="y|z>`, `<a href="http://x.test/%22onclick=%22y" target="_blank" rel="noreferrer">z</a>`},
		{"```\n<x> &amp;lt;\n```", "<pre>\n&lt;x&gt; &amp;lt;\n</pre>"},
		{"\uE000`a`", "<code>a</code>"},
	} {
		require.Equal(t, c.want, string(s.eye(fake.Cast()[1]).mrkdwn(c.text)), c.text)
	}
}

func TestStateSurvives(t *testing.T) {
	dir := t.TempDir()
	s, err := Start(Options{DataDir: dir})
	require.NoError(t, err)
	key := jiraIssue(t, s, map[string]any{"summary": "kept"})
	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "closing twice is harmless")
	again := start(t, Options{DataDir: dir})
	_, page := get(t, again.Addresses.Pages+"/jira/"+key)
	require.Contains(t, page, "kept")
}

func TestPortInUse(t *testing.T) {
	require.Eventually(t, func() bool { // other tests take ports meanwhile: find three of which only the last is taken, until the end
		l, failed := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, failed)
		defer l.Close()
		port := l.Addr().(*net.TCPAddr).Port
		if !free(port-2) || !free(port-1) {
			return false
		}
		_, err := Start(Options{Port: port - 2})
		return err != nil && strings.Contains(err.Error(), fmt.Sprintf("port %d is in use", port)) && free(port-2)
	}, browsertest.Patience, time.Millisecond, "the last port is not said to be in use, or the ports before it are not free again")
}

func free(port int) bool {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	return err == nil && l.Close() == nil
}

func TestEventsURL(t *testing.T) {
	s := start(t, Options{})
	got := make(chan string, 1)
	gateway, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer gateway.Close()
	go func() {
		_ = http.Serve(gateway, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got <- r.URL.Path + " " + r.FormValue("command")
		}))
	}()
	post := func(kind, body string) int {
		resp, err := http.Post(s.Addresses.Pages+"/_events", kind, strings.NewReader(body))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode
	}
	require.Equal(t, http.StatusUnsupportedMediaType, post("text/plain", `{"url":"http://evil.test"}`))
	require.Equal(t, http.StatusBadRequest, post("application/json", `{"url":"no address"}`))
	require.Equal(t, http.StatusNoContent, post("application/json", fmt.Sprintf(`{"url":"http://%s"}`, gateway.Addr())))
	resp, err := http.Post(s.Addresses.Slack+"/_control/command", "application/json",
		strings.NewReader(`{"user":"aoi","channel":"general","command":"/case","text":"help"}`))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, "/slack/commands /case", <-got)
	code, body := get(t, s.Addresses.Pages+"/_addresses")
	require.Equal(t, http.StatusOK, code)
	var a Addresses
	require.NoError(t, json.Unmarshal([]byte(body), &a))
	require.Equal(t, s.Addresses, a)
}
