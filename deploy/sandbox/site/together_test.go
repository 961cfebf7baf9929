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
	b.open(s.Addresses.Pages + "/?as=aoi")
	b.shows("#steps", "/case open")
	b.is("Slack", inFrame("slack", "d.querySelector('#composer textarea') && d.body?.dataset.ready"))
	b.shoot("together-first-1280-ja")
	key, sheet := aCase(t, s, "給与サーバーで不審なログイン")
	b.is("the ticket", inFrame("ticket", "d.body?.innerText?.includes('給与サーバー')"))
	b.is("the sheet", inFrame("sheet", "d.querySelector('.grid')"))
	b.is("the workflow", inFrame("workflow", "d.body?.innerText?.includes('workflow')"))
	s.Slack.Say("ben", "csirt-ops", "すぐ見ます https://example.com", "")
	b.is("what is said", inFrame("slack", "d.body?.innerText?.includes('すぐ見ます')"))
	b.shoot("together-1280-ja")
	other, _ := aCase(t, s, "給与サーバーの二件目")
	b.is("the newest case", inFrame("ticket", "d.body?.innerText?.includes('給与サーバーの二件目')"))
	s.Slack.Say("ben", "csirt-ops", "see "+s.Addresses.Jira+"/browse/"+key, "")
	b.is("the link", inFrame("slack", "[...d.querySelectorAll('#messages a')].some(a => a.href.endsWith('/browse/"+key+"') && (a.click(), true))"))
	b.is("the ticket that the link leads to", inFrame("ticket", "d.querySelector('h1')?.innerText === '"+key+"'"))
	require.NotEqual(t, key, other)

	b.choose("#as", "ben")
	b.is("his Slack", inFrame("slack", "d.body?.dataset.as === 'ben'"))
	b.is("his ticket", inFrame("ticket", "d.body?.dataset.as === 'ben'"))
	b.is("his language around them", "document.documentElement.lang === 'en' && document.querySelector('.bar label').innerText === 'Case' && document.querySelector('#case').options[0].text === 'follow the newest'")

	b.open(s.Addresses.Pages + "/spreadsheets/d/" + sheet + "/edit?as=aoi")
	b.is("the grid", "document.querySelector('.grid td')")
	value[bool](b, "(document.querySelector('.grid td').focus(), true)")
	b.do("edit", chromedp.KeyEvent(enter), chromedp.KeyEvent("担当"+enter))
	b.shows(".grid td", "担当")
	b.is("that the cell below is chosen", "document.activeElement.getAttribute('aria-label') === 'A2'")
	b.do("write below", chromedp.KeyEvent("x"+enter))
	b.shows(".grid td", "x")
	b.is("that the next cell below is chosen", "document.activeElement.getAttribute('aria-label') === 'A3'")
	value[bool](b, "(document.querySelector('[aria-label=A2]').focus(), true)")
	b.do("write over it", chromedp.KeyEvent(enter), chromedp.KeyEvent("葵"+enter))
	b.shows(".grid td", "x葵")
	b.click("[data-insert]", "1＋")
	b.is("a row between", "document.querySelector('[aria-label=A3]')?.innerText === 'x葵'")
	b.shoot("sheet-1280-ja")

	b.size(375, 740)
	for name, path := range map[string]string{"sheet": "/spreadsheets/d/" + sheet + "/edit", "ticket": "/jira/" + key, "tickets": "/jira", "drive": "/drive", "pager": "/pager", "addresses": "/about"} {
		b.open(s.Addresses.Pages + path + "?as=ben")
		b.is(name, "document.querySelector('h1')")
		b.is("no sideways scrolling of "+name, "document.documentElement.scrollWidth <= innerWidth + 1")
		b.shoot(name + "-375")
	}
	b.open(s.Addresses.Pages + "/?as=ben")
	b.click(".switch button", "JIRA")
	b.is("the ticket", inFrame("ticket", "d.body?.innerText?.includes('給与サーバー')"))
	b.is("no sideways scrolling", "document.documentElement.scrollWidth <= innerWidth + 1")
	b.shoot("together-375")
}
