package sheetstest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// refusal is an error in Sheets' own words.
type refusal struct {
	code    int
	status  string
	message string
}

func (e *refusal) Error() string { return fmt.Sprintf("%d %s: %s", e.code, e.status, e.message) }

func invalid(format string, args ...any) error {
	return &refusal{http.StatusBadRequest, "INVALID_ARGUMENT", fmt.Sprintf(format, args...)}
}

var statusNames = map[int]string{
	http.StatusBadRequest: "INVALID_ARGUMENT", http.StatusUnauthorized: "UNAUTHENTICATED", http.StatusForbidden: "PERMISSION_DENIED",
	http.StatusNotFound: "NOT_FOUND", http.StatusConflict: "ABORTED", http.StatusTooManyRequests: "RESOURCE_EXHAUSTED",
	http.StatusInternalServerError: "INTERNAL", http.StatusServiceUnavailable: "UNAVAILABLE", http.StatusGatewayTimeout: "DEADLINE_EXCEEDED",
}

var statusMessages = map[int]string{
	http.StatusUnauthorized:       "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
	http.StatusForbidden:          "The caller does not have permission",
	http.StatusNotFound:           "Requested entity was not found.",
	http.StatusTooManyRequests:    "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute per user' of service 'sheets.googleapis.com'.",
	http.StatusServiceUnavailable: "The service is currently unavailable.",
}

// plain is the usual refusal of a status.
func plain(code int) *refusal {
	e := &refusal{code, statusNames[code], statusMessages[code]}
	if e.status == "" {
		e.status = "UNKNOWN"
	}
	if e.message == "" {
		e.message = http.StatusText(code)
	}
	return e
}

// refuse writes the error of an injected fault or of a rate limit.
func refuse(w http.ResponseWriter, status int) { writeError(w, plain(status)) }

func writeError(w http.ResponseWriter, err error) {
	var e *refusal
	if !errors.As(err, &e) {
		e = &refusal{http.StatusInternalServerError, "INTERNAL", err.Error()}
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(e.code)
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client is gone: nothing to do
		"error": map[string]any{"code": e.code, "message": e.message, "status": e.status},
	})
}
