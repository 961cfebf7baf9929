package workflows_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"

	"hikeshi/workflows"
)

// unrecorded are changes that no history holds yet: only the tests of what they brought do. What is released
// with histories of its own is to have none here.
var unrecorded = []string{
	"begin only what is wanted", "let an archived channel refuse", "look for a notice that was given up", "wait for no try of the run before",
}

// Every change that running cases must not meet stands in a recorded history, and is held by two kinds of them: those that
// code made which knew it do not replay without it, and those of cases that began before it do not replay with it.
func TestEveryChangeIsHeldByHistories(t *testing.T) {
	changes, recorded := changesInCode(t), recordedHistories(t)
	require.NotEmpty(t, changes)
	for id, newest := range changes {
		t.Run(id, func(t *testing.T) {
			with, without := recorded.split(id)
			if slices.Contains(unrecorded, id) {
				require.Empty(t, with, "a history has the change: take it out of unrecorded")
				return
			}
			how := `: play it in a test of deploy/local that records its histories, and run that with -record`
			require.NotEmpty(t, with, "no recorded history has the change %q"+how, id)
			require.NotEmpty(t, failing(t, with, id, workflow.DefaultVersion), "all histories with the change %q replay with the code that was before it"+how, id)
			require.NotEmpty(t, failing(t, without, id, newest), "all histories without the change %q replay with the code that came with it"+how+` -before %q`, id, id)
		})
	}
}

// changesInCode are the changes that workflow code asks for, and their newest versions.
func changesInCode(t *testing.T) map[string]workflow.Version {
	t.Helper()
	changes := map[string]workflow.Version{}
	require.NoError(t, filepath.WalkDir(".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "GetVersion" {
				return true
			}
			at := fset.Position(call.Pos())
			require.Len(t, call.Args, 4, at)
			id, err := strconv.Unquote(literal(call.Args[1]))
			require.NoError(t, err, "%s: write the id of the change there", at)
			newest, err := strconv.Atoi(literal(call.Args[3]))
			require.NoError(t, err, "%s: write the newest version there", at)
			changes[id] = max(changes[id], workflow.Version(newest))
			return true
		})
		return nil
	}))
	return changes
}

func literal(e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok {
		return l.Value
	}
	return ""
}

// recordings are the recorded histories, and which changes the code knew that made them.
type recordings []recording

type recording struct {
	file    string
	history *historypb.History
	changes []string
}

func recordedHistories(t *testing.T) (list recordings) {
	t.Helper()
	files, err := filepath.Glob("testdata/histories/*/*.json.gz")
	require.NoError(t, err)
	for _, file := range files {
		r := recording{file: file, history: workflows.Recorded(t, file)}
		for _, e := range r.history.Events {
			if m := e.GetMarkerRecordedEventAttributes(); m.GetMarkerName() == "Version" {
				var id string
				require.NoError(t, recordedWith(t).FromPayloads(m.GetDetails()["change-id"], &id), file)
				r.changes = append(r.changes, id)
			}
		}
		list = append(list, r)
	}
	return list
}

func (list recordings) split(change string) (with, without recordings) {
	for _, r := range list {
		if slices.Contains(r.changes, change) {
			with = append(with, r)
		} else {
			without = append(without, r)
		}
	}
	return with, without
}

var unheard = log.NewStructuredLogger(slog.New(slog.DiscardHandler))

// failing is one of the histories that does not replay with code that is for ever of that version of a change; empty: all do.
func failing(t *testing.T, list recordings, change string, v workflow.Version) string {
	t.Helper()
	for _, r := range list { // a replay may write into what it reads
		if replay(t, unheard, proto.CloneOf(r.history), &frozen{change: change, version: v}) != nil {
			return r.file
		}
	}
	return ""
}

// frozen gives workflows one version of a change, as if they did not ask.
type frozen struct {
	interceptor.WorkerInterceptorBase
	change  string
	version workflow.Version
}

func (f *frozen) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &frozenInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}, f}
}

type frozenInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	f *frozen
}

func (i *frozenInbound) Init(out interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&frozenOutbound{interceptor.WorkflowOutboundInterceptorBase{Next: out}, i.f})
}

type frozenOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	f *frozen
}

func (o *frozenOutbound) GetVersion(ctx workflow.Context, change string, oldest, newest workflow.Version) workflow.Version {
	if change == o.f.change {
		return o.f.version
	}
	return o.Next.GetVersion(ctx, change, oldest, newest)
}
