package doctor_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"hikeshi/activities/drive/drivetest"
	"hikeshi/activities/fake"
	"hikeshi/activities/jira/jiratest"
	"hikeshi/activities/pager/pagertest"
	"hikeshi/activities/sheets/sheetstest"
	"hikeshi/activities/slack/slacktest"
	"hikeshi/activities/timestamp/timestamptest"
	"hikeshi/starter/doctor"
	"hikeshi/workflows"
	"hikeshi/workflows/settings"
	"hikeshi/workflows/wire"
)

// world is an installation on the vendors' stand-ins, in which nothing is wrong but what a test breaks.
type world struct {
	t        *testing.T
	dir      string
	slack    *slacktest.Server
	jira     *jiratest.Server
	drive    *drivetest.Server
	temporal *temporal
	google   string
	env      map[string]string
	edit     func(config string) string // of the configuration, before it is read
}

// options are what has to be known when the stand-ins start.
type options struct {
	slack slacktest.Options
	jira  jiratest.Options
}

func newWorld(t *testing.T, o options) *world {
	t.Helper()
	for _, name := range []string{"TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE", "TEMPORAL_NAMESPACE"} {
		t.Setenv(name, "")
		_ = os.Unsetenv(name) // after Setenv, which puts it back at the end
	}
	w := &world{t: t, dir: t.TempDir(), env: map[string]string{}, edit: func(s string) string { return s }}
	var slackURL, jiraURL, pagerURL string
	w.slack, slackURL = slacktest.Start(t, o.slack)
	w.jira, jiraURL = jiratest.Start(t, o.jira)
	w.drive, _, w.google = sheetstest.Start(t, drivetest.Options{})
	_, pagerURL = pagertest.Start(t, pagertest.Options{})
	authority, err := timestamptest.Open(timestamptest.Options{})
	w.must(err)
	stamps := httptest.NewServer(authority)
	t.Cleanup(stamps.Close)
	w.temporal = startTemporal(t)
	_, err = wire.GenerateKeyRing(filepath.Join(w.dir, "keys.yaml"))
	w.must(err)
	w.must(os.WriteFile(filepath.Join(w.dir, "ca.pem"), authority.CA, 0o600))
	public, _, err := (&settings.Config{Gateway: settings.GatewayConfig{SigningKey: filepath.Join(w.dir, "gateway.pem")}}).MakeSigningKey()
	w.must(err)
	w.env["PUBLIC_KEY"] = public.String()
	for name, value := range map[string]string{
		"SLACK_API_URL": slackURL, "SLACK_BOT_TOKEN": fake.SlackBotToken, "SLACK_SIGNING_SECRET": "s", "JIRA_URL": jiraURL, "JIRA_USER": fake.JiraUser,
		"JIRA_TOKEN": fake.JiraToken, "GOOGLE_DRIVE_ENDPOINT": w.google, "GOOGLE_SHEETS_ENDPOINT": w.google, "PAGER_SECRET": fake.PagerSecret,
		"PAGER_URL": pagerURL, "STAMP_URL": stamps.URL + "/",
	} {
		w.env[name] = value
	}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

const text = `
slack: {responders: [S0CSIRT01, "@kenji"], operators_channel: C0CSIRTOPS, executives_channel: C0EXECUTIVES}
jira: {project: SEC, drill_project: DRILL, on_call: chie}
pager: {url: 'PAGER_URL'}
google: {evidence_folder: fld-evidence, drill_folder: fld-drills}
audiences:
  group: {folder: fld-cases}
  restricted: {security_level: CSIRT only, folder: fld-restricted}
organisations:
  - {id: acme, names: [Acme], security_level: Acme, folder: fld-acme, responders: [S0ACME002]}
key_ring: keys.yaml
audit: {timestamp_url: 'STAMP_URL', timestamp_ca: ca.pem}
environment: {TEMPORAL_ADDRESS: 'HERE'}
gateway: {signing_key: gateway.pem, public_keys: ['PUBLIC_KEY']}
rules:
  - {verbs: [close, waive], groups: [S0CSIRT01]}
  - {verbs: [open], groups: [S0BRAVO03], roles: [anyone]}
`

// examine reads the configuration and looks at everything.
func (w *world) examine() doctor.Report {
	w.t.Helper()
	config := strings.NewReplacer("PAGER_URL", w.env["PAGER_URL"], "STAMP_URL", w.env["STAMP_URL"], "PUBLIC_KEY", w.env["PUBLIC_KEY"], "'HERE'", w.temporal.address).Replace(w.edit(text))
	path := filepath.Join(w.dir, "hikeshi.yaml")
	w.must(os.WriteFile(path, []byte(config), 0o600))
	cfg, err := settings.Load(path, func(name string) string { return w.env[name] })
	w.must(err)
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	return doctor.Examine(ctx, cfg)
}

// post makes a call of a vendor's API as the product.
func (w *world) post(method, address, body string) {
	w.t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	w.must(err)
	req.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(address, w.env["JIRA_URL"]) {
		req.SetBasicAuth(fake.JiraUser, fake.JiraToken)
	}
	resp, err := http.DefaultClient.Do(req)
	w.must(err)
	_ = resp.Body.Close()
	if resp.StatusCode >= 300 {
		w.t.Fatalf("%s %s: status %d", method, address, resp.StatusCode)
	}
}

// ticket opens a ticket, as JIRA's API takes it.
func (w *world) ticket(project string, fields map[string]any) {
	w.t.Helper()
	all := map[string]any{"project": map[string]any{"key": project}, "issuetype": map[string]any{"name": "Incident"}, "summary": "x"}
	for k, v := range fields {
		all[k] = v
	}
	body, err := json.Marshal(map[string]any{"fields": all})
	w.must(err)
	w.post("POST", w.env["JIRA_URL"]+"/rest/api/2/issue", string(body))
}

// temporal is a server that is set up, with workers.
type temporal struct {
	workflowservice.UnimplementedWorkflowServiceServer
	operatorservice.UnimplementedOperatorServiceServer
	address string
	kept    time.Duration
	idle    string // the task queue that nobody polls
	ahead   time.Duration
	dated   bool   // a proxy tells the time
	lacks   string // a search attribute
	hold    error  // of UpdateTaskQueueConfig
	updated []*workflowservice.UpdateTaskQueueConfigRequest
}

func startTemporal(t *testing.T) *temporal {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &temporal{address: l.Addr().String(), kept: 720 * time.Hour, hold: serviceerror.NewInvalidArgument("no rate on workflow task queues")}
	server := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(server, s)
	operatorservice.RegisterOperatorServiceServer(server, s)
	healthy := health.NewServer()
	healthy.SetServingStatus("temporal.api.workflowservice.v1.WorkflowService", healthpb.HealthCheckResponse_SERVING)
	healthpb.RegisterHealthServer(server, healthy)
	go func() { _ = server.Serve(l) }() // it ends with Stop
	t.Cleanup(server.Stop)
	return s
}

func (s *temporal) GetSystemInfo(ctx context.Context, _ *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	if s.dated {
		_ = grpc.SetHeader(ctx, metadata.Pairs("date", time.Now().Add(s.ahead).UTC().Format(http.TimeFormat))) // nothing was sent yet
	}
	return &workflowservice.GetSystemInfoResponse{Capabilities: &workflowservice.GetSystemInfoResponse_Capabilities{}}, nil
}

func (s *temporal) DescribeNamespace(context.Context, *workflowservice.DescribeNamespaceRequest) (*workflowservice.DescribeNamespaceResponse, error) {
	return &workflowservice.DescribeNamespaceResponse{Config: &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(s.kept)}}, nil
}

func (s *temporal) ListSearchAttributes(context.Context, *operatorservice.ListSearchAttributesRequest) (*operatorservice.ListSearchAttributesResponse, error) {
	known := map[string]enumspb.IndexedValueType{}
	for name, kind := range workflows.SearchAttributes() {
		if name != s.lacks {
			known[name] = kind
		}
	}
	return &operatorservice.ListSearchAttributesResponse{CustomAttributes: known}, nil
}

func (s *temporal) DescribeTaskQueue(_ context.Context, r *workflowservice.DescribeTaskQueueRequest) (*workflowservice.DescribeTaskQueueResponse, error) {
	if r.GetTaskQueue().GetName() == s.idle {
		return &workflowservice.DescribeTaskQueueResponse{}, nil
	}
	polled := timestamppb.New(time.Now().Add(s.ahead - 30*time.Second))
	return &workflowservice.DescribeTaskQueueResponse{Pollers: []*taskqueuepb.PollerInfo{{Identity: "worker", LastAccessTime: polled}}}, nil
}

func (s *temporal) UpdateTaskQueueConfig(_ context.Context, r *workflowservice.UpdateTaskQueueConfigRequest) (*workflowservice.UpdateTaskQueueConfigResponse, error) {
	s.updated = append(s.updated, r)
	return nil, serviceerror.ToStatus(s.hold).Err()
}

func (s *temporal) DescribeWorkflowExecution(context.Context, *workflowservice.DescribeWorkflowExecutionRequest) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return nil, serviceerror.ToStatus(serviceerror.NewNotFound("no such workflow")).Err()
}
