package drivetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// refusal is an error in Drive's own words.
type refusal struct {
	code            int
	reason, message string
	location        string // the parameter that is wrong; may be empty
}

func (e *refusal) Error() string { return fmt.Sprintf("%d %s: %s", e.code, e.reason, e.message) }

func notFound(id string) error {
	return &refusal{http.StatusNotFound, "notFound", "File not found: " + id + ".", "fileId"}
}

func invalid(format string, args ...any) error {
	return &refusal{http.StatusBadRequest, "invalid", fmt.Sprintf(format, args...), ""}
}

func invalidParameter(name, message string) error {
	return &refusal{http.StatusBadRequest, "invalidParameter", message, name}
}

func notAllowed(id string) error {
	return &refusal{http.StatusForbidden, "insufficientFilePermissions", "The user does not have sufficient permissions for file " + id + ".", ""}
}

// writeError sends an error the way Drive does.
func writeError(w http.ResponseWriter, err error) {
	var e *refusal
	if !errors.As(err, &e) {
		e = &refusal{http.StatusInternalServerError, "internalError", err.Error(), ""}
	}
	item := map[string]any{"domain": "global", "reason": e.reason, "message": e.message}
	if e.location != "" {
		item["location"], item["locationType"] = e.location, "parameter"
	}
	if e.reason == "userRateLimitExceeded" {
		item["domain"] = "usageLimits"
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(e.code)
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client is gone: nothing to do
		"error": map[string]any{"code": e.code, "message": e.message, "errors": []any{item}},
	})
}

// refuse writes the error of an injected fault or of a rate limit. Of the errors 403 it means the one that asks to
// slow down: those that deny access come from permissions.
func refuse(w http.ResponseWriter, status int) {
	reason, message := "backendError", "Backend Error"
	switch status {
	case http.StatusForbidden, http.StatusTooManyRequests:
		reason, message = "userRateLimitExceeded", "User Rate Limit Exceeded. Rate of requests for user exceed configured project quota, you may consider re-evaluating expected per-user traffic to the API and adjust project quota limits accordingly."
	case http.StatusUnauthorized:
		reason, message = "authError", "Invalid Credentials"
	case http.StatusBadRequest:
		reason, message = "badRequest", "Bad Request"
	case http.StatusNotFound:
		reason, message = "notFound", "File not found: ."
	}
	writeError(w, &refusal{status, reason, message, ""})
}
