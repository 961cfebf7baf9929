package incident

import "fmt"

// Refusal is an answer to a person: what was asked cannot be done, and what to do instead. It is not a failure of
// the system. Doors print Message and Hint; programs look at Code.
type Refusal struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// Code is the machine-readable reason of a refusal.
type Code string

// The codes. Usage is a request that is wrong in itself; NotFound names a case that is not there, or not there for
// this reader; Rule is a request that a rule of the case does not allow.
const (
	Usage    Code = "usage"
	NotFound Code = "not_found"
	Rule     Code = "rule"
)

// Error makes a Refusal an error.
func (r *Refusal) Error() string {
	if r.Hint == "" {
		return r.Message
	}
	return r.Message + ". " + r.Hint
}

// Refuse builds a refusal; the message is a format.
func Refuse(code Code, hint, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...), Hint: hint}
}
