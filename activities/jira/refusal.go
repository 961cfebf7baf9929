package jira

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// refusal is JIRA's error body, {"errorMessages": [text], "errors": {field: text}}. go-jira's own type fails on
// values that are no strings and prints the first message only.
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/intro/#status-codes
type refusal struct {
	messages []string
	fields   map[string]string
}

func parseRefusal(body []byte) refusal {
	var raw struct {
		ErrorMessages []any          `json:"errorMessages"`
		Errors        map[string]any `json:"errors"`
		ErrorMessage  any            `json:"errorMessage"` // some gateways' spelling
		Message       any            `json:"message"`
	}
	said := refusal{fields: map[string]string{}}
	if json.Unmarshal(body, &raw) != nil {
		return said // no JSON, or another shape: the status has to do
	}
	for _, m := range append(raw.ErrorMessages, raw.ErrorMessage, raw.Message) {
		if text := plain(m); text != "" {
			said.messages = append(said.messages, text)
		}
	}
	for field, v := range raw.Errors {
		said.fields[field] = plain(v)
	}
	return said
}

func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return strings.TrimSpace(v)
	default:
		raw, _ := json.Marshal(v) // it came from JSON
		return string(raw)
	}
}

// names returns the fields that JIRA complains about, sorted.
func (s refusal) names() []string { return slices.Sorted(maps.Keys(s.fields)) }

// mentions reports whether any of the texts contains part, in any case.
func (s refusal) mentions(part string) bool {
	texts := append(slices.Collect(maps.Values(s.fields)), s.messages...)
	return slices.ContainsFunc(texts, func(t string) bool {
		return strings.Contains(strings.ToLower(t), strings.ToLower(part))
	})
}

// cause says what JIRA said, all of it, with the status.
func (s refusal) cause(resp *http.Response) string {
	parts := slices.Clone(s.messages)
	for _, name := range s.names() {
		parts = append(parts, name+": "+s.fields[name])
	}
	text := fmt.Sprintf("HTTP %d", resp.StatusCode)
	if reason := resp.Header.Get("RateLimit-Reason"); reason != "" {
		text += " " + reason
	}
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, "; ")
	}
	return text
}
