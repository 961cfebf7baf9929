package google

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/googleapi"

	"hikeshi/activities"
	"hikeshi/activities/internal/transport"
)

func refused(code int, reason string) error {
	return &googleapi.Error{Code: code, Message: "no", Errors: []googleapi.ErrorItem{{Reason: reason}}}
}

func TestClasses(t *testing.T) {
	scope := &googleapi.Error{Code: 403, Details: []any{map[string]any{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}}}
	later := &googleapi.Error{Code: 429, Header: http.Header{"Retry-After": {"9"}}}
	dial := &url.Error{Op: "Get", URL: "http://x/?q=secret", Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}
	for _, c := range []struct {
		name         string
		err          error
		read, unsafe activities.Class
		after        time.Duration
	}{
		{"400", refused(400, "invalid"), activities.Invalid, activities.Invalid, 0},
		{"401", refused(401, "authError"), activities.Credentials, activities.Credentials, 0},
		{"403 file", refused(403, "insufficientFilePermissions"), activities.Denied, activities.Denied, 0},
		{"403 storage", refused(403, "storageQuotaExceeded"), activities.Denied, activities.Denied, 0},
		{"403 rate", refused(403, "rateLimitExceeded"), activities.RateLimited, activities.RateLimited, 0},
		{"403 user rate", refused(403, "userRateLimitExceeded"), activities.RateLimited, activities.RateLimited, 0},
		{"403 sharing rate", refused(403, "sharingRateLimitExceeded"), activities.RateLimited, activities.RateLimited, 0},
		{"403 scope, Drive", refused(403, "insufficientPermissions"), activities.Credentials, activities.Credentials, 0},
		{"403 scope, Sheets", scope, activities.Credentials, activities.Credentials, 0},
		{"403 API is off", refused(403, "accessNotConfigured"), activities.Credentials, activities.Credentials, 0},
		{"404", refused(404, "notFound"), activities.NotFound, activities.NotFound, 0},
		{"408", refused(408, ""), activities.Unavailable, activities.Ambiguous, 0},
		{"409", refused(409, "conflict"), activities.Ambiguous, activities.Ambiguous, 0},
		{"412", refused(412, "conditionNotMet"), activities.Invalid, activities.Invalid, 0},
		{"429", later, activities.RateLimited, activities.RateLimited, 9 * time.Second},
		{"500", refused(500, "backendError"), activities.Unavailable, activities.Ambiguous, 0},
		{"503", refused(503, ""), activities.Unavailable, activities.Ambiguous, 0},
		{"dial", dial, activities.Unavailable, activities.Unavailable, 0},
		{"EOF", &url.Error{Op: "Post", URL: "http://x/?q=secret", Err: io.EOF}, activities.Unavailable, activities.Ambiguous, 0},
		{"reset", &url.Error{Op: "Post", URL: "http://x/?q=secret", Err: errors.New("connection reset")}, activities.Unavailable, activities.Ambiguous, 0},
		{"time-out", fmt.Errorf("call: %w", context.DeadlineExceeded), activities.Unavailable, activities.Ambiguous, 0},
		{"stopped", context.Canceled, activities.Unavailable, activities.Ambiguous, 0},
		{"sign-in page", json.Unmarshal([]byte("<html>"), new(any)), activities.Unavailable, activities.Ambiguous, 0},
		{"redirect", &url.Error{Op: "Get", URL: "http://x/?q=secret", Err: transport.ErrRedirect}, activities.Unavailable, activities.Unavailable, 0},
		{"own rate", &url.Error{Op: "Get", URL: "http://x/", Err: &transport.WaitError{Key: "k", Wait: time.Minute}}, activities.RateLimited, activities.RateLimited, time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			for kind, want := range map[Kind]activities.Class{Read: c.read, SafeWrite: c.read, UnsafeWrite: c.unsafe} {
				f := Call{System: "drive", Op: "open folder", Kind: kind}.Fault(c.err)
				if f.Class != want || f.After != c.after || f.Cause == "" || f.Op != "open folder" {
					t.Errorf("kind %d: %+v, want %s after %v", kind, f, want, c.after)
				}
				if strings.Contains(f.Cause, "secret") {
					t.Errorf("the cause tells the query: %s", f.Cause)
				}
			}
		})
	}
}

func TestUnits(t *testing.T) {
	for call, want := range map[string]int{
		"GET /drive/v3/files/x":                 5,
		"GET /drive/v3/files":                   100,
		"GET /drive/v3/changes":                 100,
		"GET /drive/v3/files/x?alt=media":       200,
		"GET /drive/v3/files/x/export":          200,
		"GET /drive/v3/files/x?alt=json":        5,
		"POST /drive/v3/files":                  50,
		"PATCH /drive/v3/files/x":               50,
		"PUT /upload/drive/v3/files?upload_id=": 50,
	} {
		if got := Units(request(t, call)); got != want {
			t.Errorf("%s costs %d units, want %d", call, got, want)
		}
	}
}

func TestSheetsReads(t *testing.T) {
	for call, want := range map[string]bool{
		"GET /v4/spreadsheets/x":                                 true,
		"POST /v4/spreadsheets/x:getByDataFilter":                true,
		"POST /v4/spreadsheets/x/values:batchGetByDataFilter":    true,
		"POST /v4/spreadsheets/x/developerMetadata:search":       true,
		"POST /v4/spreadsheets/x:batchUpdate":                    false,
		"POST /v4/spreadsheets/x/values:batchUpdateByDataFilter": false,
		"PUT /v4/spreadsheets/x/values/A1":                       false,
	} {
		if got := SheetsRead(request(t, call)); got != want {
			t.Errorf("%s is a read: %t, want %t", call, got, want)
		}
	}
}

func request(t *testing.T, call string) *http.Request {
	t.Helper()
	method, address, _ := strings.Cut(call, " ")
	r, err := http.NewRequest(method, "http://localhost"+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
