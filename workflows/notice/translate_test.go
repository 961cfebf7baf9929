package notice_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
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

// Every sentence with which our code refuses, answers a command, or says what to do about an error, has its Japanese.
func TestEverySentenceIsTranslated(t *testing.T) {
	catalogue := refusals(t)
	said := spokenSentences(t)
	var lacking []string
	for _, english := range slices.Sorted(maps.Keys(said)) {
		if catalogue[english] == "" {
			lacking = append(lacking, strconv.Quote(english)+": # "+said[english])
		}
	}
	if len(lacking) > 0 {
		t.Errorf("text/refusals/ja.yaml lacks %d sentences:\n%s", len(lacking), strings.Join(lacking, "\n"))
	}
	for english := range catalogue {
		if _, still := said[english]; !still && !slices.Contains(inLists, english) {
			t.Errorf("text/refusals/ja.yaml has a sentence that nothing says any more: %q", english)
		}
	}
}

// inLists are sentences that stand in lists within others, which the search does not see.
var inLists = []string{"the user group %s", "the channel %s", "the ticket %s", "%s. Who sent it is not proven, so it counted as their own word"}

var formatVerb = regexp.MustCompile(`%(?:\[\d+\])?[sqdv]`)

func TestTranslationsTakeTheSame(t *testing.T) {
	for english, japanese := range refusals(t) {
		e, j := formatVerb.FindAllString(english, -1), formatVerb.FindAllString(japanese, -1)
		for i, v := range j { // %[2]s is the second of the English
			if n := strings.Index(v, "]"); n > 0 {
				at, _ := strconv.Atoi(v[2:n])
				if at < 1 || at > len(e) {
					t.Errorf("%q has no placeholder %s", english, v)
					continue
				}
				j[i] = e[at-1]
			}
		}
		slices.Sort(e)
		slices.Sort(j)
		if !slices.Equal(e, j) {
			t.Errorf("%q takes %q, its translation %q", english, e, j)
		}
		if !regexp.MustCompile(`[\p{Hiragana}\p{Katakana}\p{Han}]`).MatchString(japanese) {
			t.Errorf("%q: %q is no Japanese", english, japanese)
		}
	}
}

func TestTranslated(t *testing.T) {
	for english, want := range map[string]string{
		"case SEC-7 has no task \"t9\"": "事案 SEC-7 にタスク \"t9\" はありません",
		"SEC-7: lesson l2 noted. Who sent it is not proven, so it counted as their own word": "SEC-7: 教訓 l2 を記録しました。送信者を確認できないため、自己申告として扱いました",
		"SEC-7: recorded; still missing: severity, commander":                                "SEC-7: 記録しました。まだ必要なもの: 重大度、指揮者",
		"case SEC-7 cannot be closed yet; still missing: conclude a1, decide l2":             "事案 SEC-7 はまだクローズできません。まだ必要なもの: 分析 a1 の結論、教訓 l2 の判断",
		"no answer in time; before that: HTTP 503":                                           "時間内に応答がありません（その前の原因: HTTP 503）",
		"attempt 3; the last one: no answer in time":                                         "3 回目の試行。直前の原因: 時間内に応答がありません",
		"channel_not_found":                    "channel_not_found",
		"the command has no sender. and more":  "the command has no sender. and more",
		"case SEC-7 has 20 analyses already":   "事案 SEC-7 にはすでに 20 件の分析があります",
		"case SEC-7 has many analyses already": "case SEC-7 has many analyses already",
		"waive is for the commander, the user group S0CSIRT01 (rule 3), and you are a guest in this workspace": "waive は次の人に限られます: 指揮者、ユーザーグループ S0CSIRT01（規則 3）。あなたはこのワークスペースのゲストです",
		"the reason has 1001 characters, at most 1000 fit":                                                     "理由 が 1001 文字あります。上限は 1000 文字です",
		"--reason is missing":            "--reason がありません", // what is typed is no word of ours
		"Give one of --severity, --kind": "次のどれかを指定してください: --severity、--kind",
		"a person's own words":           "a person's own words",
		"":                               "",
		"step open.ticket of case SEC-7 is at generation 3: there is no 4 yet": "処理 open.ticket（事案 SEC-7）は世代 3 です。4 はまだありません",
	} {
		if got := notice.Translated("ja", english); got != want {
			t.Errorf("%q: got %q, want %q", english, got, want)
		}
		if got := notice.Translated("en", english); got != english {
			t.Errorf("in English %q became %q", english, got)
		}
	}
}

func TestRefusedInTheReadersLanguage(t *testing.T) {
	r := incident.Refuse(incident.Rule, "Reopen it first: reopen --reason …", "case %s is closed", "SEC-7")
	if got, want := notice.Refused("ja", r), "事案 SEC-7 はクローズ済み"; !strings.Contains(got, want) || strings.Contains(got, "Reopen it") {
		t.Errorf("got %q, want it to hold %q and no English", got, want)
	}
	if got := notice.Refused("en", r); !strings.Contains(got, "case SEC-7 is closed") {
		t.Errorf("got %q", got)
	}
	if r.Message != "case SEC-7 is closed" {
		t.Errorf("the refusal itself became %q", r.Message)
	}
}

func refusals(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("text", "refusals", "ja.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	if err := yaml.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// spokenSentences are those that our code says, each with the file that says it.
func spokenSentences(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, root := range []string{"../../workflows", "../../starter", "../../activities"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			if d.Name() == "testdata" || strings.HasSuffix(d.Name(), "test") || d.Name() == "fake" || d.Name() == "doctor" {
				return filepath.SkipDir
			}
			if path != "../../starter" { // the command line speaks English
				readPackage(t, path, all)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func readPackage(t *testing.T, dir string, all map[string]string) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	s := &speech{values: map[string][]ast.Expr{}}
	parsed := map[string]*ast.File{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed[name] = file
		s.learn(file)
	}
	for name, file := range parsed {
		for _, d := range file.Decls {
			s.local = map[string][]ast.Expr{}
			ast.Inspect(d, s.assigned)
			ast.Inspect(d, func(n ast.Node) bool {
				for _, e := range spoken(n) {
					for _, text := range s.texts(e, 0) {
						if sentenceLike.MatchString(formatVerb.ReplaceAllString(text, "")) && !statusCode.MatchString(text) {
							all[text] = strings.TrimPrefix(name, "../../")
						}
					}
				}
				return true
			})
		}
	}
}

// sentenceLike are texts with a space and a letter: single words are names of keys, commands and states.
var sentenceLike = regexp.MustCompile(`(?s)[A-Za-z].* | .*[A-Za-z]`)

// statusCode is the same in every language.
var statusCode = regexp.MustCompile(`^HTTP (%[ds]|\d+)$`)

// spoken are the expressions of a node that a person reads: message and hint of a refusal, the text of an answer, cause
// and hint of a fault.
func spoken(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.CallExpr:
		switch called(n) {
		case "Refuse":
			if len(n.Args) >= 3 {
				return n.Args[1:] // what stands in the sentence may be words of ours too
			}
		case "without":
			if len(n.Args) == 3 {
				return n.Args[1:2]
			}
		case "needs": // a field
			if len(n.Args) == 2 {
				return n.Args[1:]
			}
		case "denied":
			return n.Args[1:]
		case "fail":
			if len(n.Args) == 3 {
				return n.Args[1:]
			}
		}
	case *ast.CompositeLit:
		var list []ast.Expr
		kind := typeName(n.Type)
		for _, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				key, _ := kv.Key.(*ast.Ident)
				if key != nil && (kind == "Answer" && key.Name == "Text" || kind == "Fault" && (key.Name == "Hint" || key.Name == "Cause")) {
					list = append(list, kv.Value)
					if c, ok := kv.Value.(*ast.CallExpr); ok && called(c) == "Sprintf" {
						list = append(list, c.Args[1:]...)
					}
				}
			}
		}
		return list
	case *ast.AssignStmt:
		var list []ast.Expr
		for i, left := range n.Lhs {
			if sel, ok := left.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Hint" || sel.Sel.Name == "Cause") && i < len(n.Rhs) {
				list = append(list, n.Rhs[i])
			}
		}
		return list
	}
	return nil
}

func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// speech knows what the names of a package stand for.
type speech struct {
	values map[string][]ast.Expr // of a constant, a variable, or what a function returns
	local  map[string][]ast.Expr // what a function's variables are set to
}

func (s *speech) learn(file *ast.File) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Body != nil && returnsText(d) {
				ast.Inspect(d.Body, func(n ast.Node) bool {
					if r, ok := n.(*ast.ReturnStmt); ok {
						s.values[d.Name.Name] = append(s.values[d.Name.Name], r.Results...)
					}
					return true
				})
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok {
					for i, name := range v.Names {
						if i < len(v.Values) {
							s.values[name.Name] = append(s.values[name.Name], v.Values[i])
						}
					}
				}
			}
		}
	}
}

func returnsText(f *ast.FuncDecl) bool {
	if f.Type.Results == nil {
		return false
	}
	return slices.ContainsFunc(f.Type.Results.List, func(r *ast.Field) bool { return typeName(r.Type) == "string" })
}

func (s *speech) assigned(n ast.Node) bool {
	if a, ok := n.(*ast.AssignStmt); ok {
		for i, left := range a.Lhs {
			if id, ok := left.(*ast.Ident); ok && i < len(a.Rhs) && len(a.Lhs) == len(a.Rhs) {
				s.local[id.Name] = append(s.local[id.Name], a.Rhs[i])
			}
		}
	}
	return true
}

// texts are the formats that an expression can be: what is not known of a text in a longer one is %s.
func (s *speech) texts(e ast.Expr, depth int) (list []string) {
	if depth > 4 {
		return nil
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return []string{text}
		}
	case *ast.ParenExpr:
		return s.texts(e.X, depth)
	case *ast.BinaryExpr:
		for _, left := range orUnknown(s.texts(e.X, depth)) {
			for _, right := range orUnknown(s.texts(e.Y, depth+1)) {
				list = append(list, left+right)
			}
		}
	case *ast.CompositeLit: // a table of texts
		for _, element := range e.Elts {
			if kv, ok := element.(*ast.KeyValueExpr); ok {
				list = append(list, s.texts(kv.Value, depth+1)...)
			}
		}
	case *ast.IndexExpr:
		return s.texts(e.X, depth+1)
	case *ast.CallExpr:
		if called(e) == "Sprintf" && len(e.Args) > 0 {
			return s.texts(e.Args[0], depth+1)
		}
		for _, value := range s.values[called(e)] {
			list = append(list, s.texts(value, depth+1)...)
		}
	case *ast.Ident:
		for _, value := range slices.Concat(s.local[e.Name], s.values[e.Name]) {
			list = append(list, s.texts(value, depth+1)...)
		}
	}
	return list
}

func orUnknown(list []string) []string {
	if len(list) == 0 {
		return []string{"%s"}
	}
	return list
}

// Wherever a cause is shown that our own code has given, it is in the reader's language.
func TestCausesAreInTheReadersLanguage(t *testing.T) {
	const cause = "no answer in time"
	c := ordinary("ja")
	c.Steps = []notice.Step{{ID: "open.ticket", System: "jira", Class: "Ambiguous", Cause: cause, State: "stuck", Since: opened}}
	r := phishing("stuck")
	r.Steps[5].Cause = cause
	for name, text := range map[string]string{
		"card": flat(c.Card(nil)), "page": c.Page(), "status": notice.StatusText(c, nil), "ticket": c.StatusBlock(nil), "opened": notice.Opened("ja", c), "run": flat(c.RunCard(r, nil)),
		"breaker": notice.Breaker{Lang: "ja", Vendor: "jira", Phase: "held", Cause: cause, Since: opened}.Sentence(), "waits": notice.Breaker{Lang: "ja", Vendor: "jira", Cause: cause, Since: opened}.Waits(),
		"outcome": notice.Outcome{Number: "SEC-42", Step: "open.ticket", Became: "stuck again", Cause: cause}.Text("ja", nil), "not paged": notice.NotPaged("ja", "silent", cause),
	} {
		if strings.Contains(text, cause) || name != "opened" && !strings.Contains(text, "時間内に応答がありません") {
			t.Errorf("%s: %s", name, text)
		}
	}
}
