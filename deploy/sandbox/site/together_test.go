package site

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"hikeshi/activities/slack/slacktest"
)

// inFrame is a script's view of a pane.
func inFrame(name, script string) string {
	return fmt.Sprintf("(d => d?.body && (%s))(document.querySelector('iframe[name=%s]').contentDocument)", script, name)
}

// aCase makes what the product makes of one: a ticket that links a channel, a sheet, a folder and a workflow.
func aCase(t *testing.T, s *Site, title string) (key, sheet string) {
	t.Helper()
	sheet = sheetOf(t, s, "fld-cases")
	at := s.Addresses.Pages
	return jiraIssue(t, s, map[string]any{"summary": title, "description": "|| Severity | Sev2 |\n|| Channel | [sec-1|" + at + "/slack/" + slacktest.Ops + "] |\n|| Sheet | [x|" + at + "/spreadsheets/d/" + sheet +
		"/edit?usp=x] |\n|| Folder | [x|" + at + "/drive/folders/fld-cases] |\n|| Temporal | [case/SEC-1|http://127.0.0.1:8233/namespaces/hikeshi/workflows/case%2FSEC-1] |"}), sheet
}

func TestEverythingSideBySideInTheBrowser(t *testing.T) {
	s := start(t, Options{NoLimits: true})
	openOffice(t, s)
	ui := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("<h1>workflow</h1>")) }))
	defer ui.Close()
	require.NoError(t, s.SetUI(ui.URL))
	b := openTab(t)
	b.Open(s.Addresses.Pages + "/?as=aoi")
	b.Shows("#steps", "/case open")
	b.Is("Slack", inFrame("slack", "d.querySelector('#composer textarea') && d.body?.dataset.ready"))
	b.Shoot("together-first-1280-ja")
	key, sheet := aCase(t, s, "給与サーバーで不審なログイン")
	b.Is("the ticket", inFrame("ticket", "d.body?.innerText?.includes('給与サーバー')"))
	b.Is("the sheet", inFrame("sheet", "d.querySelector('.grid')"))
	b.Is("the workflow", inFrame("workflow", "d.body?.innerText?.includes('workflow')"))
	s.Slack.Say("ben", "csirt-ops", "すぐ見ます https://example.com", "")
	b.Is("what is said", inFrame("slack", "d.body?.innerText?.includes('すぐ見ます')"))
	b.Shoot("together-1280-ja")
	other, _ := aCase(t, s, "給与サーバーの二件目")
	b.Is("the newest case", inFrame("ticket", "d.body?.innerText?.includes('給与サーバーの二件目')"))
	s.Slack.Say("ben", "csirt-ops", "see "+s.Addresses.Jira+"/browse/"+key, "")
	b.Is("the link", inFrame("slack", "[...d.querySelectorAll('#messages a')].some(a => a.href.endsWith('/browse/"+key+"') && (a.click(), true))"))
	b.Is("the ticket that the link leads to", inFrame("ticket", "d.querySelector('h1')?.innerText === '"+key+"'"))
	require.NotEqual(t, key, other)

	b.Choose("#as", "ben")
	b.Is("his Slack", inFrame("slack", "d.body?.dataset.as === 'ben'"))
	b.Is("his ticket", inFrame("ticket", "d.body?.dataset.as === 'ben'"))
	b.Is("his language around them", "document.documentElement.lang === 'en' && document.querySelector('.bar label').innerText === 'Case' && document.querySelector('#case').options[0].text === 'follow the newest'")

	b.Is("his links", "[...document.querySelectorAll('.top nav a, .pane header a')].filter(a => a.href.includes('as=')).every(a => a.href.includes('as=ben'))")
	s.Slack.Say("ben", "csirt-ops", "not here: "+s.Addresses.Pages+"/slack/C0NOWHERE", "")
	b.Is("a link to a channel that he does not see", inFrame("slack", "[...d.querySelectorAll('#messages a')].some(a => a.href.endsWith('/slack/C0NOWHERE') && (a.click(), true))"))
	b.Is("where he was", inFrame("slack", "d.querySelector('#composer textarea') && d.body.innerText.includes('not here')"))
	b.Open(s.Addresses.Pages + "/slack/" + slacktest.Ops)
	b.Is("his Slack, where the address does not say whose", "document.body.dataset.as === 'ben'")

	b.Open(s.Addresses.Pages + "/spreadsheets/d/" + sheet + "/edit?as=aoi")
	b.Is("the grid", "document.querySelector('.grid td')")
	value[bool](b, "(document.querySelector('.grid td').focus(), true)")
	b.Do("edit", chromedp.KeyEvent(enter), chromedp.KeyEvent("担当"+enter))
	b.Shows(".grid td", "担当")
	b.Is("that the cell below is chosen", "document.activeElement.getAttribute('aria-label') === 'A2'")
	b.Do("write below", chromedp.KeyEvent("x"+enter))
	b.Shows(".grid td", "x")
	b.Is("that the next cell below is chosen", "document.activeElement.getAttribute('aria-label') === 'A3'")
	value[bool](b, "(document.querySelector('[aria-label=A2]').focus(), true)")
	b.Do("write over it", chromedp.KeyEvent(enter), chromedp.KeyEvent("葵"+enter))
	b.Shows(".grid td", "x葵")
	b.Click("[data-insert]", "1＋")
	b.Is("a row between", "document.querySelector('[aria-label=A3]')?.innerText === 'x葵'")
	b.Shoot("sheet-1280-ja")

	b.Size(375, 740)
	for name, path := range map[string]string{"sheet": "/spreadsheets/d/" + sheet + "/edit", "ticket": "/jira/" + key, "tickets": "/jira", "drive": "/drive", "pager": "/pager", "addresses": "/about"} {
		b.Open(s.Addresses.Pages + path + "?as=ben")
		b.Is(name, "document.querySelector('h1')")
		b.Is("no sideways scrolling of "+name, "document.documentElement.scrollWidth <= innerWidth + 1")
		b.Shoot(name + "-375")
	}
	b.Open(s.Addresses.Pages + "/?as=ben")
	b.Click(".switch button", "JIRA")
	b.Is("the ticket", inFrame("ticket", "d.body?.innerText?.includes('給与サーバー')"))
	b.Is("no sideways scrolling", "document.documentElement.scrollWidth <= innerWidth + 1")
	b.Shoot("together-375")
}
