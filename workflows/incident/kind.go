package incident

import (
	"slices"
	"strings"
)

// Kinds lists the usual kinds of incidents. A kind is free text; these words are what lists and figures know.
func Kinds() []string {
	return []string{"phishing", "malware", "ransomware", "account takeover", "data leak", "lost device", "vulnerability",
		"denial of service", "fraud", "insider", "supply chain", "misconfiguration"}
}

// KnownKind returns the usual word for a kind, "other" for any other text, and nothing for nothing.
func KnownKind(kind string) string {
	kind = strings.ToLower(strings.TrimSpace(kind))
	switch {
	case kind == "":
		return ""
	case slices.Contains(Kinds(), kind):
		return kind
	default:
		return "other"
	}
}
