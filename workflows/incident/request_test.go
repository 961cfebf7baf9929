package incident_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"hikeshi/workflows/incident"
)

func TestCleanedTitles(t *testing.T) {
	for _, test := range []struct{ name, title, want, refusal string }{
		{"plain", "suspicious mail", "suspicious mail", ""},
		{"spaces and lines", "  suspicious\r\n\tmail  ", "suspicious mail", ""},
		{"Japanese", "給与担当への不審メール", "給与担当への不審メール", ""},
		{"emoji only", "🔥👩‍🚒", "🔥👩‍🚒", ""},
		{"right to left", "דואר חשוד", "דואר חשוד", ""},
		{"direction overrides", "in\u202evoice\u2066.exe\u2069", "invoice.exe", ""},
		{"control characters and broken UTF-8", "a\x00b\x1b[31mc\xff", "ab[31mc", ""},
		{"longest", strings.Repeat("題", incident.MaxTitle), strings.Repeat("題", incident.MaxTitle), ""},
		{"empty", "", "", "a case needs a title"},
		{"spaces only", " \t\n\u3000", "", "a case needs a title"},
		{"nothing to see", "\u200b\u3164\u2800", "", "a case needs a title"},
		{"overrides only", "\u202e\u202c", "", "a case needs a title"},
		{"one too long", strings.Repeat("題", incident.MaxTitle+1), "", "the title has 251 characters, at most 250 fit"},
		{"10,000 characters", strings.Repeat("x", 10000), "", "the title has 10000 characters, at most 250 fit"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := incident.Request{Title: test.title}.Cleaned()
			switch refusal := asRefusal(err); {
			case test.refusal != "":
				if refusal == nil || refusal.Message != test.refusal || refusal.Code != incident.Usage || refusal.Hint == "" {
					t.Errorf("got %v, want a refusal with a hint: %s", err, test.refusal)
				}
			case err != nil:
				t.Error(err)
			case got.Title != test.want:
				t.Errorf("got %q, want %q", got.Title, test.want)
			}
		})
	}
}

func TestCleanedRefuses(t *testing.T) {
	long := strings.Repeat("x", 501)
	for want, change := range map[string]func(*incident.Request){
		"the report has 10001 characters, at most 10000 fit": func(r *incident.Request) { r.Report = strings.Repeat("報", incident.MaxReport+1) },
		"unknown severity 5":                                              func(r *incident.Request) { r.Severity = 5 },
		"unknown severity -1":                                             func(r *incident.Request) { r.Severity = -1 },
		"kind and reporter may have 500 characters each":                  func(r *incident.Request) { r.Reporter = long },
		"too many organisations (at most 50) or people (at most 100)":     func(r *incident.Request) { r.Organisations = slices.Repeat([]string{"a"}, 51) },
		"the name of an organisation or a person may have 500 characters": func(r *incident.Request) { r.Invite = []string{long} },
		`unknown audience "everyone"`:                                     func(r *incident.Request) { r.Audience = "everyone" },
		"the name of a channel or a ticket may have 500 characters":       func(r *incident.Request) { r.Channel, r.Consent = long, true },
		`unknown audience "` + strings.Repeat("y", 39) + `…"`:             func(r *incident.Request) { r.Audience = incident.Audience(strings.Repeat("y", 60)) },
	} {
		request := incident.Request{Title: "mail"}
		change(&request)
		_, err := request.Cleaned()
		if refusal := asRefusal(err); refusal == nil || refusal.Message != want || refusal.Hint == "" {
			t.Errorf("got %v, want a refusal with a hint: %s", err, want)
		}
	}
}

func TestAdoptionNeedsConsent(t *testing.T) {
	for _, request := range []incident.Request{{Title: "mail", Channel: "C0123"}, {Title: "mail", Ticket: "SEC-12"}} {
		if _, err := request.Cleaned(); asRefusal(err) == nil || asRefusal(err).Code != incident.Rule || !strings.Contains(err.Error(), "nobody has agreed") {
			t.Errorf("%+v without consent: got %v, want a refusal", request, err)
		}
		request.Consent = true
		if _, err := request.Cleaned(); err != nil {
			t.Errorf("%+v with consent: %v", request, err)
		}
	}
}

func TestWhatIsAdoptedIsFoundInWhatPeoplePaste(t *testing.T) {
	for said, want := range map[string]string{
		"C0ABC1234": "C0ABC1234", " <#C0ABC1234|war-room> ": "C0ABC1234", "<#C0ABC1234>": "C0ABC1234", "#war-room": "#war-room",
		"https://x.slack.com/archives/G0ABC1234/p1700000000000100": "G0ABC1234", "<https://x.slack.com/archives/C0ABC1234|here>": "C0ABC1234",
		"https://app.slack.com/client/T0ABC/C0ABC1234": "C0ABC1234", "https://example.com/C0ABC1234": "https://example.com/C0ABC1234",
	} {
		got, err := incident.Request{Title: "mail", Channel: said, Consent: true}.Cleaned()
		if err != nil || got.Channel != want {
			t.Errorf("channel %q: got %q, %v; want %q", said, got.Channel, err, want)
		}
	}
	for said, want := range map[string]string{
		"sec-12": "SEC-12", "https://jira.example.com/browse/SEC-12": "SEC-12", "https://jira.example.com/jira/browse/SEC-12?focus=1": "SEC-12", "10012": "10012",
		"https://jira.example.com/issues/?jql=x": "https://jira.example.com/issues/?jql=x",
	} {
		got, err := incident.Request{Title: "mail", Ticket: said, Consent: true}.Cleaned()
		if err != nil || got.Ticket != want {
			t.Errorf("ticket %q: got %q, %v; want %q", said, got.Ticket, err, want)
		}
	}
}

func TestCleanedCleansAllTexts(t *testing.T) {
	asked := incident.Request{
		Title: "mail", Report: " a\r\nb\rc\u2028d\x00 ", Kind: " phish\x07ing ", Reporter: "Ms\nIto", Severity: incident.Sev3, Audience: incident.AudienceRestricted,
		Organisations: []string{" Acme\tFoods ", "\u202e"}, Invite: []string{"@ken\x00ji", " "},
	}
	got, err := asked.Cleaned()
	if err != nil {
		t.Fatal(err)
	}
	if got.Report != "a\nb\nc\nd" || got.Kind != "phishing" || got.Reporter != "Ms Ito" {
		t.Errorf("got report %q, kind %q, reporter %q", got.Report, got.Kind, got.Reporter)
	}
	if !slices.Equal(got.Organisations, []string{"Acme Foods"}) || !slices.Equal(got.Invite, []string{"@kenji"}) {
		t.Errorf("got organisations %q, invite %q", got.Organisations, got.Invite)
	}
	if asked.Organisations[0] != " Acme\tFoods " {
		t.Error("the request that was given is changed")
	}
}

func asRefusal(err error) *incident.Refusal {
	var r *incident.Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}

func TestRequestID(t *testing.T) {
	for text, want := range map[string]string{
		"req-1.a_B":              "req-1.a_B",
		strings.Repeat("a", 80):  strings.Repeat("a", 80),
		"":                       "r-e3b0c44298fc1c149afbf4c8",
		"mail at payroll":        "r-",
		"-starts-with-a-hyphen":  "r-",
		strings.Repeat("a", 81):  "r-",
		"line\nbreak":            "r-",
		"事案":                     "r-",
		"../../etc/passwd":       "r-",
		"1337.42\" OR ticket=\"": "r-",
	} {
		got := incident.RequestID(text)
		if want == "r-" && (!strings.HasPrefix(got, "r-") || len(got) != 26) || want != "r-" && got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		if again := incident.RequestID(got); again != got {
			t.Errorf("%q: the id %q becomes %q", text, got, again)
		}
	}
	if incident.RequestID("mail at payroll") == incident.RequestID("mail at payroll 2") {
		t.Error("two texts have the same id")
	}
}
