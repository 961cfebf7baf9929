package incident

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
