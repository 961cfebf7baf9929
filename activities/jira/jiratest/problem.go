package jiratest

import (
	"encoding/json"
	"net/http"
)

// problem is a refusal in JIRA's form: {"errorMessages": [], "errors": {}}.
type problem struct {
	status   int
	messages []string
	fields   map[string]string
}

func bad(message string) *problem {
	return &problem{status: http.StatusBadRequest, messages: []string{message}}
}

func badFields(fields map[string]string) *problem {
	return &problem{status: http.StatusBadRequest, fields: fields}
}

func forbidden(message string) *problem {
	return &problem{status: http.StatusForbidden, messages: []string{message}}
}

func missing(message string) *problem {
	return &problem{status: http.StatusNotFound, messages: []string{message}}
}

func (p *problem) write(w http.ResponseWriter) {
	body := map[string]any{"errorMessages": p.messages, "errors": p.fields}
	if p.messages == nil {
		body["errorMessages"] = []string{}
	}
	if p.fields == nil {
		body["errors"] = map[string]string{}
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(p.status)
	_ = json.NewEncoder(w).Encode(body) // the client is gone: nothing to do
}

// refuse answers for the transport: rate limits, faults, missing credentials.
func refuse(w http.ResponseWriter, status int) {
	text := http.StatusText(status)
	switch status {
	case http.StatusUnauthorized:
		text = "Client must be authenticated to access this resource."
	case http.StatusTooManyRequests:
		w.Header().Set("RateLimit-Reason", "jira-burst-based")
		text = "Rate limit exceeded."
	case http.StatusConflict:
		text = "The issue was changed by somebody else in the meantime. Please try again."
	}
	(&problem{status: status, messages: []string{text}}).write(w)
}

// JIRA's words where they are needed more than once.
const (
	noIssue   = "Issue does not exist or you do not have permission to see it."
	tooLong   = "The entered text is too long. It exceeds the allowed limit of 32,767 characters."
	notOnForm = "Field '%s' cannot be set. It is not on the appropriate screen, or unknown."
)
