package site

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"encoding/json"

	"github.com/chromedp/chromedp"
	sdk "github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/deploy/sandbox/browsertest"
)

// everything is a modal with every kind of input, as an app opens it.
const everything = `{"type":"modal","callback_id":"form_all","title":{"type":"plain_text","text":"ケースを開く"},"submit":{"type":"plain_text","text":"開く"},"close":{"type":"plain_text","text":"やめる"},"blocks":[
{"type":"section","block_id":"intro","text":{"type":"mrkdwn","text":"*何が起きましたか?* 必須は1つだけです。"},"accessory":{"type":"button","action_id":"next","value":"1","text":{"type":"plain_text","text":"次の画面"}}},
{"type":"input","block_id":"title","label":{"type":"plain_text","text":"件名"},"hint":{"type":"plain_text","text":"短く"},"element":{"type":"plain_text_input","action_id":"title","max_length":80}},
{"type":"input","block_id":"what","optional":true,"label":{"type":"plain_text","text":"何が"},"element":{"type":"plain_text_input","action_id":"what","multiline":true}},
{"type":"input","block_id":"sev","optional":true,"label":{"type":"plain_text","text":"重大度"},"element":{"type":"static_select","action_id":"sev","options":[{"text":{"type":"plain_text","text":"Sev1"},"value":"1"},{"text":{"type":"plain_text","text":"Sev2"},"value":"2"}]}},
{"type":"input","block_id":"who","optional":true,"label":{"type":"plain_text","text":"指揮官"},"element":{"type":"users_select","action_id":"who"}},
{"type":"input","block_id":"people","optional":true,"label":{"type":"plain_text","text":"招待する人"},"element":{"type":"multi_users_select","action_id":"people"}},
{"type":"input","block_id":"kind","optional":true,"label":{"type":"plain_text","text":"種類"},"element":{"type":"radio_buttons","action_id":"kind","options":[{"text":{"type":"plain_text","text":"フィッシング"},"value":"phishing"},{"text":{"type":"plain_text","text":"マルウェア"},"value":"malware"}]}},
{"type":"input","block_id":"marks","optional":true,"label":{"type":"plain_text","text":"印"},"element":{"type":"checkboxes","action_id":"marks","options":[{"text":{"type":"mrkdwn","text":"*報告が不明確*"},"description":{"type":"plain_text","text":"電話で確認します"},"value":"unclear"}]}},
{"type":"input","block_id":"at","optional":true,"label":{"type":"plain_text","text":"いつ"},"element":{"type":"datetimepicker","action_id":"at"}},
{"type":"input","block_id":"day","optional":true,"label":{"type":"plain_text","text":"期限"},"element":{"type":"datepicker","action_id":"day"}},
{"type":"input","block_id":"n","optional":true,"label":{"type":"plain_text","text":"台数"},"element":{"type":"number_input","action_id":"n","is_decimal_allowed":false}},
{"type":"input","block_id":"ch","optional":true,"label":{"type":"plain_text","text":"チャンネル"},"element":{"type":"channels_select","action_id":"ch"}}]}`

// office is an app that answers commands, shortcuts and presses with the modal, and keeps what it is told.
type office struct {
	api  *sdk.Client
	told chan map[string]any
}

func openOffice(t *testing.T, s *Site) *office {
	t.Helper()
	o := &office{sdk.New(fake.SlackBotToken, sdk.OptionAPIURL(s.Addresses.Slack+"/api/")), make(chan map[string]any, 20)}
	call := func(method, body string) {
		req, _ := http.NewRequest(http.MethodPost, s.Addresses.Slack+"/api/"+method, strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+fake.SlackBotToken)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		if text, _ := io.ReadAll(resp.Body); !strings.Contains(string(text), `"ok":true`) {
			t.Errorf("%s: %s", method, text)
		}
	}
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/slack/commands":
			if r.FormValue("text") == "open" {
				call("views.open", fmt.Sprintf(`{"trigger_id":%q,"view":%s}`, r.FormValue("trigger_id"), everything))
				return
			}
			_, _ = io.WriteString(w, "Nothing fits *here*.")
		case "/slack/interactions":
			var p map[string]any
			_ = json.Unmarshal([]byte(r.FormValue("payload")), &p)
			o.told <- p
			o.answer(w, p, call)
		}
	}))
	t.Cleanup(h.Close)
	s.SetEventsURL(h.URL)
	s.App.Shortcuts = []Shortcut{{"open_case", "Open a case", false}, {"mark_lesson", "Mark as lesson", true}}
	return o
}

func (o *office) answer(w http.ResponseWriter, p map[string]any, call func(method, body string)) {
	trigger, _ := p["trigger_id"].(string)
	view, _ := p["view"].(map[string]any)
	switch p["type"] {
	case "shortcut", "message_action":
		call("views.open", fmt.Sprintf(`{"trigger_id":%q,"view":%s}`, trigger, everything))
	case "block_actions":
		action := p["actions"].([]any)[0].(map[string]any)["action_id"]
		if action == "next" {
			call("views.push", fmt.Sprintf(`{"trigger_id":%q,"view":{"type":"modal","title":{"type":"plain_text","text":"次"},"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"二枚目"}}]}}`, trigger))
		}
	case "view_submission":
		values := view["state"].(map[string]any)["values"].(map[string]any)
		if title := values["title"].(map[string]any)["title"].(map[string]any)["value"]; title == "x" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"response_action":"errors","errors":{"title":"もう少し詳しく"}}`)
		}
	}
}

// hears waits for what the app is told of that type.
func (o *office) hears(t *testing.T, kind string) map[string]any {
	t.Helper()
	for {
		select {
		case p := <-o.told:
			if p["type"] == kind {
				return p
			}
		case <-time.After(browsertest.Patience):
			t.Fatalf("the app never hears of a %s", kind)
		}
	}
}

const enter = "\r"

func TestPeopleTalkInTheBrowser(t *testing.T) {
	s := start(t, Options{NoLimits: true})
	openOffice(t, s)
	ben := openTab(t)
	aoi := ben.another()
	ben.workspace(s, "csirt-ops", "ben")
	aoi.workspace(s, "C0CSIRTOPS", "aoi")

	ben.Write("#composer textarea", "給与サーバーで <b>不審な</b> ログイン @ao")
	ben.Shows(".completion", "@aoi")
	ben.Write("#composer textarea", enter+"さん"+enter)
	aoi.Shows("#messages", "<b>不審な</b> ログイン @佐藤 葵 さん")
	aoi.Is("a mention of her", "document.querySelector('#messages .mention.me')")

	aoi.over("#messages", "ログイン")
	aoi.Click("#messages [data-open-thread]", "💬")
	aoi.Write("#replier textarea", "確認します"+enter)
	aoi.Shows("#replies", "確認します")
	ben.Shows("#messages .replies", "1 reply")
	ben.Click("#messages .replies", "1 reply")
	ben.Shows("#replies", "確認します")

	aoi.over("#messages", "ログイン")
	aoi.Click("#messages [data-palette]", "")
	aoi.Click(".palette button", "👀")
	ben.Shows("#messages .reactions", "👀 1")
	ben.Click("#messages .reactions button", "👀")
	aoi.Shows("#messages .reactions", "👀 2")

	ben.over("#messages", "ログイン")
	ben.Click("#messages [data-more]", "")
	ben.Click(".menu button", "Edit")
	value[bool](ben, "(document.querySelector('.editing textarea').value = 'edited by ben', true)")
	ben.Click(".editing button", "Save")
	aoi.Shows("#messages", "edited by ben")
	aoi.Shows("#messages", "(編集済み)")
	ben.Shoot("talk-1280")
	aoi.Dark(true)
	aoi.Shoot("talk-1280-ja-dark")

	file := filepath.Join(t.TempDir(), "証拠.txt")
	require.NoError(t, os.WriteFile(file, []byte("evidence"), 0o600))
	ben.Do("choose a file", chromedp.SetUploadFiles(chromedp.CSS("#composer input[type=file]"), []string{file}))
	aoi.Shows("#messages .file", "証拠.txt")

	ben.Write("#composer textarea", "away with it"+enter)
	aoi.Shows("#messages", "away with it")
	value[bool](ben, "([...document.querySelectorAll('#messages .message')].at(-1).querySelector('[data-more]').click(), true)")
	ben.Click(".menu button", "Delete")
	ben.Click("dialog button", "Delete")
	aoi.Is("that it is gone", "!document.querySelector('#messages').innerText.includes('away with it')")
}

func TestSwitchingBetweenPeopleLosesNothing(t *testing.T) {
	s := start(t, Options{NoLimits: true})
	openOffice(t, s)
	b := openTab(t)
	b.workspace(s, "csirt-ops", "ben")
	b.Write("#composer textarea", "half a thou")
	b.Choose("#as", "aoi")
	b.Shows(".join, #composer", "")
	b.Is("her page", "document.body.dataset.as === 'aoi' && document.documentElement.lang === 'ja' && !document.querySelector('#composer textarea').value")
	b.Click("#side a", "general")
	b.Shows("h1", "general")
	b.Write("#composer textarea", "おはようございます"+enter)
	b.Shows("#messages", "おはようございます")
	b.Choose("#as", "ben")
	b.Is("his draft", "document.body.dataset.as === 'ben' && document.querySelector('#composer textarea').value === 'half a thou'")
	b.Shows("h1", "csirt-ops")
	b.Is("that #general has something new", "document.querySelector('#side a.unread[data-channel=C0GENERAL]')")
	b.Choose("#as", "lena")
	b.Shows(".join", "not joined")
	b.Click("[data-join]", "Join")
	b.Is("that she can write", "document.querySelector('#composer .writing').checkVisibility()")
	b.Write("#composer textarea", "/ca")
	b.Shows(".completion", "/case")
	b.Write("#composer textarea", "se nonsense"+enter)
	b.Shows("#messages .only", "Only visible to you")
	b.Shows("#messages .only", "Nothing fits here.")
	b.Click("[data-dismiss]", "")
	b.Is("that it is put away", "!document.querySelector('#messages .only')")
	b.Is("that no script breaks the rules of the page", "performance.getEntriesByType('navigation').length === 1")
}

func TestModalsAndHomeInTheBrowser(t *testing.T) {
	s := start(t, Options{NoLimits: true})
	o := openOffice(t, s)
	b := openTab(t)
	b.workspace(s, "csirt-ops", "aoi")
	b.Write("#composer textarea", "/case open"+enter)
	b.Shows("#dialog h2", "ケースを開く")
	b.Click("#dialog button", "開く")
	b.Shows("#dialog .wrong", "この項目は必須です。")
	b.Write("#dialog input[name='title/title']", "x")
	b.Choose("#dialog select[name='sev/sev']", "2")
	b.Choose("#dialog select[name='who/who']", "U0BEN0002")
	for _, box := range []string{"people/people'][value='U0CHIE003", "people/people'][value='U0BEN0002", "kind/kind'][value='malware", "marks/marks'][value='unclear"} {
		value[bool](b, `(document.querySelector("#dialog input[name='`+box+`']").click(), true)`)
	}
	for name, typed := range map[string]string{"at/at": "2026-12-01T11:00", "day/day": "2026-12-31", "n/n": "3", "what/what": "二行\nです"} {
		value[bool](b, fmt.Sprintf("(document.querySelector(`#dialog [name='%s']`).value = %q, true)", name, typed))
	}
	b.Shoot("modal-1280-ja")
	b.Click("#dialog button", "開く")
	b.Shows("#dialog .wrong", "もう少し詳しく")
	b.Is("what was chosen", "document.querySelector(`#dialog [name='people/people'][value='U0BEN0002']`).checked && document.querySelector(`#dialog [name='at/at']`).value === '2026-12-01T11:00'")
	o.hears(t, "view_submission")
	b.Click("#dialog button", "次の画面")
	b.Shows("#dialog h2", "次")
	b.Click("#dialog [data-close-dialog]", "")
	b.Shows("#dialog h2", "ケースを開く")
	b.Write("#dialog input[name='title/title']", " 不審なログイン")
	b.Click("#dialog button", "開く")
	b.Is("that the modal is gone", "!document.getElementById('dialog')")
	values := o.hears(t, "view_submission")["view"].(map[string]any)["state"].(map[string]any)["values"].(map[string]any)
	raw, err := json.Marshal(values)
	require.NoError(t, err)
	for _, want := range []string{`"selected_users":["U0BEN0002","U0CHIE003"]`, `"selected_date_time":1796090400`, `"selected_date":"2026-12-31"`, `"value":"3"`, `"selected_user":"U0BEN0002"`, `不審なログイン`, `"value":"二行\nです"`} {
		require.Contains(t, string(raw), want)
	}

	s.Slack.Say("ben", "csirt-ops", "look at this", "")
	b.Shows("#messages", "look at this")
	value[bool](b, "([...document.querySelectorAll('#messages [data-more]')].at(-1).click(), true)")
	b.Click(".menu button", "Mark as lesson")
	require.Equal(t, "mark_lesson", o.hears(t, "message_action")["callback_id"])
	b.Shows("#dialog h2", "ケースを開く")
	b.Do("press Escape", chromedp.KeyEvent("\x1b"))
	b.Is("that the modal is gone", "!document.getElementById('dialog')")
	b.Click("[data-shortcuts]", "")
	b.Shoot("shortcuts-1280-ja")
	b.Click(".menu button", "Open a case")
	o.hears(t, "shortcut")
	b.Shows("#dialog h2", "ケースを開く")
	b.Click("#dialog button", "やめる")
	b.Is("that the modal is gone", "!document.getElementById('dialog')")

	_, err = o.api.PublishView("U0AOI0001", sdk.HomeTabViewRequest{Type: sdk.VTHomeTab, Blocks: sdk.Blocks{BlockSet: []sdk.Block{
		sdk.NewSectionBlock(sdk.NewTextBlockObject(sdk.MarkdownType, "*SEC-1* 給与サーバー", false, false), nil, sdk.NewAccessory(sdk.NewButtonBlockElement("go", "SEC-1", sdk.NewTextBlockObject(sdk.PlainTextType, "開く", false, false)))),
	}}}, "")
	require.NoError(t, err)
	b.Click("#side a", "Hikeshi")
	b.Shows("#homeblocks", "給与サーバー")
	b.Click("#homeblocks button", "開く")
	require.Equal(t, "home", o.hears(t, "block_actions")["view"].(map[string]any)["type"])
	b.Shoot("home-1280-ja")
}

// On a telephone nothing scrolls sideways, and everything can be hit with a finger.
func TestTheWorkspaceOnATelephone(t *testing.T) {
	s := start(t, Options{NoLimits: true})
	o := openOffice(t, s)
	b := openTab(t)
	b.Size(375, 740)
	ts := s.Slack.Say("ben", "csirt-ops", "A very long address https://example.com/"+strings.Repeat("abcdefgh", 30), "")
	s.Slack.Say("aoi", "csirt-ops", "了解です", ts)
	_, err := o.api.PostEphemeral(slacktest.Ops, "U0AOI0001", sdk.MsgOptionText("only you", false))
	require.NoError(t, err)
	buttons := []sdk.BlockElement{}
	for _, label := range []string{"トリアージ", "指揮を執る", "分析を始める", "更新を書く", "封じ込め"} {
		buttons = append(buttons, sdk.NewButtonBlockElement(label, "1", sdk.NewTextBlockObject(sdk.PlainTextType, label, false, false)))
	}
	_, _, err = o.api.PostMessage(slacktest.Ops, sdk.MsgOptionBlocks(sdk.NewHeaderBlock(sdk.NewTextBlockObject(sdk.PlainTextType, "SEC-1 給与サーバーで不審なログイン", false, false)),
		sdk.NewSectionBlock(nil, []*sdk.TextBlockObject{sdk.NewTextBlockObject(sdk.MarkdownType, "*重大度*\nSev2", false, false), sdk.NewTextBlockObject(sdk.MarkdownType, "*指揮官*\n<@U0BEN0002>", false, false)}, nil),
		sdk.NewActionBlock("acts", buttons...)))
	require.NoError(t, err)
	b.workspace(s, "csirt-ops", "aoi")
	b.Fits("the channel")
	b.Shoot("channel-375-ja")
	b.Click("#drawer", "☰")
	b.Is("the list of channels", "document.querySelector('#side a[data-channel=C0GENERAL]').checkVisibility({visibilityProperty: true})")
	b.Is("that it has slid in", "document.getElementById('side').getBoundingClientRect().left === 0")
	b.Fits("the list of channels")
	b.Shoot("drawer-375-ja")
	b.Click("#side a", "general")
	b.Shows("h1", "general")
	b.Click("#drawer", "☰")
	b.Click("#side a", "csirt-ops")
	b.Click("#messages .replies", "件の返信")
	b.Shows("#replies", "了解です")
	b.Fits("the thread")
	b.Shoot("thread-375-ja")
	b.Click("[data-close-thread]", "")
	b.Write("#composer textarea", "/case open"+enter)
	b.Shows("#dialog h2", "ケースを開く")
	b.Fits("the modal")
	b.Shoot("modal-375-ja")
}
