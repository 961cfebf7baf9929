package discovery_test

import (
	"net/url"
	"strings"
	"testing"

	"hikeshi/activities/internal/google/discovery"
)

const document = `{
  "servicePath": "box/v1/",
  "parameters": {"fields": {"type": "string", "location": "query"}, "alt": {"type": "string", "enum": ["json", "media"], "location": "query"}},
  "schemas": {
    "Thing": {"type": "object", "properties": {
      "id": {"type": "string"}, "size": {"type": "string", "format": "int64"}, "made": {"type": "string", "format": "date-time"},
      "count": {"type": "integer", "format": "int32"}, "kind": {"type": "string", "enum": ["RED", "BLUE"]}, "on": {"type": "boolean"},
      "labels": {"type": "object", "additionalProperties": {"type": "string"}}, "below": {"type": "array", "items": {"$ref": "Thing"}},
      "free": {"type": "any"}}},
    "Things": {"type": "object", "properties": {"things": {"type": "array", "items": {"$ref": "Thing"}}}}},
  "resources": {"things": {"methods": {
    "list": {"id": "things.list", "httpMethod": "GET", "flatPath": "things", "response": {"$ref": "Things"}, "parameters": {
      "size": {"type": "integer", "minimum": "1", "maximum": "10", "location": "query"}, "tag": {"type": "string", "repeated": true, "location": "query"},
      "deep": {"type": "boolean", "location": "query"}}},
    "newId": {"id": "things.newId", "httpMethod": "GET", "flatPath": "things/newId", "response": {"$ref": "Thing"}},
    "get": {"id": "things.get", "httpMethod": "GET", "flatPath": "things/{id}", "response": {"$ref": "Thing"}, "parameters": {
      "id": {"type": "string", "required": true, "location": "path"}, "as": {"type": "string", "required": true, "location": "query"}}},
    "create": {"id": "things.create", "httpMethod": "POST", "flatPath": "things", "request": {"$ref": "Thing"}, "response": {"$ref": "Thing"},
      "mediaUpload": {"protocols": {"simple": {"path": "/upload/box/v1/things"}}}},
    "delete": {"id": "things.delete", "httpMethod": "DELETE", "flatPath": "things/{id}"},
    "clear": {"id": "things.clear", "httpMethod": "POST", "flatPath": "things/{id}:clear", "request": {"$ref": "Thing"}, "response": {"$ref": "Thing"}}
  }}}
}`

func TestCheck(t *testing.T) {
	d, err := discovery.Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, call, request string
		status              int
		answer              string
		want                string // part of the only problem; empty: none
	}{
		{"good list", "GET /box/v1/things?size=3&tag=a&tag=b&deep=true", "", 200, `{"things":[{"id":"1","free":[1]}]}`, ""},
		{"unknown path", "GET /box/v1/stuff", "", 200, `{}`, "no such method"},
		{"wrong method", "PUT /box/v1/things", "", 200, `{}`, "no such method"},
		{"unknown parameter", "GET /box/v1/things?colour=red", "", 200, `{}`, "unknown parameter colour"},
		{"too large", "GET /box/v1/things?size=11", "", 200, `{}`, "parameter size"},
		{"too small", "GET /box/v1/things?size=0", "", 200, `{}`, "parameter size"},
		{"not a truth value", "GET /box/v1/things?deep=yes", "", 200, `{}`, "parameter deep"},
		{"none of the enum", "GET /box/v1/things?alt=xml", "", 200, `{}`, "parameter alt"},
		{"given twice", "GET /box/v1/things?size=1&size=2", "", 200, `{}`, "2 times"},
		{"missing parameter", "GET /box/v1/things/7", "", 200, `{}`, "as is missing"},
		{"fields that exist", "GET /box/v1/things?fields=things(id,below/labels/any)", "", 200, `{}`, ""},
		{"field that does not", "GET /box/v1/things?fields=things(name)", "", 200, `{}`, "no such field: name"},
		{"broken fields", "GET /box/v1/things?fields=things(", "", 200, `{}`, "Invalid field selection"},
		{"word before parameter", "GET /box/v1/things/newId", "", 200, `{"id":"9"}`, ""},
		{"verb after parameter", "POST /box/v1/things/7:clear", `{"on":true}`, 200, `{}`, ""},
		{"good create", "POST /box/v1/things", `{"id":"1","labels":{"a":null}}`, 200, `{"made":"2026-01-02T03:04:05.678Z","size":"12"}`, ""},
		{"unknown field sent", "POST /box/v1/things", `{"name":"x"}`, 200, `{}`, "request: unknown field name"},
		{"wrong type sent", "POST /box/v1/things", `{"below":[{"on":1}]}`, 200, `{}`, "request.below.0.on"},
		{"unknown field answered", "POST /box/v1/things", `{}`, 200, `{"name":"x"}`, "answer: unknown field name"},
		{"null answered", "POST /box/v1/things", `{}`, 200, `{"id":null}`, "is null"},
		{"fraction", "POST /box/v1/things", `{}`, 200, `{"count":1.5}`, "want integer"},
		{"number for int64", "POST /box/v1/things", `{}`, 200, `{"size":12}`, "want a string"},
		{"text for int64", "POST /box/v1/things", `{}`, 200, `{"size":"big"}`, "want int64"},
		{"no date", "POST /box/v1/things", `{}`, 200, `{"made":"today"}`, "want date-time"},
		{"colour of its own", "POST /box/v1/things", `{}`, 200, `{"kind":"GREEN"}`, "none of the enum"},
		{"label of a wrong type", "POST /box/v1/things", `{}`, 200, `{"labels":{"a":1}}`, "answer.labels.a"},
		{"array for object", "POST /box/v1/things", `{}`, 200, `[]`, "want an object"},
		{"broken answer", "POST /box/v1/things", `{}`, 200, `{`, "no JSON"},
		{"deleted", "DELETE /box/v1/things/7", "", 204, "", ""},
		{"piece of an upload", "PUT /upload/box/v1/things?upload_id=3", "bytes", 200, `{"id":"1"}`, ""},
		{"Google's error", "POST /box/v1/things", `{"name":"wrong on purpose"}`, 400, `{"error":{"code":400,"message":"no"}}`, ""},
		{"no error of Google's", "POST /box/v1/things", `{}`, 500, `oops`, "not one of Google's errors"},
		{"error with another code", "POST /box/v1/things", `{}`, 500, `{"error":{"code":400,"message":"no"}}`, "not one of Google's errors"},
	} {
		t.Run(c.name, func(t *testing.T) {
			method, address, _ := strings.Cut(c.call, " ")
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			got := d.Check(discovery.Call{
				Method: method, URL: u, RequestType: "application/json", Request: []byte(c.request),
				Status: c.status, AnswerType: "application/json; charset=UTF-8", Answer: []byte(c.answer),
			})
			switch {
			case c.want == "" && len(got) > 0:
				t.Errorf("got %q, want no problem", got)
			case c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)):
				t.Errorf("got %q, want one problem with %q", got, c.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "[]", "{}"} {
		if _, err := discovery.Parse([]byte(text)); err == nil {
			t.Errorf("Parse(%q): no error", text)
		}
	}
}
