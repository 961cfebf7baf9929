package jiratest_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"hikeshi/activities/fake"
	"hikeshi/activities/jira"
	"hikeshi/activities/jira/jiratest"
)

// The contract is Atlassian's own description of version 3; version 2 has the same calls, with texts in wiki markup
// where 3 has documents, and those are untyped in it.
const specFile = "jira-cloud-v3-2025-12.openapi.json"

func router(t *testing.T) routers.Router {
	t.Helper()
	dir := os.Getenv("CONTRACT_SPECS")
	if dir == "" {
		t.Skip("set CONTRACT_SPECS to the folder that holds " + specFile + " to check calls and replies against it")
	}
	raw, err := os.ReadFile(filepath.Join(dir, specFile))
	if err != nil {
		t.Fatal(err)
	}
	raw = bytes.ReplaceAll(raw, []byte("/rest/api/3/"), []byte("/rest/api/2/"))
	doc, err := openapi3.NewLoader().LoadFromData(withoutDateTime(raw))
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = nil
	allowNulls(t, doc)
	allowLists(t, doc)
	r, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// withoutDateTime takes a defect out: JIRA's times end in +0000, also in the examples of the description itself, and
// that is no date-time of RFC 3339.
func withoutDateTime(raw []byte) []byte {
	for _, spelling := range []string{`"format":"date-time"`, `"format": "date-time"`} {
		raw = bytes.ReplaceAll(raw, []byte(spelling), []byte(`"format":"jira-time"`))
	}
	return raw
}

// allowNulls takes two more defects out: an empty field of an issue is null in JIRA's replies, and "null" as the
// account id is how its text says that an issue is unassigned.
func allowNulls(t *testing.T, doc *openapi3.T) {
	t.Helper()
	fields := doc.Components.Schemas["IssueBean"].Value.Properties["fields"].Value.AdditionalProperties.Schema
	account := doc.Components.Schemas["User"].Value.Properties["accountId"]
	if fields == nil || account == nil {
		t.Fatal("the description has changed its shape: look at IssueBean.fields and User.accountId")
	}
	fields.Value.Nullable, account.Value.Nullable = true, true
}

// allowLists takes another one out: the reply that lists an issue's web links is described as one link, which it is only
// if one is asked for by its global id.
func allowLists(t *testing.T, doc *openapi3.T) {
	t.Helper()
	reply := doc.Paths.Find("/rest/api/2/issue/{issueIdOrKey}/remotelink").Get.Responses.Status(http.StatusOK).Value.Content["application/json"]
	if reply == nil || reply.Schema.Value.Type.Is("array") {
		t.Fatal("the description has changed its shape: look at the list of remote links")
	}
	links := openapi3.NewArraySchema()
	links.Items = reply.Schema
	reply.Schema = openapi3.NewSchemaRef("", &openapi3.Schema{AnyOf: openapi3.SchemaRefs{reply.Schema, openapi3.NewSchemaRef("", links)}})
}

// inspector stands in front of the fake and checks every call and every reply.
type inspector struct {
	routers.Router
	next http.Handler

	mu    sync.Mutex
	seen  map[string]int // how often an operation was called with which status
	wrong []string
}

func (i *inspector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	reply := httptest.NewRecorder()
	forward := r.Clone(r.Context())
	forward.Body = io.NopCloser(bytes.NewReader(body))
	i.next.ServeHTTP(reply, forward)

	r.Body = io.NopCloser(bytes.NewReader(body))
	i.inspect(r, reply)
	for k, v := range reply.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(reply.Code)
	_, _ = w.Write(reply.Body.Bytes()) // the client is gone: the call was inspected
}

func (i *inspector) inspect(r *http.Request, reply *httptest.ResponseRecorder) {
	i.mu.Lock()
	defer i.mu.Unlock()
	note := func(err error) {
		if err != nil {
			i.wrong = append(i.wrong, fmt.Sprintf("%s %s = %d %s\n%v", r.Method, r.URL, reply.Code, reply.Body, err))
		}
	}
	route, params, err := i.FindRoute(r)
	if err != nil {
		note(err)
		return
	}
	i.seen[fmt.Sprintf("%s %s %d", r.Method, route.Path, reply.Code)]++
	options := &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
	if reply.Code < 400 {
		note(openapi3filter.ValidateRequest(r.Context(), in))
	}
	// The description gives a media type to replies without a body (204, 201); JIRA sends none.
	options.ExcludeResponseBody = reply.Body.Len() == 0
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: reply.Code, Header: reply.Header(), Options: options}
	note(openapi3filter.ValidateResponse(r.Context(), out.SetBodyBytes(reply.Body.Bytes())))
}

func inspected(t *testing.T, o jiratest.Options) (*inspector, *site) {
	t.Helper()
	r := router(t)
	server, err := jiratest.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	i := &inspector{Router: r, next: server, seen: map[string]int{}}
	web := httptest.NewServer(i)
	t.Cleanup(web.Close)
	t.Cleanup(func() {
		for _, w := range i.wrong {
			t.Error(w)
		}
	})
	return i, &site{server, t, web.URL}
}

func TestAdapterKeepsAtlassiansDescription(t *testing.T) {
	for name, o := range map[string]jiratest.Options{
		"as usual": {}, "as unhelpful as a site can be": {RefuseLinks: true, HideProperties: true, AskResolution: true},
	} {
		t.Run(name, func(t *testing.T) { keepsDescription(t, o) })
	}
}

func keepsDescription(t *testing.T, o jiratest.Options) {
	t.Helper()
	i, s := inspected(t, o)
	client, err := jira.NewClient(jira.Config{
		URL: s.url, User: fake.JiraUser, SearchLag: 1, NoRates: true, Token: func() (string, error) { return fake.JiraToken, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	jiratest.Contract(t, client, "SEC")
	for _, op := range []string{
		"GET /rest/api/2/myself 200", "POST /rest/api/2/issue 201", "PUT /rest/api/2/issue/{issueIdOrKey} 204",
		"GET /rest/api/2/issue/{issueIdOrKey} 200", "GET /rest/api/2/search/jql 200",
		"POST /rest/api/2/issue/{issueIdOrKey}/comment 201", "GET /rest/api/2/issue/{issueIdOrKey}/comment 200",
		"POST /rest/api/2/issueLink 201", "GET /rest/api/2/issueLinkType 200", "GET /rest/api/2/issue/{issueIdOrKey}/remotelink 200",
		"GET /rest/api/2/issue/{issueIdOrKey}/transitions 200", "POST /rest/api/2/issue/{issueIdOrKey}/transitions 204",
		"POST /rest/api/2/issue/{issueIdOrKey}/remotelink 200", "GET /rest/api/2/project/{projectKeyOrId}/securitylevel 200",
	} {
		if i.seen[op] == 0 {
			t.Errorf("%s was not inspected; seen: %v", op, i.seen)
		}
	}
}

func TestFakeKeepsAtlassiansDescription(t *testing.T) {
	i, s := inspected(t, jiratest.Options{AskResolution: true, AskField: "customfield_10042"})
	s.LimitRates(false)
	key := s.create(`"labels":["a"]`, `"security":{"name":"Acme"}`, `"customfield_10042":"Payroll"`)
	other := s.create()
	s.want(201, "POST", "issue/"+key+"/comment?expand=properties", `{"body":"hello","visibility":{"type":"group","value":"acme"},"properties":[{"key":"p","value":1}]}`)
	pair := fmt.Sprintf(`{"type":{"name":"Blocks"},"inwardIssue":{"key":%q},"outwardIssue":{"key":%q}}`, key, other)
	for _, c := range []struct {
		status       int
		method, path string
		body         string
	}{
		{200, "GET", "myself", ""}, {200, "GET", "serverInfo", ""}, {200, "GET", "project/SEC", ""}, {404, "GET", "project/NOPE", ""},
		{200, "GET", "project/SEC/securitylevel", ""}, {200, "GET", "issue/createmeta/SEC/issuetypes/10003", ""},
		{200, "GET", "attachment/meta", ""}, {200, "GET", "user/search?query=aoi", ""},
		{200, "GET", "mypermissions?projectKey=SEC&permissions=BROWSE_PROJECTS,CREATE_ISSUES", ""}, {400, "GET", "mypermissions?projectKey=SEC", ""},
		{200, "GET", "issue/" + key + "/editmeta", ""}, {200, "GET", "user/assignable/search?project=SEC&accountId=ben", ""},
		{200, "GET", "user/assignable/search?issueKey=" + key + "&accountId=ben", ""}, {404, "GET", "user/assignable/search?project=NOPE&accountId=ben", ""},
		{201, "POST", "issueLink", pair}, {200, "GET", "issueLinkType", ""}, {200, "GET", "issue/" + key + "?fields=*all,-comment&properties=*all&expand=names", ""},
		{404, "GET", "issue/SEC-99", ""}, {400, "POST", "issue", `{"fields":{}}`},
		{200, "GET", "issue/" + key + "/comment?orderBy=-created&maxResults=5&expand=properties", ""},
		{200, "GET", "issue/" + key + "/comment/10001", ""}, {200, "PUT", "issue/" + key + "/comment/10001", `{"body":"again"}`},
		{201, "PUT", "comment/10001/properties/q", `{"a":1}`}, {200, "GET", "comment/10001/properties/q", ""}, {200, "GET", "comment/10001/properties", ""},
		{201, "PUT", "issue/" + key + "/properties/q", `{"a":1}`}, {200, "PUT", "issue/" + key + "/properties/q", `{"a":2}`},
		{200, "GET", "issue/" + key + "/properties/q", ""}, {200, "GET", "issue/" + key + "/properties", ""}, {204, "DELETE", "issue/" + key + "/properties/q", ""},
		{200, "GET", "issue/" + key + "/transitions?expand=transitions.fields", ""}, {204, "POST", "issue/" + key + "/transitions", `{"transition":{"id":"21"}}`},
		{204, "POST", "issue/" + key + "/watchers", `"kenji"`}, {200, "GET", "issue/" + key + "/watchers", ""}, {204, "DELETE", "issue/" + key + "/watchers?accountId=kenji", ""},
		{201, "POST", "issue/" + key + "/remotelink", `{"globalId":"g","object":{"url":"https://x.example","title":"t"}}`},
		{200, "GET", "issue/" + key + "/remotelink", ""}, {200, "GET", "issue/" + key + "/remotelink?globalId=g", ""}, {404, "GET", "issue/" + key + "/remotelink?globalId=h", ""},
		{200, "GET", "issue/" + key + "/transitions?expand=transitions.fields", ""}, {400, "POST", "issue/" + key + "/transitions", `{"transition":{"id":"31"}}`},
		{204, "POST", "issue/" + key + "/transitions", `{"transition":{"id":"31"},"fields":{"resolution":{"id":"10000"},"customfield_10042":"Payroll"}}`},
		{200, "GET", "issue/" + key + "?fields=resolution,issuelinks,subtasks,comment", ""},
		{204, "DELETE", "issue/" + key + "/comment/10001", ""}, {404, "GET", "issue/" + key + "/comment/10001", ""},
		{204, "PUT", "issue/" + key + "/assignee", `{"accountId":"ben"}`}, {204, "PUT", "issue/" + key + "/assignee", `{"accountId":null}`},
		{200, "POST", "search/jql", `{"jql":"project = SEC","fields":["*all"],"properties":["p"],"maxResults":1}`}, {400, "POST", "search/jql", `{"jql":""}`},
	} {
		s.want(c.status, c.method, c.path, c.body)
	}
	if n := len(i.seen); n < 25 {
		t.Errorf("only %d kinds of reply were inspected: %v", n, i.seen)
	}
}
