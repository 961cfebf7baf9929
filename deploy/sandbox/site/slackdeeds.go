package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hikeshi/activities/fake"
	"hikeshi/activities/slack/slacktest"
)

// slackDeeds are what people do on the page: the names of Slack's control doors, which programs use too.
var slackDeeds = []string{"message", "edit", "delete", "file", "delete_file", "react", "command", "interact", "shortcut", "home", "join", "leave"}

// doTime is how long a deed may take: Slack waits three seconds for the app.
const doTime = 10 * time.Second

// biggest is how large what somebody does may be: a file of 20 MB, in base64.
const biggest = 28 << 20

// do is POST /slack/_do/{deed}?as=…: it does it as the chosen person, through the same door as programs, and answers with
// that door's answer, or with {"error": why it was not done}.
func (s *Site) do(w http.ResponseWriter, r *http.Request) {
	who, known := s.reader(r)
	name := r.PathValue("deed")
	// A page of another site can send text/plain here without asking first; JSON it cannot.
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var in map[string]json.RawMessage
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, biggest)).Decode(&in)
	if !known || !slices.Contains(slackDeeds, name) || kind != "application/json" || err != nil || in == nil {
		w.WriteHeader(http.StatusBadRequest)
		fake.WriteJSON(w, map[string]string{"error": "say who does what, as JSON"})
		return
	}
	in["user"], _ = json.Marshal(who.ID) // whoever the body names
	s.prepare(name, who, in)
	status, answer, err := s.send(r, name, in)
	switch {
	case err != nil:
		fake.WriteJSON(w, map[string]string{"error": err.Error()})
	case status != http.StatusOK:
		fake.WriteJSON(w, map[string]string{"error": strings.TrimSpace(string(answer))})
	default:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(answer) // the reader is gone: it was done all the same
	}
}

// prepare turns what was typed into what Slack's own app sends.
func (s *Site) prepare(name string, who fake.Person, in map[string]json.RawMessage) {
	var text, view string
	_ = json.Unmarshal(in["text"], &text)    // none: nothing to turn
	_ = json.Unmarshal(in["view_id"], &view) // none: no view
	switch {
	case name == "message" || name == "edit" || name == "file":
		in["text"], _ = json.Marshal(s.mentions(text, false))
	case name == "command": // the app's manifest asks for ids
		in["text"], _ = json.Marshal(typedAddress.ReplaceAllString(s.mentions(text, true), "$1<$2>"))
	case name == "interact" && view != "":
		values := map[string]slacktest.Input{}
		_ = json.Unmarshal(in["values"], &values) // another shape: the door refuses it
		s.entered(view, who, values)
		if in["values"] != nil {
			in["values"], _ = json.Marshal(values)
		}
	}
}

var (
	typedName    = regexp.MustCompile(`(^|[\s(])@([a-z0-9][a-z0-9._-]*)`)
	typedChannel = regexp.MustCompile(`(^|[\s(])#([^\s#@,.()<>]+)`)
	typedAddress = regexp.MustCompile(`(^|[\s(])(https?://[^\s<>)]+)`)
)

// mentions turns @names and #channels that there are into Slack's mentions of them, and the signs that Slack keeps to
// itself into text. In commands mentions are labelled with what was typed.
func (s *Site) mentions(text string, labelled bool) string {
	label := func(as string) string {
		if labelled {
			return "|" + as
		}
		return ""
	}
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	text = typedName.ReplaceAllStringFunc(text, func(m string) string {
		parts := typedName.FindStringSubmatch(m)
		for _, u := range s.Slack.Users() {
			if u.Name == strings.TrimRight(parts[2], ".") {
				return parts[1] + "<@" + u.ID + label(u.Name) + ">" + parts[2][len(u.Name):]
			}
		}
		for _, g := range fake.Groups() {
			if g.Handle == parts[2] {
				return parts[1] + "<!subteam^" + g.ID + label("@"+g.Handle) + ">"
			}
		}
		if slices.Contains([]string{"channel", "here", "everyone"}, parts[2]) {
			return parts[1] + "<!" + parts[2] + ">"
		}
		return m
	})
	return typedChannel.ReplaceAllStringFunc(text, func(m string) string {
		parts := typedChannel.FindStringSubmatch(m)
		if ch, ok := s.Slack.Channel(parts[2]); ok && !ch.Private {
			return parts[1] + "<#" + ch.ID + label(ch.Name) + ">"
		}
		return m
	})
}

// send gives the deed to the door of the sandbox's Slack.
func (s *Site) send(r *http.Request, control string, in any) (status int, answer []byte, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, s.Addresses.Slack+"/_control/"+control, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	resp, err := (&http.Client{Timeout: doTime}).Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("the sandbox's Slack does not answer: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	answer, err = io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, answer, err
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
