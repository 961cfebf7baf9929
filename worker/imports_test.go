package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// The dependency law. It keeps the vendors' adapters ignorant of cases, the words of a case ignorant of tools, and what
// is made for tests out of what is shipped. Two tables say it: which packages of ours each of them may import, and what
// may not come in even through others. A failure names the chain of imports.

// mayImport lists, for each package of ours, the packages of ours that it may import itself. The first row that fits a
// package counts, and every package needs one: a new package needs a decision. Tests are free, but see forbidden.
var mayImport = []struct{ importer, may string }{
	{"hikeshi/workflows/incident", ""},
	{"hikeshi/workflows/strictyaml", ""},
	{"hikeshi/workflows/runbook", "hikeshi/workflows/incident hikeshi/workflows/strictyaml"},
	{"hikeshi/workflows/notice", "hikeshi/workflows/incident"},
	{"hikeshi/workflows/audit", "hikeshi/workflows/incident"},
	// Whoever seals and whoever exports read histories in the same way.
	{"hikeshi/workflows/audit/collect", "hikeshi/workflows/audit"},
	{"hikeshi/workflows/ledger", "hikeshi/workflows/audit"},
	{"hikeshi/workflows/wire", ""},
	{"hikeshi/workflows/settings", "hikeshi/workflows hikeshi/workflows/incident hikeshi/workflows/runbook hikeshi/workflows/strictyaml"},
	{"hikeshi/workflows", "hikeshi/workflows/... hikeshi/activities hikeshi/activities/*"},

	// Once asks the transport whether an attempt sent anything: nobody else knows.
	{"hikeshi/activities", "hikeshi/activities/internal/transport"},
	{"hikeshi/activities/fake", ""},
	{"hikeshi/activities/internal/...", "hikeshi/activities hikeshi/activities/internal/..."},
	{"hikeshi/activities/sheets/sheetstest", "hikeshi/activities hikeshi/activities/sheets hikeshi/activities/fake hikeshi/activities/internal/... hikeshi/activities/drive/drivetest"},
	{"hikeshi/activities/slack/slacktest", "hikeshi/activities hikeshi/activities/slack hikeshi/activities/fake hikeshi/activities/internal/..."},
	{"hikeshi/activities/jira/jiratest", "hikeshi/activities hikeshi/activities/jira hikeshi/activities/fake hikeshi/activities/internal/..."},
	{"hikeshi/activities/timestamp/timestamptest", "hikeshi/activities/fake"},
	{"hikeshi/activities/drive/drivetest", "hikeshi/activities hikeshi/activities/drive hikeshi/activities/fake hikeshi/activities/internal/..."},
	{"hikeshi/activities/pager/pagertest", "hikeshi/activities/fake"},
	{"hikeshi/activities/*", "hikeshi/activities hikeshi/activities/internal/..."},

	{"hikeshi/starter/cases", "hikeshi/workflows hikeshi/workflows/..."},
	{"hikeshi/starter/slackbot", "hikeshi/workflows/incident hikeshi/workflows/notice"},
	{"hikeshi/starter/serve", "hikeshi/starter/... hikeshi/workflows hikeshi/workflows/..."},
	// Doctor looks at the vendors as the worker would reach them, and calls nothing that changes something there.
	{"hikeshi/starter/doctor", "hikeshi/starter/cases hikeshi/worker/vendors hikeshi/activities hikeshi/activities/* hikeshi/workflows hikeshi/workflows/..."},
	{"hikeshi/starter", "hikeshi/starter/... hikeshi/workflows hikeshi/workflows/..."},
	{"hikeshi/worker/watch", "hikeshi/workflows hikeshi/activities hikeshi/activities/ops"},
	{"hikeshi/worker/vendors", "hikeshi/workflows/settings hikeshi/workflows/audit hikeshi/activities/*"},
	{"hikeshi/worker/host", "hikeshi/worker/watch hikeshi/worker/vendors hikeshi/workflows hikeshi/workflows/... hikeshi/activities hikeshi/activities/*"},
	{"hikeshi/worker", "hikeshi/worker/host hikeshi/workflows/settings"},

	{"hikeshi/deploy/local/stack", ""},
	// The workspace offers what the app's manifest makes Slack offer.
	{"hikeshi/deploy/sandbox/site", "hikeshi/activities hikeshi/activities/... hikeshi/deploy"},
	{"hikeshi/deploy/sandbox", "hikeshi/deploy/sandbox/site"},
	{"hikeshi/deploy hikeshi/deploy/...", "hikeshi/..."},
}

// forbidden lists what may not be linked into a package, neither by itself nor through anything it imports.
var forbidden = []struct{ importer, not, because string }{
	{"hikeshi/activities hikeshi/activities/...", "hikeshi/workflows hikeshi/workflows/...",
		"activities know nothing about cases: a change of the case must not touch what is in histories"},
	{"hikeshi/workflows/incident", "std!",
		"the words of a case must not depend on a tool: it may import the standard library only"},
	{"hikeshi/workflows/notice", "go.temporal.io/...",
		"texts are computed from what they are given, anywhere"},
	{"hikeshi/workflows/audit", "go.temporal.io/sdk/... go.temporal.io/server/...",
		"audit records are computed from the events of Temporal's API, anywhere: no connection may be needed to verify them"},
	{"hikeshi/worker hikeshi/worker/... hikeshi/starter hikeshi/starter/... hikeshi/workflows", "hikeshi/activities/*/*test hikeshi/activities/fake",
		"a fake in what is shipped could be switched on in production"},
	{"hikeshi/worker hikeshi/worker/... hikeshi/starter hikeshi/starter/...", "hikeshi/deploy/...",
		"what is shipped must build without the ways to try it out"},
	{"hikeshi/worker hikeshi/worker/... hikeshi/starter hikeshi/starter/...", "go.temporal.io/server/... github.com/temporalio/ui-server/...",
		"the server brings four hundred modules, and their vulnerabilities, with it"},
	{"hikeshi/starter/slackbot", "go.temporal.io/sdk/...",
		"it must be testable without Temporal"},
	{"hikeshi/workflows hikeshi/workflows/... hikeshi/activities hikeshi/activities/...", "hikeshi/deploy/... hikeshi/worker/... hikeshi/starter/...",
		"the sandbox and the processes are built of these, not the other way round"},
	{"hikeshi/activities/slack", "hikeshi/activities/jira hikeshi/activities/drive hikeshi/activities/sheets", oneVendor},
	{"hikeshi/activities/jira", "hikeshi/activities/slack hikeshi/activities/drive hikeshi/activities/sheets", oneVendor},
	{"hikeshi/activities/drive", "hikeshi/activities/slack hikeshi/activities/jira hikeshi/activities/sheets", oneVendor},
	{"hikeshi/activities/sheets", "hikeshi/activities/slack hikeshi/activities/jira hikeshi/activities/drive", oneVendor},
	{"hikeshi/activities/pager", "hikeshi/activities/slack hikeshi/activities/jira hikeshi/activities/drive hikeshi/activities/sheets", oneVendor},
}

const oneVendor = "one package per vendor: only workflows join them"

func TestImports(t *testing.T) {
	packages := listPackages(t)
	t.Run("each package imports what its row allows", packages.followTheTable)
	t.Run("nothing forbidden is linked", packages.linkNothingForbidden)
	t.Run("tests of adapters know nothing about cases", packages.testAdaptersAlone)
}

func (all packages) followTheTable(t *testing.T) {
	for _, p := range all.ours() {
		row := slices.IndexFunc(mayImport, func(r struct{ importer, may string }) bool { return fits(p.ImportPath, r.importer) })
		if row < 0 {
			t.Errorf("%s is new: add a row to mayImport that says what it may import", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if ours(imported) && !fits(imported, mayImport[row].may) {
				t.Errorf("%s imports %s, but may import only: %s", p.ImportPath, imported, orNothing(mayImport[row].may))
			}
		}
	}
}

func (all packages) linkNothingForbidden(t *testing.T) {
	for _, rule := range forbidden {
		guarded := 0
		for _, p := range all.ours() {
			if !fits(p.ImportPath, rule.importer) {
				continue
			}
			guarded++
			if chain := all.chain(p.ImportPath, rule.not); chain != nil {
				t.Errorf("%s is linked into %s: %s\n%s", chain[len(chain)-1], p.ImportPath, strings.Join(chain, " → "), rule.because)
			}
		}
		if guarded == 0 {
			t.Errorf("no package fits %s: the rule guards nothing", rule.importer)
		}
	}
}

func (all packages) testAdaptersAlone(t *testing.T) {
	for _, p := range all.ours() {
		if !fits(p.ImportPath, "hikeshi/activities hikeshi/activities/...") {
			continue
		}
		for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
			if ours(imported) && !fits(imported, "hikeshi/activities hikeshi/activities/...") {
				t.Errorf("a test in %s imports %s: activities know nothing about cases", p.ImportPath, imported)
			}
		}
	}
}

// The search itself: a law that finds nothing would pass everything.
func TestImportChain(t *testing.T) {
	packages := packages{
		"hikeshi/a": {ImportPath: "hikeshi/a", Imports: []string{"fmt", "hikeshi/b"}},
		"hikeshi/b": {ImportPath: "hikeshi/b", Imports: []string{"hikeshi/a", "example.org/c/d"}},
		"fmt":       {ImportPath: "fmt", Standard: true},
	}
	for _, test := range []struct{ from, not, want string }{
		{"hikeshi/a", "example.org/...", "hikeshi/a hikeshi/b example.org/c/d"},
		{"hikeshi/a", "example.org/c", ""},
		{"hikeshi/a", "std!", "hikeshi/a hikeshi/b"},
		{"fmt", "std!", ""},
		{"hikeshi/b", "hikeshi/*", "hikeshi/b hikeshi/a"},
	} {
		if got := strings.Join(packages.chain(test.from, test.not), " "); got != test.want {
			t.Errorf("chain from %s to %s: got %q, want %q", test.from, test.not, got, test.want)
		}
	}
}

// listed is what is read of a package; the names are those of go list.
type listed struct {
	ImportPath                         string
	Standard                           bool
	Imports, TestImports, XTestImports []string
}

// packages are ours and all that is linked into them, by import path.
type packages map[string]listed

func listPackages(t *testing.T) packages {
	t.Helper()
	out, err := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Standard,Imports,TestImports,XTestImports", "hikeshi/...").Output()
	if err != nil {
		t.Fatalf("list packages: %v", err)
	}
	all := packages{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("read the list of packages: %v", err)
		}
		all[p.ImportPath] = p
	}
}

// ours returns the packages of this module, sorted.
func (all packages) ours() (own []listed) {
	for _, p := range all {
		if ours(p.ImportPath) {
			own = append(own, p)
		}
	}
	slices.SortFunc(own, func(a, b listed) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	return own
}

// chain returns the shortest chain of imports that begins with from and ends with a package that fits not, or nil.
func (all packages) chain(from, not string) []string {
	came := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		for _, imported := range all[p].Imports {
			if _, seen := came[imported]; seen {
				continue
			}
			came[imported] = p
			if all.fits(imported, not) {
				return trace(came, imported)
			}
			queue = append(queue, imported)
		}
	}
	return nil
}

func trace(came map[string]string, to string) (chain []string) {
	for ; to != ""; to = came[to] {
		chain = append(chain, to)
	}
	slices.Reverse(chain)
	return chain
}

// fits also knows "std!", which means everything outside the standard library.
func (all packages) fits(importPath, patterns string) bool {
	if patterns == "std!" {
		return !all[importPath].Standard
	}
	return fits(importPath, patterns)
}

// fits reports whether an import path fits one of the patterns: path.Match's, or a/... for all below a.
func fits(importPath, patterns string) bool {
	return slices.ContainsFunc(strings.Fields(patterns), func(pattern string) bool {
		if above, ok := strings.CutSuffix(pattern, "/..."); ok {
			return strings.HasPrefix(importPath, above+"/")
		}
		match, _ := path.Match(pattern, importPath)
		return match
	})
}

func ours(importPath string) bool { return strings.HasPrefix(importPath, "hikeshi/") }

func orNothing(patterns string) string {
	if patterns == "" {
		return "nothing of ours"
	}
	return patterns
}
