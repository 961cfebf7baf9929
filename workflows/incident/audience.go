package incident

import "slices"

// Audience says who may know of a case. It is fixed before anything is written outside.
type Audience string

// The audiences: everybody who handles incidents in the group; only the companies concerned and the CSIRT; only the
// people named.
const (
	AudienceGroup        Audience = "group"
	AudienceOrganisation Audience = "organisation"
	AudienceRestricted   Audience = "restricted"
)

// ParseAudience reads an audience; an empty text stays empty (the installation's default).
func ParseAudience(text string) (Audience, error) {
	switch a := Audience(text); a {
	case "", AudienceGroup, AudienceOrganisation, AudienceRestricted:
		return a, nil
	}
	return "", Refuse(Usage, "Use group, organisation or restricted", "unknown audience %q", Shorten(text, 40))
}

// Admits reports whether everybody who may know of a case with the other audience may know of one with this audience; each
// with the ids of the organisations that it is about.
func (a Audience) Admits(organisations []string, other Audience, others []string) bool {
	switch a {
	case AudienceGroup:
		return slices.Contains([]Audience{AudienceGroup, AudienceOrganisation, AudienceRestricted}, other)
	case AudienceOrganisation:
		stranger := func(id string) bool { return !slices.Contains(organisations, id) }
		return other == AudienceRestricted || other == AudienceOrganisation && len(others) > 0 && !slices.ContainsFunc(others, stranger)
	case AudienceRestricted:
		return other == AudienceRestricted
	}
	return false // an audience of newer code: not for us to judge
}
