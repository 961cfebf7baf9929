package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"hikeshi/starter/cases"
	"hikeshi/workflows/incident"
)

// Exit statuses.
const (
	done     = 0
	failed   = 1
	usage    = 2
	notFound = 3
	refused  = 4
	unknown  = 5
)

// failure is an error as it is printed.
type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
	status  int
}

// Error returns the message.
func (f *failure) Error() string { return f.Message }

func wrongUsage(cmd *cobra.Command, format string, args ...any) error {
	return &failure{Code: string(incident.Usage), Message: fmt.Sprintf(format, args...), Hint: "See " + cmd.CommandPath() + " --help", status: usage}
}

// failureOf says of any error what is printed and with which status the program ends.
func failureOf(err error) *failure {
	var (
		known   *failure
		refusal *incident.Refusal
		problem *cases.Error
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &refusal):
		return &failure{string(refusal.Code), refusal.Message, refusal.Hint, statusOf(refusal.Code)}
	case errors.As(err, &problem):
		f := &failure{string(problem.Code), problem.Message, problem.Hint, failed}
		if problem.Code == cases.UnknownOutcome {
			f.status = unknown
		}
		return f
	}
	return &failure{Code: string(cases.Internal), Message: err.Error(), status: failed}
}

func statusOf(code incident.Code) int {
	switch code {
	case incident.Usage:
		return usage
	case incident.NotFound:
		return notFound
	}
	return refused
}

// reported is an error that a command has already printed as part of its document.
type reported struct{ *failure }

// fail prints the error, once, and returns the exit status.
func (c *cli) fail(err error, asJSON bool) int {
	if r, ok := err.(reported); ok {
		return r.status
	}
	f := failureOf(err)
	if asJSON {
		c.printJSON(map[string]*failure{"error": f})
		return f.status
	}
	c.complain(f)
	return f.status
}

func (c *cli) complain(f *failure) {
	_, _ = fmt.Fprintf(c.stderr, "error: %s\n", incident.CleanText(f.Message))
	if f.Hint != "" {
		_, _ = fmt.Fprintf(c.stderr, "hint: %s\n", incident.CleanText(f.Hint))
	}
}

func (c *cli) printJSON(document any) {
	e := json.NewEncoder(c.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(document) // an error here is the reader's going away
}

// wantsJSON looks for the output form in a command line that could not be understood.
func wantsJSON(args []string) bool {
	for i, a := range args {
		if slices.Contains([]string{"-ojson", "-o=json", "--output=json"}, a) ||
			(a == "-o" || a == "--output") && i+1 < len(args) && args[i+1] == "json" {
			return true
		}
	}
	return false
}
