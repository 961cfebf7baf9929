package site

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	sdk "github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
)

// app is a gateway that opens a dialog for each press, and objects to short reasons.
func app(t *testing.T, s *Site) *sdk.Client {
	t.Helper()
	api := sdk.New(fake.SlackBotToken, sdk.OptionAPIURL(s.Addresses.Slack+"/api/"))
	text := func(s string) *sdk.TextBlockObject { return sdk.NewTextBlockObject(sdk.PlainTextType, s, false, false) }
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var p sdk.InteractionCallback
		if r.URL.Path != "/slack/interactions" || json.Unmarshal([]byte(r.FormValue("payload")), &p) != nil {
			return
		}
		if p.Type == sdk.InteractionTypeBlockActions {
			_, err := api.OpenView(p.TriggerID, sdk.ModalViewRequest{Type: sdk.VTModal, Title: text("Skip <a> step"), Submit: text("Decide"), Close: text("Cancel"), PrivateMetadata: p.ActionCallback.BlockActions[0].Value,
				Blocks: sdk.Blocks{BlockSet: []sdk.Block{
					sdk.NewSectionBlock(sdk.NewTextBlockObject(sdk.MarkdownType, "*SEC-1*", false, false), nil, nil),
					sdk.NewInputBlock("reason", text("Reason"), text("All see it."), sdk.NewPlainTextInputBlockElement(nil, "why").WithMultiline(true)),
				}}})
			if err != nil {
				t.Error(err)
			}
			return
		}
		if why := p.View.State.Values["reason"]["why"].Value; len(why) < 5 {
			_, _ = io.WriteString(w, `{"response_action":"errors","errors":{"reason":"say more"}}`)
			return
		}
		_, _, _ = api.PostMessage(slacktest.Ops, sdk.MsgOptionText(p.User.ID+" skipped "+p.View.PrivateMetadata+": "+p.View.State.Values["reason"]["why"].Value, false))
	}))
	t.Cleanup(h.Close)
	s.SetEventsURL(h.URL)
	return api
}

var formOf = regexp.MustCompile(`(?s)<form method="post" action="([^"]+)">(.*?)</form>`)
var inputOf = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// submit fills the first form of a page that goes to what, and returns the page that follows.
func submit(t *testing.T, s *Site, page, what string, more url.Values) string {
	t.Helper()
	for _, form := range formOf.FindAllStringSubmatch(page, -1) {
		if !strings.Contains(form[1], what) {
			continue
		}
		values := url.Values{}
		for _, in := range inputOf.FindAllStringSubmatch(form[2], -1) {
			values.Set(in[1], strings.NewReplacer("&#34;", `"`, "&amp;", "&").Replace(in[2]))
		}
		for k, v := range more {
			values[k] = v
		}
		resp, err := http.PostForm(s.Addresses.Pages+strings.ReplaceAll(form[1], "&amp;", "&"), values)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, resp.StatusCode, string(body))
		return string(body)
	}
	t.Fatalf("the page has no form that goes to %s:\n%s", what, page)
	return ""
}

func TestButtonsAndDialogsWork(t *testing.T) {
	s := start(t, Options{})
	api := app(t, s)
	button := sdk.NewButtonBlockElement("resolve_skip:1", `{"step":"open.ticket"}`, sdk.NewTextBlockObject(sdk.PlainTextType, "Skip…", true, false)).WithStyle(sdk.StyleDanger)
	_, _, err := api.PostMessage(slacktest.Ops, sdk.MsgOptionText("stuck", false), sdk.MsgOptionBlocks(sdk.NewActionBlock("", button)))
	require.NoError(t, err)
	_, page := get(t, s.Addresses.Pages+"/slack/csirt-ops?as=ben")
	require.Contains(t, page, `<button class="danger">Skip…</button>`)

	page = submit(t, s, page, "/press", nil)
	require.Contains(t, page, "<h2>Skip &lt;a&gt; step</h2>")
	_, others := get(t, s.Addresses.Pages+"/slack/csirt-ops?as=aoi")
	require.NotContains(t, others, `role="dialog"`, "a dialog stands before whoever pressed the button")

	page = submit(t, s, page, "/dialog", url.Values{"field.why": {"<b>"}})
	require.Contains(t, page, `<p class="trouble">say more</p>`)
	require.Contains(t, page, "&lt;b&gt;</textarea>", "what was typed is still there")
	page = submit(t, s, page, "/dialog", url.Values{"field.why": {"nobody needs it"}})
	require.NotContains(t, page, `role="dialog"`)
	require.Contains(t, page, "U0BEN0002 skipped {&#34;step&#34;:&#34;open.ticket&#34;}: nobody needs it")

	page = submit(t, s, page, "/press", nil)
	page = submit(t, s, page, "/dialog", url.Values{"close": {"1"}})
	require.NotContains(t, page, `role="dialog"`)
}

func TestPeopleWriteAndGiveCommandsOnThePage(t *testing.T) {
	s := start(t, Options{})
	form := func(text string) (int, string) {
		resp, err := http.PostForm(s.Addresses.Pages+"/slack/"+slacktest.Ops+"/say?as=ben", url.Values{"text": {text}})
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(body)
	}
	_, page := form("hello <b>everybody</b>")
	require.Contains(t, page, "hello &lt;b&gt;everybody&lt;/b&gt;")
	_, page = form("/case help")
	require.Contains(t, page, "Not done: command: nobody takes commands")
	_, page = get(t, s.Addresses.Pages+"/slack/csirt-ops?as=lena")
	require.NotContains(t, page, `class="say"`, "only members write")
}

// A page that somebody has open elsewhere must not act for them here.
func TestOtherSitesCannotAct(t *testing.T) {
	s := start(t, Options{})
	for header, value := range map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"} {
		r, err := http.NewRequest(http.MethodPost, s.Addresses.Pages+"/slack/"+slacktest.Ops+"/say?as=ben", strings.NewReader("text=hello"))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(header, value)
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusForbidden, resp.StatusCode, header)
	}
}
