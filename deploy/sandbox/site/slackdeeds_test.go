package site

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
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
					sdk.NewInputBlock("when", text("When"), nil, sdk.NewDateTimePickerBlockElement("at")).WithOptional(true),
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
		if at := p.View.State.Values["when"]["at"].SelectedDateTime; at != 0 && at != 1796090400 {
			t.Errorf("the time of the person's zone came as %d", at)
		}
		_, _, _ = api.PostMessage(slacktest.Ops, sdk.MsgOptionText(p.User.ID+" skipped "+p.View.PrivateMetadata+": "+p.View.State.Values["reason"]["why"].Value, false))
	}))
	t.Cleanup(h.Close)
	s.SetEventsURL(h.URL)
	return api
}

// act does something as the page does, and returns the answer.
func act(t *testing.T, s *Site, as, deed string, in map[string]any) (status int, out map[string]any) {
	t.Helper()
	raw, err := json.Marshal(in)
	require.NoError(t, err)
	resp, err := http.Post(s.Addresses.Pages+"/slack/_do/"+deed+"?as="+as, "application/json", bytes.NewReader(raw))
	require.NoError(t, err)
	defer resp.Body.Close()
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&out))
	return resp.StatusCode, out
}

func TestButtonsAndDialogsWork(t *testing.T) {
	s := start(t, Options{})
	api := app(t, s)
	button := sdk.NewButtonBlockElement("resolve_skip:1", `{"step":"open.ticket"}`, sdk.NewTextBlockObject(sdk.PlainTextType, "Skip…", true, false)).WithStyle(sdk.StyleDanger)
	_, ts, err := api.PostMessage(slacktest.Ops, sdk.MsgOptionText("stuck", false), sdk.MsgOptionBlocks(sdk.NewActionBlock("b", button)))
	require.NoError(t, err)
	_, page := get(t, s.Addresses.Pages+"/slack/csirt-ops?as=ben")
	require.Contains(t, page, `<button type="button" class="danger" data-act="resolve_skip:1" data-block="b" data-value="{&#34;step&#34;:&#34;open.ticket&#34;}">Skip…</button>`)

	_, out := act(t, s, "ben", "interact", map[string]any{"channel": slacktest.Ops, "message_ts": ts, "action_id": "resolve_skip:1", "block_id": "b"})
	require.Len(t, out["views"], 1)
	id := out["views"].([]any)[0]
	dialog := func(as string) string { _, page := get(t, s.Addresses.Pages+"/slack/_part/dialog?as="+as); return page }
	require.Contains(t, dialog("ben"), "Skip &lt;a&gt; step</h2>")
	require.Empty(t, dialog("aoi"), "a dialog stands before whoever pressed the button")

	_, _ = act(t, s, "ben", "interact", map[string]any{"view_id": id, "values": map[string]any{"reason/why": "<b>"}})
	require.Contains(t, dialog("ben"), `<p class="trouble" role="alert">say more</p>`)
	require.Contains(t, dialog("ben"), "&lt;b&gt;</textarea>", "what was typed is still there")
	_, _ = act(t, s, "ben", "interact", map[string]any{"view_id": id, "values": map[string]any{"reason/why": "nobody needs it", "when/at": "2026-12-01T02:00"}})
	require.Empty(t, dialog("ben"))
	_, page = get(t, s.Addresses.Pages+"/slack/csirt-ops?as=ben")
	require.Contains(t, page, "U0BEN0002 skipped {&#34;step&#34;:&#34;open.ticket&#34;}: nobody needs it")

	_, out = act(t, s, "ben", "interact", map[string]any{"channel": slacktest.Ops, "message_ts": ts, "action_id": "resolve_skip:1"})
	_, _ = act(t, s, "ben", "interact", map[string]any{"view_id": out["views"].([]any)[0], "close": true})
	require.Empty(t, dialog("ben"))
}

func TestPeopleWriteAndGiveCommandsOnThePage(t *testing.T) {
	s := start(t, Options{})
	_, out := act(t, s, "ben", "message", map[string]any{"user": "aoi", "channel": slacktest.Ops, "text": "hello <b>@aoi</b>, see #general & @nobody"})
	m := s.Slack.Messages(slacktest.Ops)[0]
	require.Equal(t, "U0BEN0002", m.User, "whoever the page is shown as acts, not whom the body names")
	require.Equal(t, "hello &lt;b&gt;@aoi&lt;/b&gt;, see <#C0GENERAL> &amp; @nobody", m.Text)
	_, _ = act(t, s, "ben", "edit", map[string]any{"channel": slacktest.Ops, "ts": out["ts"], "text": "hello @aoi."})
	require.Equal(t, "hello <@U0AOI0001>.", s.Slack.Messages(slacktest.Ops)[0].Text)
	_, page := get(t, s.Addresses.Pages+"/slack/csirt-ops?as=ben")
	require.Contains(t, page, `data-raw="hello @aoi."`)
	_, out = act(t, s, "ben", "command", map[string]any{"channel": slacktest.Ops, "command": "/case", "text": "help"})
	require.Contains(t, out["error"], "nobody takes commands")
	require.Equal(t, "open sev2 <b> --lead <@U0BEN0002|ben> in <#C0GENERAL|general> <!subteam^S0CSIRT01|@csirt> <https://x.test/>",
		strings.NewReplacer("&lt;", "<", "&gt;", ">").Replace(typedAddress.ReplaceAllString(s.mentions("open sev2 <b> --lead @ben in #general @csirt https://x.test/", true), "$1<$2>")))
	_, out = act(t, s, "lena", "message", map[string]any{"channel": slacktest.Ops, "text": "x"})
	require.Contains(t, out["error"], "lena is not in #csirt-ops", "only members write")
	for _, bad := range []string{"reset", "archive", "fill"} {
		status, _ := act(t, s, "ben", bad, map[string]any{"channel": slacktest.Ops})
		require.Equal(t, http.StatusBadRequest, status, bad)
	}
	status, _ := act(t, s, "nobody", "message", map[string]any{"channel": slacktest.Ops, "text": "x"})
	require.Equal(t, http.StatusBadRequest, status)
}

func TestFilesAreServedToThoseWhoSeeThem(t *testing.T) {
	s := start(t, Options{})
	png := "\x89PNG\r\n\x1a\n0000"
	_, page := s.Slack.Upload("daigo", "executives", "", "evil.html", []byte("<script>alert(1)</script>"))
	_, picture := s.Slack.Upload("aoi", "csirt-ops", "", "shot.png", []byte(png))
	resp, err := http.Get(s.Addresses.Pages + "/slack/_file/" + page + "?as=daigo")
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, "application/octet-stream", resp.Header.Get("Content-Type"))
	require.Contains(t, resp.Header.Get("Content-Disposition"), "attachment")
	require.Contains(t, resp.Header.Get("Content-Security-Policy"), "sandbox")
	code, _ := get(t, s.Addresses.Pages+"/slack/_file/"+page+"?as=kenji")
	require.Equal(t, http.StatusNotFound, code)
	code, body := get(t, s.Addresses.Pages+"/slack/_file/"+picture+"?as=ben")
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, png, body)
}

// A page that somebody has open elsewhere must not act for them here.
func TestOtherSitesCannotAct(t *testing.T) {
	s := start(t, Options{})
	for _, path := range []string{"/slack/_do/message", "/spreadsheets/d/x/cells"} {
		for header, value := range map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"} {
			r, err := http.NewRequest(http.MethodPost, s.Addresses.Pages+path+"?as=ben", strings.NewReader(`{"channel":"csirt-ops","text":"hello"}`))
			require.NoError(t, err)
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set(header, value)
			resp, err := http.DefaultClient.Do(r)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, http.StatusForbidden, resp.StatusCode, header)
		}
	}
	resp, err := http.Post(s.Addresses.Pages+"/slack/_do/message?as=ben", "text/plain", strings.NewReader(`{"channel":"csirt-ops","text":"hello"}`))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusBadRequest, resp.StatusCode)
}
