package stack_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"

	"hikeshi/deploy/local/stack"
	"hikeshi/workflows/wire"
)

const secret = "phishing at payroll"

// echoes runs n activities, one after the other, and returns its input.
func echoes(ctx workflow.Context, text string, n int) (string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 10 * time.Second})
	for range n {
		if err := workflow.ExecuteActivity(ctx, nothing).Get(ctx, nil); err != nil {
			return "", err
		}
	}
	return text, nil
}

func nothing(context.Context) error { return nil }

func start(t *testing.T, o stack.Options) *stack.Stack {
	t.Helper()
	began := time.Now()
	s, err := stack.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("started in %s", time.Since(began).Round(time.Millisecond))
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func dial(t *testing.T, s *stack.Stack, ring *wire.KeyRing) client.Client {
	t.Helper()
	o, err := wire.ClientOptions(wire.Connection{Role: "test", Ring: ring, Environ: []string{
		"TEMPORAL_ADDRESS=" + s.Address, "TEMPORAL_NAMESPACE=" + s.Namespace,
	}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := wire.Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// run executes echoes under the id and says how long each activity took.
func run(t *testing.T, c client.Client, id string, activities int) {
	t.Helper()
	w := worker.New(c, "queue", worker.Options{})
	w.RegisterWorkflow(echoes)
	w.RegisterActivity(nothing)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	began := time.Now()
	execution, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: id, TaskQueue: "queue",
		TypedSearchAttributes: temporal.NewSearchAttributes(temporal.NewSearchAttributeKeyKeyword("CaseNumber").ValueSet("SEC-1")),
	}, echoes, secret, activities)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	if err := execution.Get(t.Context(), &got); err != nil || got != secret {
		t.Fatalf("got %q, %v", got, err)
	}
	t.Logf("%.1f ms for each of %d activities", float64(time.Since(began).Microseconds())/1000/float64(activities), activities)
}

func TestStackSurvivesARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data of 100%? #1") // characters that mean something in SQLite's addresses
	ring, err := wire.GenerateKeyRing(filepath.Join(dir, "keys.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	options := stack.Options{DataDir: dir, CodecURL: "http://127.0.0.1:1/codec", SearchAttributes: map[string]enumspb.IndexedValueType{
		"CaseNumber": enumspb.INDEXED_VALUE_TYPE_KEYWORD,
	}}
	first := start(t, options)
	run(t, dial(t, first, ring), "case/SEC-1", 50)
	checkWebUI(t, first)
	checkRefusals(t, first, dir)
	for range 2 {
		if err := first.Stop(); err != nil {
			t.Fatalf("stop: %v", err)
		}
	}
	if c, err := net.Dial("tcp", first.Address); err == nil {
		c.Close()
		t.Errorf("%s still answers after the stop", first.Address)
	}

	other := stack.Options{DataDir: dir, NoUI: true, SearchAttributes: map[string]enumspb.IndexedValueType{
		"CaseNumber": enumspb.INDEXED_VALUE_TYPE_INT,
	}}
	checkRefused(t, "attribute of another type", other, "search attribute CaseNumber is of type Keyword in this database, not Int")

	options.SearchAttributes["OpenTasks"] = enumspb.INDEXED_VALUE_TYPE_INT
	options.NoUI = true
	second := start(t, options)
	c := dial(t, second, ring)
	checkHistory(t, c)
	checkNamespace(t, c, second.Namespace)
	if second.UIURL != "" {
		t.Errorf("a Web UI at %s, though none was wanted", second.UIURL)
	}
}

func checkWebUI(t *testing.T, s *stack.Stack) {
	t.Helper()
	for path, want := range map[string]string{
		"/":                                    "<html",
		"/api/v1/settings":                     "http://127.0.0.1:1/codec",
		"/api/v1/namespaces/hikeshi/workflows": "case/SEC-1",
	} {
		resp, err := http.Get(s.UIURL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if !strings.Contains(string(body), want) {
			t.Errorf("%s: %s %.300s, want something with %q", path, resp.Status, body, want)
		}
		if strings.Contains(string(body), secret) {
			t.Errorf("%s shows plain text", path)
		}
	}
}

// checkRefusals tries to start beside a running stack.
func checkRefusals(t *testing.T, running *stack.Stack, dir string) {
	t.Helper()
	_, text, _ := net.SplitHostPort(running.Address)
	temporalPort, _ := strconv.Atoi(text)
	uiPort, _ := strconv.Atoi(running.UIURL[strings.LastIndex(running.UIURL, ":")+1:])
	for _, tt := range []struct {
		name string
		o    stack.Options
		want string
	}{
		{"Temporal's port", stack.Options{TemporalPort: temporalPort},
			"port " + text + " is in use by another process: stop it, or choose another with --temporal-port"},
		{"Web UI's port", stack.Options{UIPort: uiPort}, "choose another with --ui-port"},
		{"data directory", stack.Options{DataDir: dir}, dir + " is in use by another process (process " + strconv.Itoa(os.Getpid()) + ")"},
	} {
		checkRefused(t, tt.name, tt.o, tt.want)
	}
}

func checkRefused(t *testing.T, name string, o stack.Options, want string) {
	t.Helper()
	s, err := stack.Start(t.Context(), o)
	if err == nil {
		t.Errorf("%s: it started", name)
		_ = s.Stop()
		return
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("%s: error %q, want one with %q", name, err, want)
	}
}

func checkHistory(t *testing.T, c client.Client) {
	t.Helper()
	var got string
	if err := c.GetWorkflow(t.Context(), "case/SEC-1", "").Get(t.Context(), &got); err != nil || got != secret {
		t.Errorf("result after the restart: %q, %v", got, err)
	}
	events := c.GetWorkflowHistory(t.Context(), "case/SEC-1", "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	n := 0
	for ; events.HasNext(); n++ {
		event, err := events.Next()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(protojson.Format(event), secret) {
			t.Errorf("event %d holds plain text", event.EventId)
		}
	}
	if want := 50*6 + 5; n < want { // three events for an activity, three for the workflow task after it
		t.Errorf("%d events, want at least %d", n, want)
	}
	found, err := c.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{Query: `CaseNumber = "SEC-1" AND OpenTasks IS NULL`})
	if err != nil || found.GetCount() != 1 {
		t.Errorf("found %d by search attribute, %v; want 1", found.GetCount(), err)
	}
}

func checkNamespace(t *testing.T, c client.Client, name string) {
	t.Helper()
	ns, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: name})
	if err != nil {
		t.Fatal(err)
	}
	if got := ns.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration(); got != 30*24*time.Hour {
		t.Errorf("retention %s, want 30 days", got)
	}
	known, err := c.OperatorService().ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: name})
	if err != nil {
		t.Fatal(err)
	}
	if got := known.GetCustomAttributes(); len(got) != 2 || got["OpenTasks"] != enumspb.INDEXED_VALUE_TYPE_INT {
		t.Errorf("search attributes %v, want CaseNumber and OpenTasks", got)
	}
}

func TestStartRefusesWhatItCannotUse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	garbage, foreign := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{
		file:                                  "",
		filepath.Join(garbage, "temporal.db"): strings.Repeat("no database ", 500),
		filepath.Join(foreign, "temporal.db"): "",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db := filepath.Join(garbage, "temporal.db")
	checkRefused(t, "garbage", stack.Options{DataDir: garbage}, "open database "+db+": file is not a database")
	checkRefused(t, "garbage", stack.Options{DataDir: garbage}, "move it away")
	checkRefused(t, "no tables", stack.Options{DataDir: foreign}, "no database of a Temporal server")
	checkRefused(t, "a file as directory", stack.Options{DataDir: file}, "use data directory "+file)
	checkRefused(t, "directory in a file", stack.Options{DataDir: filepath.Join(file, "x")}, "choose another with --data")
	if text, _ := os.ReadFile(db); !strings.HasPrefix(string(text), "no database") {
		t.Error("the broken database was touched")
	}
}

func TestStartBeginsAgainAfterACutOffFirstStart(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"temporal.setup": "", "temporal.db": "half a database"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, stack.Options{DataDir: dir, ProxyPath: "/temporal", Namespace: "other"})
	if _, err := os.Stat(filepath.Join(dir, "temporal.setup")); !os.IsNotExist(err) {
		t.Errorf("the mark of the cut-off start is still there: %v", err)
	}
	if s.Namespace != "other" {
		t.Errorf("namespace %q, want other", s.Namespace)
	}
	resp, err := http.Get(s.ProxyURL + "/temporal/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); !strings.Contains(string(body), `"/temporal/_app`) {
		t.Errorf("under its public path the Web UI loads from elsewhere: %s %.500s", resp.Status, body)
	}
}

// thirtyDays sleeps, rolls over once, and sleeps again.
func thirtyDays(ctx workflow.Context, rolled bool) (time.Time, error) {
	if err := workflow.Sleep(ctx, 30*24*time.Hour); err != nil {
		return time.Time{}, err
	}
	if !rolled {
		return time.Time{}, workflow.NewContinueAsNewError(ctx, thirtyDays, true)
	}
	return workflow.Now(ctx), nil
}

func TestTimeSkipping(t *testing.T) {
	s := start(t, stack.Options{NoUI: true, TimeSkipping: true})
	c, err := client.DialContext(t.Context(), client.Options{
		HostPort: s.Address, Namespace: s.Namespace,
		ConnectionOptions: client.ConnectionOptions{DialOptions: []grpc.DialOption{stack.TimeSkippingDialOption()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	w := worker.New(c, "queue", worker.Options{})
	w.RegisterWorkflow(thirtyDays)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	execution, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "long", TaskQueue: "queue"}, thirtyDays, false)
	if err != nil {
		t.Fatal(err)
	}
	var end time.Time
	if err := execution.Get(ctx, &end); err != nil {
		t.Fatal(err)
	}
	if slept := end.Sub(began); slept < 60*24*time.Hour {
		t.Errorf("the workflow's clock went on by %s, want 60 days", slept)
	}
	t.Logf("60 days in %s", time.Since(began).Round(time.Millisecond))
}
