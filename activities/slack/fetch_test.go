package slack_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hikeshi/activities"
	"hikeshi/activities/fake"
	"hikeshi/activities/internal/talk"
	"hikeshi/activities/slack"
	"hikeshi/activities/slack/slacktest"
)

// fetch reads a file to its end.
func fetch(t *testing.T, c *slack.Client, f talk.File) ([]byte, int64, error) {
	t.Helper()
	body, err := c.Fetch(t.Context(), f)
	if err != nil {
		return nil, 0, err
	}
	defer body.Close()
	all, err := io.ReadAll(body)
	return all, body.Size, err
}

// shared is the file of the newest message in a channel.
func shared(t *testing.T, c *slack.Client, channel string) talk.File {
	t.Helper()
	p, err := c.History(t.Context(), channel, talk.Span{}, "")
	if err != nil || len(p.Messages) == 0 || len(p.Messages[0].Files) != 1 {
		t.Fatalf("newest message of %+v, %v; want one with a file", p.Messages, err)
	}
	return p.Messages[0].Files[0]
}

func TestFetch(t *testing.T) {
	s, c := workspace(t)
	for name, content := range map[string][]byte{
		"note.txt": []byte("evidence\n"), "empty.bin": {}, "page.html": []byte("<html>hers</html>"), "large.bin": bytes.Repeat([]byte("0123456789"), 300_000),
		"../../etc/passwd": []byte("x"), "証拠 1?.txt": []byte("y"), "no ending": []byte("z"),
	} {
		s.Upload("aoi", "csirt-ops", "", name, content)
		f := shared(t, c, slacktest.Ops)
		got, size, err := fetch(t, c, f)
		if err != nil || !bytes.Equal(got, content) || size != int64(len(content)) || f.Name != name || f.Missing != "" {
			t.Errorf("%s: %d bytes of %d, size %d, %v; file %+v", name, len(got), len(content), size, err, f)
		}
	}
}

func TestFetchWhatIsGone(t *testing.T) {
	s, c := workspace(t)
	ts, id := s.Upload("aoi", "csirt-ops", "", "note.txt", []byte("x"))
	f := shared(t, c, slacktest.Ops)
	s.DeleteFile("aoi", id)
	if _, _, err := fetch(t, c, f); !activities.Is(err, activities.NotFound) {
		t.Errorf("a deleted file: %v, want NotFound", err)
	}
	if f := shared(t, c, slacktest.Ops); f.Missing != "deleted" || f.URL != "" {
		t.Errorf("a deleted file in its message: %+v", f)
	}
	if _, _, err := fetch(t, c, shared(t, c, slacktest.Ops)); !activities.Is(err, activities.NotFound) {
		t.Errorf("a file without an address: %v, want NotFound", err)
	}
	s.Delete("aoi", "csirt-ops", ts)
}

func TestFetchWhatIsClosed(t *testing.T) {
	s, c := workspace(t)
	s.Upload("aoi", slacktest.Executives, "", "note.txt", []byte("x"))
	f := shared(t, c, slacktest.Executives)
	s.Leave("hikeshi", slacktest.Executives)
	_, _, err := fetch(t, c, f)
	if got := activities.FaultOf(err); got.Class != activities.Denied || got.Cause != "a sign-in page instead of the file" {
		t.Errorf("fault = %+v, want Denied, a sign-in page", got)
	}
}

// TestFetchMeetsFaults: what passes must not be taken for a file that cannot be had.
func TestFetchMeetsFaults(t *testing.T) {
	s, url := slacktest.Start(t, slacktest.Options{})
	c := patient(t, url).Client
	s.Upload("aoi", "csirt-ops", "", "note.txt", []byte("evidence"))
	f := shared(t, c, slacktest.Ops)
	status := func(code int) fake.Fault { return fake.Fault{Mode: "status", Status: code} }
	tests := map[string]struct {
		fault fake.Fault
		class activities.Class
	}{
		"before": {fake.Fault{Mode: "before"}, activities.Unavailable}, "lost": {fake.Fault{Mode: "after"}, activities.Unavailable},
		"dropped": {fake.Fault{Mode: "drop"}, activities.Unavailable}, "garbage": {fake.Fault{Mode: "garbage"}, activities.Unavailable},
		"hang": {fake.Fault{Mode: "hang"}, activities.Unavailable}, "429": {status(429), activities.RateLimited},
		"401": {status(401), activities.Credentials}, "403": {status(403), activities.Denied}, "404": {status(404), activities.NotFound}, "500": {status(500), activities.Unavailable},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			before := s.Count("GET /files-pri/")
			tt.fault.Match, tt.fault.Times = "GET /files-pri/", 1
			if err := s.Inject(tt.fault); err != nil {
				t.Fatal(err)
			}
			_, _, err := fetch(t, meeting(t, url, tt.fault).Client, f)
			again := err == nil && s.Count("GET /files-pri/") == before+2 // net/http itself asks again where a kept connection was closed
			if !again && (!activities.Is(err, tt.class) || strings.Contains(err.Error(), fake.SlackBotToken)) {
				t.Errorf("%v, want %s", err, tt.class)
			}
			if got, _, err := fetch(t, c, f); err != nil || string(got) != "evidence" {
				t.Errorf("then %q, %v", got, err)
			}
		})
	}
}

// TestFetchGoesNowhereElse: the token must not leave, and what is no file of Slack's must not be taken for one.
func TestFetchGoesNowhereElse(t *testing.T) {
	visited := false
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		visited = true
		_, _ = io.WriteString(w, "theirs")
	}))
	t.Cleanup(other.Close)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL, http.StatusSeeOther)
		case "/moved":
			http.Redirect(w, r, "/here", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		default:
			_, _ = io.WriteString(w, "ours")
		}
	}))
	t.Cleanup(api.Close)
	c := newClient(t, api.URL+"/api/")
	tests := map[string]activities.Class{
		other.URL + "/x": activities.Denied, api.URL + "/away": activities.Denied, api.URL + "/moved": "", api.URL + "/round": activities.Unavailable,
		"http://files.slack.com/x": activities.Denied, "https://slack.com.evil.example/x": activities.Denied, "https://evilslack.com/x": activities.Denied,
		"https://me@files.slack.com/x": activities.Denied, "https://files.slack.com:8443/x": activities.Denied, "file:///etc/passwd": activities.Denied, "://": activities.Denied, "": activities.NotFound,
	}
	for url, class := range tests {
		got, _, err := fetch(t, c, talk.File{ID: "F1", URL: url})
		if (class == "" && (err != nil || string(got) != "ours")) || (class != "" && !activities.Is(err, class)) {
			t.Errorf("%s: %q, %v; want %s", url, got, err, class)
		}
	}
	if visited {
		t.Error("another host was visited")
	}
}

func TestFetchNoticesAShortBody(t *testing.T) {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush() // no Content-Length: only the size that Slack told shows what is missing
		_, _ = io.WriteString(w, "half")
	}))
	t.Cleanup(api.Close)
	c := newClient(t, api.URL+"/api/")
	for size, want := range map[int64]error{8: io.ErrUnexpectedEOF, 4: nil, 3: nil, 0: nil} {
		if got, _, err := fetch(t, c, talk.File{ID: "F1", URL: api.URL + "/f", Size: size}); string(got) != "half" || !errors.Is(err, want) {
			t.Errorf("size %d: %q, %v; want %v", size, got, err, want)
		}
	}
	if _, size, _ := fetch(t, c, talk.File{ID: "F1", URL: api.URL + "/f"}); size != -1 {
		t.Errorf("size = %d, want -1 for nobody knows", size)
	}
}

func TestFetchBoundsTheSize(t *testing.T) {
	s, c := workspace(t)
	s.Upload("aoi", "csirt-ops", "", "image.dd", []byte("x"))
	f := shared(t, c, slacktest.Ops)
	f.Size = 6 << 30
	if _, _, err := fetch(t, c, f); !activities.Is(err, activities.Denied) {
		t.Errorf("got %v, want Denied: it will never become smaller", err)
	}
}
