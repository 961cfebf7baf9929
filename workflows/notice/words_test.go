package notice_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

func messages(t *testing.T, lang string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("text", "*."+lang+".yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no texts in %s: %v", lang, err)
	}
	all := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		some := map[string]string{}
		if err := yaml.Unmarshal(text, &some); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for id, words := range some {
			if _, twice := all[id]; twice {
				t.Errorf("%s: %s is in another file too", file, id)
			}
			all[id] = words
		}
	}
	return all
}

var placeholder = regexp.MustCompile(`\{\{(?:if )?\.\w+\}\}|\{\w+\}`)

func TestBothLanguagesSayTheSame(t *testing.T) {
	en, ja := messages(t, "en"), messages(t, "ja")
	if e, j := slices.Sorted(maps.Keys(en)), slices.Sorted(maps.Keys(ja)); !slices.Equal(e, j) {
		t.Errorf("the message ids differ:\nen %q\nja %q", e, j)
	}
	for id := range en {
		e, j := placeholder.FindAllString(en[id], -1), placeholder.FindAllString(ja[id], -1)
		slices.Sort(e)
		slices.Sort(j)
		if !slices.Equal(e, j) {
			t.Errorf("%s: the English text takes %q, the Japanese %q", id, e, j)
		}
		if strings.TrimSpace(en[id]) == "" || strings.TrimSpace(ja[id]) == "" {
			t.Errorf("%s is empty", id)
		}
	}
}

// One thing has one name in Japanese, and no text is damaged where one name took another's place.
func TestOneWordForOneThing(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("text", "*.ja.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no texts: %v", err)
	}
	wrong := map[string]*regexp.Regexp{
		"事案": regexp.MustCompile("案件"), "再開": regexp.MustCompile("再オープン"), "共有範囲": regexp.MustCompile("公開範囲"),
		"フォルダー": regexp.MustCompile("フォルダ(?:[^ー]|$)"), "スキップ": regexp.MustCompile("飛ばし"), "指揮を執る": regexp.MustCompile("指揮をと[らりるれろっ]"),
		"起票し": regexp.MustCompile("起票[いきけ]"), "判明事項": regexp.MustCompile("分かったこと[（、]|conclude 分かった"),
	}
	for _, file := range append(files, filepath.Join("text", "refusals", "ja.yaml")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(text), "\n") {
			for right, pattern := range wrong {
				if found := pattern.FindString(line); found != "" {
					t.Errorf("%s:%d: %q, where the word is %s", file, n+1, found, right)
				}
			}
		}
	}
}

// sources parses the Go files of a folder but its tests.
func sources(t *testing.T, folder string) (all []*ast.File) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	if len(all) == 0 {
		t.Fatalf("no sources in %s", folder)
	}
	return all
}

// literals returns the texts that stand in the sources.
func literals(t *testing.T, folder string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, f := range sources(t, folder) {
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil {
					found[text] = true
				}
			}
			return true
		})
	}
	return found
}

var (
	stepID   = regexp.MustCompile(`^(open|reach|card|ticket|links|triage|mirror|analysis|tasks|timeline|lessons)(\.[a-z]+)+$`)
	fileName = regexp.MustCompile(`\.(jsonl?|html|xlsx|csv)$|^tasks\.list$`) // the last is a step of the archive
	// pieced are the steps whose ids are put together: of errands, of the archive, and of leaving it again.
	pieced = []string{"invite", "invite.find", "handover.find", "handover.invite", "handover.post", "handover.end", "handover.direct", "handover.told", "thread", "thread.post", "glass", "update.channel", "update.executives", "update.ticket", "lesson.theme", "lesson.join",
		"archive.ids", "archive.folder.id", "archive.folder", "archive.conversation", "archive.tickets", "archive.tasks", "archive.tasks.list", "archive.manifest",
		"archive.verify", "archive.audit", "archive.comment", "archive.farewell", "archive.ticket", "archive.log", "archive.logs", "archive.channels",
		"reopen.channels", "reopen.ticket", "reopen.log", "seal.folder.id", "seal.folder", "seal.ids", "seal.history", "seal.comment", "seal.stamp",
		"sweep.ticket", "sweep.sheet", "merge", "merge.invite", "merge.link",
		"run.task", "run.people", "run.invite", "run.notify", "run.analysis", "run.link", "run.card", "run.card.refresh", "run.end"}
)

// ids are the message ids that are put together from a word of the case's.
func ids(t *testing.T) map[string]bool {
	t.Helper()
	list := []string{
		"phase_open", "phase_triage", "phase_analysis", "phase_lessons", "phase_archive", "phase_closed",
		"status_" + string(incident.Running), "status_" + string(incident.Waiting), "status_" + string(incident.Stuck), "status_" + string(incident.Ended),
		"audience_" + string(incident.AudienceGroup), "audience_" + string(incident.AudienceOrganisation), "audience_" + string(incident.AudienceRestricted),
		"containment_" + string(incident.NotContained), "containment_" + string(incident.Acting), "containment_" + string(incident.Contained), "containment_not_applicable",
		"link_ticket", "link_channel", "link_folder", "link_sheet", "link_temporal",
		"state_owed", "state_trying", "state_stuck", "link_log", "link_archive",
		"why_slack_silent", "why_slack_refused", "why_nobody_yet",
		"resolution_" + "false_positive", "resolution_opened_by_mistake",
	}
	for kind, words := range map[string][]string{
		"phase_name":     {"open", "triage", "analysis", "lessons", "archive", "closed"},
		"analysis_state": {string(incident.AnalysisOpen), string(incident.AnalysisConcluded), string(incident.AnalysisDropped)},
		"decision":       {string(incident.DecideTheme), string(incident.DecideJoin), string(incident.DecideAccept)},
		"need":           {"reassessment", "containment", "resolution", "archive", "triage", "analysis", "lessons", "conclude", "decide"},
		"log_word":       slices.Sorted(maps.Keys(notice.LogWords("en"))),
		"archive_word":   slices.Sorted(maps.Keys(notice.ArchiveWords("en"))),
		"breaker":        {"held", "unheld", "partly", "released", "over", "hold", "release", "ask", "tell", "cases", "page"},
		"breaker_todo":   {"slack", "jira", "google"},
		"command": {"triage", "contain", "analyze", "conclude", "task", "update", "lesson", "decide", "waive", "back", "close", "reopen", "merge", "run",
			"severity", "take", "handover", "accept", "details", "roll", "bell", "resolveStep"},
		"handover":     {notice.OfferAccepted, notice.OfferDeclined, notice.OfferTaken, notice.OfferNamed, notice.OfferReplaced, notice.OfferClosed, notice.OfferNeedless},
		"run_state":    {"running", "stuck", "done", "aborted", "unfinished"},
		"run_step":     {"task", "invite", "notify", "analysis", "link"},
		"action":       {"retry", "supply", "skip", "abort"},
		"list":         {"all", "open", "closed", "mine"},
		"list_none":    {"all", "open", "closed", "mine"},
		"home_role":    {"commander", "lead", "owner"},
		"dialog":       {"supply", "skip", "abort"},
		"dialog_means": {"supply", "skip", "abort"},
	} {
		for _, word := range words {
			list = append(list, kind+"_"+word)
		}
	}
	for _, s := range sentences {
		list = append(list, "said_"+s.id)
	}
	for _, id := range pieced {
		list = append(list, "step_title_"+strings.ReplaceAll(id, ".", "_"))
	}
	steps := 0
	for text := range literals(t, "..") {
		if stepID.MatchString(text) && !fileName.MatchString(text) {
			steps++
			list = append(list, "step_title_"+strings.ReplaceAll(text, ".", "_"))
		}
	}
	if steps < 20 {
		t.Fatalf("found only %d step ids in the workflows", steps)
	}
	for _, need := range needs(t) {
		list = append(list, "need_"+strings.ReplaceAll(need, " ", "_"))
	}
	found := map[string]bool{}
	for _, id := range list {
		found[id] = true
	}
	return found
}

// needs are what the workflows' gates ask for: the names in incident.Need{Name: "…"}, and the constants that stand for
// them.
func needs(t *testing.T) (list []string) {
	t.Helper()
	add := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, _ := strconv.Unquote(lit.Value)
			list = append(list, strings.TrimSpace(text)) // a space at the end: something follows
		}
	}
	for _, f := range sources(t, "..") {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if strings.HasPrefix(n.Names[0].Name, "need") && len(n.Values) > 0 {
					add(n.Values[0])
				}
			case *ast.CompositeLit:
				if sel, ok := n.Type.(*ast.SelectorExpr); ok && sel.Sel.Name == "Need" && len(n.Elts) > 0 {
					if kv, ok := n.Elts[0].(*ast.KeyValueExpr); ok {
						add(kv.Value)
					}
				}
			}
			return true
		})
	}
	if len(list) < 3 {
		t.Fatalf("found only the needs %q in the workflows", list)
	}
	return list
}

func TestEveryMessageIsThereAndUsed(t *testing.T) {
	en, made, used := messages(t, "en"), ids(t), literals(t, ".")
	for id := range made {
		if en[id] == "" {
			t.Errorf("there is no message %s", id)
		}
	}
	for id := range saidDirectly(t) {
		if en[id] == "" {
			t.Errorf("there is no message %s", id)
		}
	}
	for id := range en {
		if strings.HasPrefix(id, "form_") { // put together from the table of verbs: see the tests of slackbot
			continue
		}
		column, isColumn := strings.CutPrefix(id, "column_")
		if strings.HasPrefix(id, "field_") { // what the workflows call what is missing or too long
			continue
		}
		if !used[id] && !made[id] && (!isColumn || !used[column]) {
			t.Errorf("nothing says %s", id)
		}
	}
}

// saidDirectly are the ids in calls like say("phase").
func saidDirectly(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, f := range sources(t, ".") {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			lit, isText := call.Args[0].(*ast.BasicLit)
			if ok && isText && sel.Sel.Name == "say" {
				id, _ := strconv.Unquote(lit.Value)
				found[id] = true
			}
			return true
		})
	}
	if len(found) < 20 {
		t.Fatalf("found only %d calls of say", len(found))
	}
	return found
}

func TestStepTitleOfAnUnknownStepIsItsID(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		if got := notice.StepTitle(lang, "close.everything"); got != "close.everything" {
			t.Errorf("%s: got %q", lang, got)
		}
	}
}

func TestAnUnknownLanguageIsEnglish(t *testing.T) {
	for _, lang := range []string{"", "de"} {
		if got, want := notice.Usage(lang), notice.Usage("en"); got != want {
			t.Errorf("%q: got %q", lang, got)
		}
	}
}

// same are the messages that read alike in both languages: names, ids, and texts of which only the values are words.
var same = []string{"said_noted", "link_temporal", "purpose", "column_id"}

func TestJapaneseIsJapanese(t *testing.T) {
	en, ja := messages(t, "en"), messages(t, "ja")
	for id := range en {
		if en[id] == ja[id] && !slices.Contains(same, id) {
			t.Errorf("%s: the Japanese text is the English one: %q", id, en[id])
		}
	}
}

func TestStepTitleLooksPastNumbers(t *testing.T) {
	for _, test := range []struct{ id, like, before string }{
		{"thread.12", "thread.1", ""}, {"glass.3", "glass.44", ""}, {"update.u1.channel", "update.u23.channel", ""}, {"lesson.l7.theme", "lesson.l1.theme", ""}, {"lesson.l7.theme.2", "lesson.l1.theme", ""},
		{"seal@1.ids.0", "seal@3.ids.2", ""}, {"seal@2.history.5", "seal@1.history.1", ""}, {"archive@1.folder.id", "archive@12.folder.id", ""}, {"archive@2.log.3", "archive@1.logs", ""}, {"reopen@1.channels", "reopen@3.channels", ""}, {"reopen@1.log.1", "reopen@3.log.2", ""},
		{"a1/analysis.channel", "analysis.channel", "a1: "},
	} {
		got, want := notice.StepTitle("en", test.id), test.before+notice.StepTitle("en", test.like)
		if got != want || got == test.before+test.like {
			t.Errorf("%s: got %q, want %q", test.id, got, want)
		}
	}
	for _, other := range [][2]string{{"archive@1.folder", "archive@1.folder.id"}, {"update.u1.channel", "update.u1.ticket"}, {"analysis.lead", "analysis.lead.invite"}} {
		if notice.StepTitle("ja", other[0]) == notice.StepTitle("ja", other[1]) {
			t.Errorf("%s and %s have the same title", other[0], other[1])
		}
	}
}
