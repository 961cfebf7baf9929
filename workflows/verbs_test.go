package workflows_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/workflows"
)

// Every command that a case takes can be named in a rule: one that cannot goes by the last rule, whatever people write.
func TestRulesCanNameEveryCommand(t *testing.T) {
	taken := commandsTaken(t)
	require.Greater(t, len(taken), 15, "the commands are not found any more")
	for _, verb := range taken {
		require.Contains(t, workflows.Verbs(), verb)
	}
}

// commandsTaken are the names with which listen registers commands: on(ctx, c, NAME, …).
func commandsTaken(t *testing.T) (names []string) {
	constants := stringConstants(t, "messages.go")
	listen, err := parser.ParseFile(token.NewFileSet(), "listen.go", nil, 0)
	require.NoError(t, err)
	ast.Inspect(listen, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) < 3 {
			return true
		}
		if f, ok := call.Fun.(*ast.Ident); ok && f.Name == "on" {
			name := constants[call.Args[2].(*ast.Ident).Name]
			require.NotEmpty(t, name, "%v is no constant of messages.go", call.Args[2])
			names = append(names, name)
		}
		return true
	})
	slices.Sort(names)
	return names
}

// stringConstants are those of a file, by name.
func stringConstants(t *testing.T, file string) map[string]string {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	found := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != len(spec.Names) {
			return true
		}
		for i, name := range spec.Names {
			if lit, ok := spec.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				found[name.Name] = lit.Value[1 : len(lit.Value)-1]
			}
		}
		return true
	})
	return found
}
