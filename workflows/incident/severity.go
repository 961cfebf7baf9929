package incident

import (
	"fmt"
	"strings"
)

// Severity is the impact of an incident. 0 is not known yet; Sev1 is the worst, Sev4 the least.
type Severity int

// The severities.
const (
	SeverityUnknown Severity = iota
	Sev1
	Sev2
	Sev3
	Sev4
)

// String returns "Sev1"… or "unknown".
func (s Severity) String() string {
	if s < Sev1 || s > Sev4 {
		return "unknown"
	}
	return fmt.Sprintf("Sev%d", int(s))
}

// ParseSeverity reads "2", "sev2" or "SEV-2". An empty text is SeverityUnknown; anything else is refused.
func ParseSeverity(text string) (Severity, error) {
	t := strings.ToLower(strings.TrimSpace(text))
	digit := t
	if rest, ok := strings.CutPrefix(t, "sev"); ok {
		digit = strings.TrimPrefix(rest, "-")
	}
	switch {
	case t == "":
		return SeverityUnknown, nil
	case len(digit) == 1 && digit[0] >= '1' && digit[0] <= '4':
		return Severity(digit[0] - '0'), nil
	}
	return SeverityUnknown, Refuse(Usage, "Use 1 (worst), 2, 3 or 4; leave it out if you do not know yet", "unknown severity %q", Shorten(text, 40))
}
