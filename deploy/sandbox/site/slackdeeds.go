package site

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
)

// dialogView is a dialog as it stands before somebody.
type dialogView struct {
	ID, Title, Submit, Close string
	Do                       string // where its form goes
	Trouble                  string
	Blocks                   []blockView
	Fields                   map[string]fieldView // by block id
}

// fieldView is a place to write in a dialog.
type fieldView struct {
	slacktest.Field
	Typed, Wrong string
}

func (s *Site) dialogs(ch slacktest.Channel, reader fake.Person) (list []dialogView) {
	for _, d := range s.Slack.Dialogs(reader.ID) {
		v := dialogView{ID: d.ID, Title: d.Title(), Submit: d.Submit(), Close: d.Close(), Do: at(ch, "/dialog", reader), Trouble: d.Errors[""],
			Blocks: blocksOf(d.Blocks(), "", ""), Fields: map[string]fieldView{}}
		for _, f := range d.Fields() {
			v.Fields[f.Block] = fieldView{f, strings.Join(f.Holds, ", "), d.Errors[f.Block]}
		}
		list = append(list, v)
	}
	return list
}

// at is the address of something that a person does in a channel, or of the channel.
func at(ch slacktest.Channel, what string, p fake.Person) string {
	return "/slack/" + url.PathEscape(ch.ID) + what + "?as=" + url.QueryEscape(p.Name)
}

// deeds routes what people do on the pages. What another site's page sends here is refused.
func (s *Site) deeds(mux *http.ServeMux) {
	guard := http.NewCrossOriginProtection()
	do := func(what string, act func(r *http.Request, as, channel string) (control string, in any)) {
		mux.Handle("POST /slack/{channel}/"+what, guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.do(w, r, act) })))
	}
	do("press", func(r *http.Request, as, channel string) (string, any) {
		return "interact", slacktest.Interaction{User: as, Channel: channel, MessageTS: r.PostFormValue("ts"), ActionID: r.PostFormValue("action_id"), Value: r.PostFormValue("value")}
	})
	do("dialog", func(r *http.Request, as, _ string) (string, any) {
		i := slacktest.Interaction{User: as, ViewID: r.PostFormValue("view_id"), Close: r.PostFormValue("close") != "", Values: map[string]slacktest.Input{}}
		for name := range r.PostForm {
			if field, ok := strings.CutPrefix(name, "field."); ok {
				i.Values[field] = slacktest.Input{r.PostFormValue(name)}
			}
		}
		return "interact", i
	})
	do("say", func(r *http.Request, as, channel string) (string, any) {
		text := strings.TrimSpace(r.PostFormValue("text"))
		if strings.HasPrefix(text, "/") {
			command, rest, _ := strings.Cut(text, " ")
			return "command", map[string]string{"user": as, "channel": channel, "command": command, "text": strings.TrimSpace(rest)}
		}
		return "message", map[string]string{"user": as, "channel": channel, "text": text}
	})
}

// doTime is how long a deed may take: Slack waits three seconds for the app.
const doTime = 10 * time.Second

// do does it as the chosen person, through the same door as programs, and shows the channel again.
func (s *Site) do(w http.ResponseWriter, r *http.Request, act func(r *http.Request, as, channel string) (string, any)) {
	reader, known := person(r.URL.Query().Get("as"))
	if err := r.ParseForm(); err != nil || !known {
		http.Error(w, "say who does it, and what", http.StatusBadRequest)
		return
	}
	channel := r.PathValue("channel")
	control, in := act(r, reader.Name, channel)
	back := at(slacktest.Channel{ID: channel}, "", reader) + "&again=1"
	if trouble := s.send(r, control, in); trouble != "" {
		back = at(slacktest.Channel{ID: channel}, "", reader) + "&trouble=" + url.QueryEscape(trouble)
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// send returns why it was not done; empty: it was.
func (s *Site) send(r *http.Request, control string, in any) (trouble string) {
	body, err := json.Marshal(in)
	if err != nil {
		return err.Error()
	}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, s.Addresses.Slack+"/_control/"+control, bytes.NewReader(body))
	if err != nil {
		return err.Error()
	}
	resp, err := (&http.Client{Timeout: doTime}).Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	if resp.StatusCode == http.StatusOK {
		return ""
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 500)) // as much as is there
	return strings.TrimSpace(string(text))
}
