package deploy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// source is a package's code, without its tests.
type source struct {
	strings map[string]bool            // texts that stand in it
	calls   map[string]bool            // names that are called or referred to on something: x.Name
	uses    map[string]map[string]bool // of each function or constant: the names in it
	says    map[string]map[string]bool // of each function or constant: the texts in it
}

func parse(t *testing.T, dir string) source {
	t.Helper()
	s := source{map[string]bool{}, map[string]bool{}, map[string]map[string]bool{}, map[string]map[string]bool{}}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no code in %s: %v", dir, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		s.read(file)
	}
	return s
}

func (s source) read(file *ast.File) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			s.note(receiver(d)+d.Name.Name, d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok {
					for _, name := range v.Names {
						s.note(name.Name, v)
					}
				}
			}
		}
	}
}

// note keeps the names and the texts that stand in a declaration.
func (s source) note(name string, decl ast.Node) {
	if s.uses[name] == nil {
		s.uses[name], s.says[name] = map[string]bool{}, map[string]bool{}
	}
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			return n.Tag == nil // a tag is no text
		case *ast.SelectorExpr:
			s.calls[n.Sel.Name] = true
		case *ast.Ident:
			s.uses[name][n.Name] = true
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
				s.strings[text], s.says[name][text] = true, true
			}
		}
		return true
	})
}

// methodName is the form of the Web API's names: conversations.setTopic, users.list.
var methodName = regexp.MustCompile(`^[a-z]+(\.[a-z][A-Za-z]+)+$`)

// reach adds the methods of the Web API that a function of the library calls, itself or through others; a result of it
// that has methods of its own, such as one that turns pages, can call them too.
func (s source) reach(name string, seen, methods map[string]bool) {
	if seen[name] || name == "Client" {
		return
	}
	seen[name] = true
	for text := range s.says[name] {
		if methodName.MatchString(text) && text != notAMethod {
			methods[text] = true
		}
	}
	for used := range s.uses[name] {
		s.reach(used, seen, methods)
		s.reach("Client."+used, seen, methods)
	}
	for other := range s.uses {
		if strings.HasPrefix(other, name+".") {
			s.reach(other, seen, methods)
		}
	}
}

// notAMethod is how the library calls, among methods, an answer to a response_url.
const notAMethod = "chat.responseURL"

// receiver is the type of a method, with a dot; empty for a function.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	of := f.Recv.List[0].Type
	if pointer, ok := of.(*ast.StarExpr); ok {
		of = pointer.X
	}
	name, _ := of.(*ast.Ident)
	if name == nil {
		return "?."
	}
	return name.Name + "."
}

// library is the code of slack-go.
func library(t *testing.T) source {
	t.Helper()
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/slack-go/slack").Output()
	if err != nil {
		t.Fatalf("find slack-go: %v", err)
	}
	return parse(t, strings.TrimSpace(string(dir)))
}
