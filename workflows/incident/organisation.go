package incident

import (
	"crypto/sha256"
	"encoding/hex"
)

// Organisation is a company concerned by a case.
type Organisation struct {
	ID   string `json:"id"`   // opaque: as configured, or a digest of the name
	Name string `json:"name"` // for people
	// Unlisted says that the configuration does not know it; its id, a digest of the name, could be guessed.
	Unlisted bool `json:"unlisted,omitempty"`
}

// UnlistedOrganisation makes the organisation of a name that the configuration does not know.
func UnlistedOrganisation(name string) Organisation {
	sum := sha256.Sum256([]byte(name))
	return Organisation{ID: "o-" + hex.EncodeToString(sum[:6]), Name: name, Unlisted: true}
}
