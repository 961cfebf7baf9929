package incident

import "strings"

// Resolution says why a case is closed: one of the words below, or people's own.
type Resolution string

// The resolutions with which a case ends early: there was nothing to analyse or to learn from.
const (
	FalsePositive   Resolution = "false positive"
	OpenedByMistake Resolution = "opened by mistake"
	duplicateOf                = "duplicate of "
)

// MaxResolution bounds it, in characters.
const MaxResolution = 500

// ParseResolution reads a resolution. "duplicate of" must name the other case.
func ParseResolution(text string) (Resolution, error) {
	text = CleanLine(text)
	plain := strings.NewReplacer("-", " ", "_", " ").Replace(strings.ToLower(text))
	switch {
	case text == "":
		return "", Refuse(Usage, "Say how it ended: contained, mitigated, benign, false positive, duplicate of NUMBER, opened by mistake …", "a case is closed with a resolution")
	case length(text) > MaxResolution:
		return "", Refuse(Usage, "Shorten it; the whole story belongs into an update", "the resolution has %d characters, at most %d fit", length(text), MaxResolution)
	case plain == string(FalsePositive) || plain == string(OpenedByMistake):
		return Resolution(plain), nil
	case plain == strings.TrimSpace(duplicateOf) || plain == "duplicate":
		return "", Refuse(Usage, "Name the other case, for example: duplicate of SEC-12", "a duplicate of which case?")
	case strings.HasPrefix(plain, duplicateOf):
		return Resolution(duplicateOf + strings.ToUpper(strings.TrimSpace(text[len(duplicateOf):]))), nil
	}
	return Resolution(text), nil
}

// DuplicateOf is the resolution of a case that another one covers.
func DuplicateOf(number string) Resolution { return Resolution(duplicateOf + number) }

// Early reports whether the case ends without analysis and lessons.
func (r Resolution) Early() bool {
	return r == FalsePositive || r == OpenedByMistake || strings.HasPrefix(string(r), duplicateOf)
}

// Original is the number of the case that this one is a duplicate of; empty: it is none.
func (r Resolution) Original() string {
	number, found := strings.CutPrefix(string(r), duplicateOf)
	if !found {
		return ""
	}
	return number
}
