package site

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"hikeshi/activities/fake"
)

// news is what the pages hear of at once: what of theirs is out of date. It names channels, but says nothing of what is in
// them: each page asks for that as its reader.
type news struct {
	Channels []string `json:"channels,omitempty"` // ids of those with other messages, members or names
	List     bool     `json:"list,omitempty"`     // the list of channels, or the people
	Mine     bool     `json:"mine,omitempty"`     // dialogs, homes, or what only one person sees
	Jira     bool     `json:"jira,omitempty"`
	Drive    bool     `json:"drive,omitempty"` // files and sheets
	Pager    bool     `json:"pager,omitempty"`
}

// together is how long changes are collected: a call seldom comes alone.
const together = 30 * time.Millisecond

// breath keeps the connection open through proxies that close silent ones.
const breath = 20 * time.Second

// live is GET /live: server-sent events, for as long as the page stands.
func (s *Site) live(w http.ResponseWriter, r *http.Request) {
	slack, jira, drive, pager := s.Slack.Store.Watch(), s.Jira.Store.Watch(), s.Drive.Store.Watch(), s.Pager.Store.Watch()
	for _, watch := range []*fake.Watch{slack, jira, drive, pager} {
		defer watch.Close()
	}
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	text := "retry: 1000\ndata: {}\n\n" // the page begins with looking
	for {
		_, err := fmt.Fprint(w, text)
		if err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-s.closing:
			return
		case <-time.After(breath):
			text = ": here\n\n"
			continue
		case <-slack.C:
		case <-jira.C:
		case <-drive.C:
		case <-pager.C:
		}
		time.Sleep(together)
		n := slackNews(slack.Take())
		n.Jira, n.Drive, n.Pager = len(jira.Take()) > 0, len(drive.Take()) > 0, len(pager.Take()) > 0
		data, _ := json.Marshal(n) // it can be
		text = "data: " + string(data) + "\n\n"
	}
}

func slackNews(rows []fake.Row) (n news) {
	for _, row := range rows {
		switch row.Table {
		case "messages":
			channel, _, _ := strings.Cut(row.Key, "/")
			n.Channels = append(n.Channels, channel)
		case "channels":
			n.Channels, n.List = append(n.Channels, row.Key), true
		case "bookmarks", "files", "users":
			n.List = true
		case "views", "ephemerals":
			n.Mine = true
		}
	}
	slices.Sort(n.Channels)
	n.Channels = slices.Compact(n.Channels)
	return n
}
