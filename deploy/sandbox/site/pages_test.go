package site

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/deploy/sandbox/browsertest"
)

// Whoever has a page open hears at once what is out of date, and nothing of what was said.
func TestLiveNews(t *testing.T) {
	s := start(t, Options{})
	ctx, cancel := context.WithTimeout(t.Context(), browsertest.Patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Addresses.Pages+"/live", nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	next := func() (n news) {
		buffer := make([]byte, 4096)
		k, err := resp.Body.Read(buffer)
		require.NoError(t, err)
		_, data, _ := strings.Cut(string(buffer[:k]), "data: ")
		require.NoError(t, json.Unmarshal([]byte(strings.TrimSpace(data)), &n))
		require.NotContains(t, data, "secret")
		return n
	}
	require.Equal(t, news{}, next(), "it begins at once")
	s.Slack.Say("aoi", "csirt-ops", "secret words", "")
	require.Equal(t, []string{slacktest.Ops}, next().Channels)
	s.Slack.Join("ben", "executives", "aoi")
	require.True(t, next().List)
	jiraIssue(t, s, map[string]any{"summary": "secret"})
	require.True(t, next().Jira)
}

// sheetOf makes a spreadsheet in a folder, as the product does, and returns its id.
func sheetOf(t *testing.T, s *Site, folder string) string {
	t.Helper()
	body, _ := json.Marshal(map[string]any{"name": "Tasks", "mimeType": drivetest.SheetType, "parents": []string{folder}})
	resp, err := http.Post(s.Addresses.Google+"/drive/v3/files?supportsAllDrives=true", "application/json", bytes.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	var made struct{ ID string }
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&made))
	require.NotEmpty(t, made.ID)
	return made.ID
}

// A cell is changed with the rights of whoever the page is shown as.
func TestCellsAreChangedWithThePersonsRights(t *testing.T) {
	s := start(t, Options{})
	id := sheetOf(t, s, "fld-cases")
	tab := s.Sheets.Tabs(id)[0]
	change := func(as string, c cells) string {
		c.Tab, c.Title = tab.ID, tab.Title
		raw, _ := json.Marshal(c)
		resp, err := http.Post(s.Addresses.Pages+"/spreadsheets/d/"+id+"/cells?as="+as, "application/json", bytes.NewReader(raw))
		require.NoError(t, err)
		defer resp.Body.Close()
		var out struct{ Error string }
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&out))
		return out.Error
	}
	require.Empty(t, change("aoi", cells{Row: 0, Column: 1, Text: "件名"}))
	require.Empty(t, change("ben", cells{Row: 1, Column: 0, Text: "<b>"}))
	require.Empty(t, change("ben", cells{Row: 1, Insert: true}))
	require.Equal(t, [][]string{{"", "件名"}, {}, {"<b>"}}, s.Sheets.Grid(id, tab.ID))
	_, page := get(t, s.Addresses.Pages+"/spreadsheets/d/"+id+"/edit?as=ben")
	require.Contains(t, page, `aria-label="A3">&lt;b&gt;</td>`)
	require.NotEmpty(t, change("lena", cells{Row: 0, Column: 0, Text: "x"}), "who may not read it may not write it")
	require.NotEmpty(t, change("nobody", cells{Row: 0, Column: 0, Text: "x"}))
	require.Equal(t, "AB", letters(27))
}

// The Temporal Web UI is passed on under the pages' origin; without one, the page says so.
func TestTheTemporalUIBesideTheRest(t *testing.T) {
	s := start(t, Options{})
	code, page := get(t, s.Addresses.Pages+UIPath+"/")
	require.Equal(t, http.StatusNotFound, code)
	require.Contains(t, page, "There is no Temporal Web UI")
	_, page = get(t, s.Addresses.Pages+"/?as=ben")
	require.Contains(t, page, "/case open")
	require.Contains(t, page, "it runs alone")
	ui := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("ui " + r.URL.Path)) }))
	defer ui.Close()
	require.NoError(t, s.SetUI(ui.URL))
	_, page = get(t, s.Addresses.Pages+UIPath+"/namespaces/x")
	require.Equal(t, "ui /temporal/namespaces/x", page)

	key, sheet := aCase(t, s, "給与")
	list := s.cases(fake.Cast()[1])
	require.Len(t, list, 1)
	require.Equal(t, caseView{Number: key, Title: "給与", Status: list[0].Status, Ticket: "/jira/" + key, Slack: "/slack/" + slacktest.Ops, Sheet: "/spreadsheets/d/" + sheet + "/edit",
		Folder: "/drive/folders/fld-cases", Workflow: UIPath + "/namespaces/hikeshi/workflows/case%2FSEC-1"}, list[0])
	require.Empty(t, s.cases(fake.Cast()[5])[0].Slack, "who is not in the channel is not led there")
}

func TestFoldersAreListedFirst(t *testing.T) {
	top := drivetest.File{ID: "top", MimeType: drivetest.FolderType}
	var names []string
	for _, b := range grow(top, []drivetest.File{
		{ID: "1", Parent: "top", Name: "b.txt"}, {ID: "2", Parent: "top", Name: "z", MimeType: drivetest.FolderType}, {ID: "3", Parent: "top", Name: "a.txt"},
		{ID: "4", Parent: "top", Name: "archive", MimeType: drivetest.FolderType}, {ID: "5", Parent: "4", Name: "below"},
	}).Children {
		names = append(names, b.Name)
	}
	require.Equal(t, []string{"archive", "z", "a.txt", "b.txt"}, names)
}
