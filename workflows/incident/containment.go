package incident

import "strings"

// ParseContainment reads how far the damage is contained. Spaces, hyphens and capitals do not matter.
func ParseContainment(text string) (Containment, error) {
	switch plain := strings.NewReplacer("-", " ", "_", " ").Replace(strings.ToLower(CleanLine(text))); plain {
	case "none", "not contained":
		return NotContained, nil
	case "acting", "under way":
		return Acting, nil
	case "contained":
		return Contained, nil
	case "not applicable", "n/a", "na":
		return NotApplicable, nil
	}
	return "", Refuse(Usage, "Use none, acting, contained or not applicable", "unknown containment %q", Shorten(CleanLine(text), 40))
}

// Stated reports whether containment is settled, so that the case may be closed.
func (c Containment) Stated() bool { return c == Contained || c == NotApplicable }
