package notice_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hikeshi/activities/slack"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// words shows the texts that stand in others: titles of steps, names of commands, words of forms and doors.
func words(t *testing.T, lang string) string {
	var b strings.Builder
	show := func(id, text string) { fmt.Fprintf(&b, "%s\n  %s\n", id, strings.ReplaceAll(text, "\n", "\n  ")) }
	var commands []notice.Command
	for _, id := range slices.Sorted(maps.Keys(messages(t, lang))) {
		if name, is := strings.CutPrefix(id, "command_"); is && name != "of" {
			commands = append(commands, notice.Command{Text: name, Name: name})
		}
		if step, is := strings.CutPrefix(id, "step_title_"); is {
			show(id, notice.StepTitle(lang, strings.ReplaceAll(step, "_", ".")))
		}
		if name, is := strings.CutPrefix(id, "field_"); is {
			show(id, notice.Translated(lang, "the "+strings.ReplaceAll(name, "_", " ")+" is missing"))
		}
		if strings.HasPrefix(id, "form_") && !inForms.MatchString(id) {
			show(id, formText(lang, id))
		}
	}
	for _, phase := range []incident.Phase{incident.PhaseOpen, incident.PhaseTriage, incident.PhaseAnalysis, incident.PhaseLessons, incident.PhaseArchive, incident.PhaseClosed} {
		for _, status := range []incident.Status{incident.Running, incident.Waiting, incident.Stuck, incident.Ended} {
			c := ordinary(lang)
			c.Phase, c.Status, c.Gates = phase, status, nil
			show(string(phase)+" "+string(status), notice.StatusText(c, slack.Escape))
			show("menu", notice.Menu(c, slack.Escape))
		}
		c := ordinary(lang)
		c.Phase = phase
		for _, button := range c.ActButtons(c.Acts()...) {
			show(string(phase)+" button", fmt.Sprintf("%+v", button))
		}
	}
	c := ordinary(lang)
	c.Commands = commands
	show("commands", c.Page())
	for _, id := range []string{"breaker_hold", "breaker_release", "breaker_ask", "breaker_page", "breaker_tell", "breaker_cases"} {
		show(id, notice.BreakerTitle(lang, id, "jira"))
	}
	doorWords(lang, show)
	rareWords(lang, show)
	listWords(lang, show)
	return b.String()
}

// inForms are the texts that the gateway's golden files show in their places.
var inForms = regexp.MustCompile(`^form_(field|hint|choice|verb|title|submit|help)_`)

// formText is a text of forms, as the gateway asks for it.
func formText(lang, id string) string {
	kind, name, _ := strings.Cut(strings.TrimPrefix(id, "form_"), "_")
	switch kind {
	case "did":
		return notice.Did(lang, slack.Escape, name, "SEC-42", "x7", "", []string{"scope", "conclude a1"})
	case "answer":
		return notice.FormTitle(lang)
	case "door":
		return notice.DoorText(lang)
	case "nothing":
		return notice.NothingAllowed(lang)
	case "source":
		return notice.Source(lang, "Ben <b>", "https://example.slack.com/archives/C1/p1") + "\n" + notice.Source(lang, "Ben", "") + "\n" + notice.Source(lang, "", "https://example.slack.com/archives/C1/p1")
	case "by":
		return notice.FormByHand(lang, "`/case lesson TEXT`")
	case "unreachable":
		return notice.NotDone(lang)
	case "stale":
		return notice.FormStale(lang)
	case "unknown":
		return notice.ActUnknown(lang, "SEC-42 lesson")
	}
	return notice.FormWord(lang, kind, name)
}

func doorWords(lang string, show func(id, text string)) {
	show("the case's own answer", notice.Did(lang, slack.Escape, "lesson", "SEC-42", "", "SEC-42: what the <case> says", nil))
	show("nothing to change", notice.Did(lang, slack.Escape, "severity", "SEC-42", "", "SEC-42: it is Sev2 already", []string{"scope"}))
	show("said once", notice.Did(lang, slack.Escape, "triage", "SEC-42", "", "SEC-42: recorded; still missing: scope", []string{"scope"}))
	show("not believed", notice.Did(lang, slack.Escape, "lesson", "SEC-42", "l2", "SEC-42: lesson l2 noted. Who sent it is not proven, so it counted as their own word", nil))
	show("closing", notice.Did(lang, slack.Escape, "close", "SEC-42", "", "SEC-42: contained; before it is archived: …", []string{"decide l1"}))
	show("not closed yet", notice.Refused(lang, notice.InSlack(lang, incident.Refuse(incident.Rule, "What to do: …", "case %s cannot be closed yet; still missing: %s", "SEC-42", "scope, conclude a1, conclude a2"))))
	show("not filled in", notice.Refused(lang, incident.Refuse(incident.Usage, "Give one of --severity, --kind, --commander, --scope", "--text is missing")))
	show("about a case", notice.FormAbout(lang, slack.Escape, "triage", ordinary(lang)))
	show("about none", notice.FormAbout(lang, slack.Escape, "open", notice.Case{}))
	for _, field := range []string{"done", "abort"} { // no form asks for them
		show("field "+field, notice.FieldLabel(lang, "task", field)+notice.FieldHint(lang, "task", field))
	}
	for _, choice := range []string{"todo", "doing", "done", "dropped"} {
		show("choice "+choice, notice.FormWord(lang, "choice", choice))
	}
	show("field status", notice.FieldLabel(lang, "task", "status"))
	show("note", notice.FormWord(lang, "verb", "note"))
	for _, verb := range []string{"take", "accept"} { // which need no form
		show(verb, notice.FormWord(lang, "title", verb)+" / "+notice.FormWord(lang, "submit", verb))
	}
	show("missing", notice.FieldMissing(lang))
	show("the door's button", fmt.Sprintf("%+v", notice.DoorButtons(lang)))
	show("not recorded", notice.NotRecorded(lang))
	show("decision unknown", notice.DecisionUnknown(lang, "SEC-42 x", "SEC-42"))
	for _, action := range []string{"retry", "supply", "skip", "abort"} {
		show("action "+action, notice.ActionName(lang, action))
	}
	show("nobody invited", notice.NobodyInvited(lang))
	c := ordinary(lang)
	show("duplicate", notice.DuplicateComment(lang, false))
	show("duplicate for nothing", notice.DuplicateComment(lang, true))
	show("duplicate's name", notice.DuplicateName(lang))
	b := notice.Breaker{Lang: lang, Vendor: "jira", Phase: "held", Class: "Credentials", Cause: "HTTP 401", Since: opened}
	show("breaker", b.Sentence()+"\n"+b.Page())
	tabs := notice.Board(lang)
	show("choices", strings.Join(tabs[0].Choices[tabs[0].Columns[4]], "/"))
	show("need", notice.Need(lang, "decide"))
	c.ProvisionalCommander = true
	show("provisional commander", notice.StatusText(c, slack.Escape))
	c.OfferedTo, c.OfferedBy = "Chie", "Ben"
	show("offered", notice.StatusText(c, slack.Escape))
	c.Analyses = []notice.Analysis{{Analysis: incident.Analysis{ID: "a1", Name: "mailbox", State: incident.AnalysisOpen}}}
	show("a channel that is owed", notice.StatusText(c, slack.Escape))
}

// rareWords are what the other golden files have no occasion for.
func rareWords(lang string, show func(id, text string)) {
	c := ordinary(lang)
	show("nothing is logged", c.MirrorPage())
	var many []notice.StuckStep
	for range 9 {
		many = append(many, notice.StuckStep{Step: notice.Step{ID: "open.sheet", System: "sheets", Since: opened}, WorkflowID: "case/SEC-42", Generation: 1, Actions: []string{"retry"}})
	}
	show("many are stuck", flat(notice.StuckNotice{Lang: lang, Number: "SEC-42", Place: notice.InCase, Steps: many}.Message(slack.Escape)))
	r := phishing("running")
	r.File = "own.yaml"
	show("a runbook of one's own", flat(c.RunCard(r, slack.Escape)))
}

// listWords are the answers to whoever asks for a list of cases.
func listWords(lang string, show func(id, text string)) {
	one := notice.Listed{Number: "SEC-42", WorkflowID: "case/SEC-42", Title: "<!here> mail", Commander: "Aoi", Severity: incident.Sev2, Phase: incident.PhaseTriage, Status: incident.Stuck, Opened: opened}
	two := one
	two.Drill, two.Channel, two.Phase, two.Status = true, "C0SEC42", incident.PhaseClosed, incident.Ended
	for _, which := range []string{"", notice.ListOpen, notice.ListClosed, notice.ListMine} {
		show("list "+which, flat(notice.CaseList{Lang: lang, Which: which, Cases: []notice.Listed{one, two}}.Message(slack.Escape)))
		show("empty list "+which, flat(notice.CaseList{Lang: lang, Which: which}.Message(slack.Escape)))
	}
	elsewhere := notice.StuckNotice{Number: "SEC-42", Links: []notice.Link{{Kind: "channel", Text: "<#C0SEC42>"}}, Steps: []notice.StuckStep{{Step: notice.Step{ID: "mirror/log"}, Elsewhere: true}}}
	show("decided elsewhere", flat(notice.StuckList{Lang: lang, Cases: []notice.StuckNotice{elsewhere}}.Message(slack.Escape)))
	many := notice.CaseList{Lang: lang, Which: notice.ListOpen}
	for range 60 {
		many.Cases = append(many.Cases, one)
	}
	last := func(l notice.CaseList) string { b := l.Message(slack.Escape).Blocks; return b[len(b)-1].Text }
	show("a long list", last(many))
	many.Most = 60
	show("the longest list", last(many))
	show("late", notice.ReadLate(lang, "SEC-42"))
	show("nobody answers", notice.ReadUnknown(lang, "SEC-42"))
	show("stuck button", fmt.Sprintf("%+v", notice.StuckButton(lang)))
}

func TestWords(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		golden(t, lang, "words", words(t, lang))
	}
}

// goldens is all that the golden files of a language hold: ours, and those of the forms.
func goldens(t *testing.T, lang string) string {
	t.Helper()
	var b strings.Builder
	for _, pattern := range []string{filepath.Join("testdata", lang, "*.golden"), "../../starter/slackbot/testdata/*." + lang + ".*"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no golden files %s: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(text)
		}
	}
	return strings.NewReplacer(`\n`, " ", "\n", " ", `\`, "").Replace(b.String())
}

var template = regexp.MustCompile(`\{\{.*?\}\}|\n`)

// Every message stands in a golden file, in both languages: a new one without a golden fails.
func TestEveryMessageStandsInAGolden(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		all := goldens(t, lang)
		for id, text := range messages(t, lang) {
			longest := ""
			for _, part := range template.Split(text, -1) {
				if part = strings.TrimSpace(part); len(part) > len(longest) {
					longest = part
				}
			}
			if !strings.Contains(all, longest) {
				t.Errorf("%s: %s stands in no golden file: %q", lang, id, text)
			}
		}
	}
}

// noText are the exported functions of the package that say nothing to people by themselves.
var noText = []string{"InLanguage", "Line", "OwnStep", "VendorName", "TaskRows", "TaskStatus", "Valid", "Number", "Shown", "Open", "Analysis", "Translated"}

// Every exported function that renders something is called by a test that writes golden files.
func TestEveryRendererHasItsGolden(t *testing.T) {
	used := map[string]bool{}
	for name, f := range testSources(t) {
		if !strings.Contains(name, "golden") && !calls(f, "golden") {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				used[sel.Sel.Name] = true
			}
			return true
		})
	}
	for _, f := range sources(t, ".") {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if ok && fn.Name.IsExported() && !used[fn.Name.Name] && !slices.Contains(noText, fn.Name.Name) {
				t.Errorf("no test writes what %s renders to a golden file", fn.Name.Name)
			}
		}
	}
}

func calls(f *ast.File, name string) (found bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if id, ok := call.Fun.(*ast.Ident); ok && id.Name == name {
				found = true
			}
		}
		return !found
	})
	return found
}

// testSources are the package's tests, by file name.
func testSources(t *testing.T) map[string]*ast.File {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*ast.File{}
	for _, name := range files {
		if all[name], err = parser.ParseFile(token.NewFileSet(), name, nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	return all
}
