package audit_test

import (
	"crypto/ed25519"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/workflows/audit"
	"hikeshi/workflows/incident"
)

// lesson is a command of somebody in Slack.
type lesson struct {
	Text string      `json:"text"`
	By   incident.By `json:"by"`
}

// lessonBy is one that a gateway signs, or signs for another case, or that somebody only claims.
func lessonBy(t testing.TB, how string, private ed25519.PrivateKey) lesson {
	t.Helper()
	l := lesson{how, incident.By{Who: "U1", Name: "葵", Door: incident.DoorSlack, Assurance: incident.SlackSigned, Known: true}}
	of, signs := strings.CutPrefix(how, "signs")
	if !signs {
		return l
	}
	raw, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	if l.By.Proof, err = (incident.Act{Name: "lesson", Workflow: caseID + of, ID: "u", Command: raw}).Prove(l.By, private, began); err != nil {
		t.Fatal(err)
	}
	return l
}

var update = flag.Bool("update", false, "write testdata instead of comparing with it")

func TestPage(t *testing.T) {
	_, histories := life(t)
	var records []audit.Record
	for _, h := range histories {
		records = append(records, audit.Project(h, plain)...)
	}
	records = append(records, audit.Record{
		Version: 1, ID: "run-2/99", At: began.AddDate(0, 0, 1), Case: caseID, Workflow: caseID + "/a1", Kind: audit.KindStep, Action: "OpenChannel", Step: "analysis.channel",
		Actor: "operator@laptop", Door: "temporal", Sure: "self-declared", ByHand: true, Outcome: audit.Failed, Result: "Denied: no",
		Attempts: []audit.Attempt{{Number: 1, At: began, Class: "Ambiguous", Cause: "no answer in time"}},
	})
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	key := incident.Key(private.Public().(ed25519.PublicKey))
	tape := newTape(t, caseID, "run-3", began.AddDate(0, 0, 2))
	for _, how := range []string{"signs", "signs another", "claims", "claims, doubted"} {
		tape.update("lesson", lessonBy(t, how, private), map[string]any{"text": "noted", "doubted": strings.HasSuffix(how, "doubted")})
	}
	records = append(records, audit.Project(tape.h, plain)...)
	for _, lang := range []string{"en", "ja"} {
		got, err := audit.Page(records, lang, []incident.Key{key})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "page."+lang+".html")
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got), if it is meant to be so run go test ./workflows/audit -run TestPage -update\n%s", lang, diff)
		}
	}
}

// What people wrote can do nothing in the browser of whoever reads the page.
func TestAHostilePage(t *testing.T) {
	const bad = `<script>alert(1)</script><img src=x onerror=alert(1)>"'`
	said, err := json.Marshal(map[string]string{"title": bad})
	if err != nil {
		t.Fatal(err)
	}
	page, err := audit.Page([]audit.Record{{
		ID: "r/1", Case: bad, Workflow: bad, Action: bad, Step: bad, Actor: bad, Name: bad, Door: bad, Sure: bad, Glass: bad, Said: said, Result: bad, External: bad,
		Outcome: audit.Outcome(bad), Attempts: []audit.Attempt{{Class: bad, Cause: bad}},
	}}, "en", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"<script", "<img", `="` + bad} {
		if strings.Contains(string(page), tag) {
			t.Errorf("the page contains %s", tag)
		}
	}
}

// A page that was made with keys is verified with them, whatever keys the verifier has; that it believes others is said.
func TestThePageNamesItsKeys(t *testing.T) {
	public, private, _ := ed25519.GenerateKey(nil)
	key := incident.Key(public)
	one := newTape(t, caseID, "run-1", began)
	one.start("")
	one.update("lesson", lessonBy(t, "signs", private), map[string]any{"text": "noted"})
	one.update("lesson", lessonBy(t, "claims", private), map[string]any{"text": "noted"})
	n := newNotary(t)
	n.keys = []incident.Key{key}
	n.seal(one.h)
	files := n.export("en")
	if text := string(files[audit.PageFile]); strings.Count(text, "NOT PROVEN: no gateway has signed it") != 2 || strings.Count(text, "proven by a gateway") != 1 {
		t.Errorf("the page does not say who is proven: %s", text)
	}
	other, _, _ := ed25519.GenerateKey(nil)
	for _, test := range []struct {
		keys []incident.Key
		note bool
	}{{nil, false}, {n.keys, false}, {[]incident.Key{incident.Key(other)}, true}} {
		o := n.options()
		o.Witnesses, o.Keys = map[string][]byte{"ticket": n.ticket()}, test.keys
		r := audit.Verify(files, o)
		want(t, r, audit.Good)
		if strings.Contains(strings.Join(r.Notes, " "), "takes the key "+key.ID()) != test.note {
			t.Errorf("with keys %v: %q", test.keys, r.Notes)
		}
	}
	delete(files, audit.ExportFile)
	files[audit.PageFile] = []byte(strings.Replace(string(files[audit.PageFile]), key.String(), incident.Key(other).String(), 1))
	o := n.options()
	o.Witnesses, o.Keys = map[string][]byte{"ticket": n.ticket()}, n.keys
	want(t, audit.Verify(files, o), audit.Broken)

	n.keys = nil
	if text := string(n.export("ja")[audit.PageFile]); !strings.Contains(text, "Slack での実行者は検証していません") || strings.Contains(text, "未証明:") {
		t.Errorf("without keys the page says: %s", text)
	}
}
