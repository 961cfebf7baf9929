package deploy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
)

// shortcuts are the callback ids of the cases that the gateway tells apart when somebody chooses a shortcut.
func shortcuts(t *testing.T) (ids []string) {
	t.Helper()
	const dir = "../starter/slackbot"
	file, err := parser.ParseFile(token.NewFileSet(), dir+"/shortcut.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	code := parse(t, dir)
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SwitchStmt); ok && isCallback(s.Tag) {
			for _, c := range s.Body.List {
				for _, e := range c.(*ast.CaseClause).List {
					ids = append(ids, code.text(t, e))
				}
			}
		}
		return true
	})
	if len(ids) == 0 {
		t.Fatalf("%s/shortcut.go has no switch over Callback any more: let this test read the callback ids where they are now", dir)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func isCallback(tag ast.Expr) bool {
	s, ok := tag.(*ast.SelectorExpr)
	return ok && s.Sel.Name == "Callback"
}

// text is what stands in a text, or in a constant that is one text.
func (s source) text(t *testing.T, e ast.Expr) string {
	t.Helper()
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil {
			return text
		}
	case *ast.Ident:
		if texts := sorted(s.says[e.Name]); len(texts) == 1 {
			return texts[0]
		}
	}
	t.Fatalf("a callback id in the gateway is neither a text nor a constant: %#v", e)
	return ""
}
