package seal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"hikeshi/activities"
)

// StampSeal asks for a timestamp over a head.
type StampSeal struct {
	activities.Effect
	Seal   int    `json:"seal"`
	Branch string `json:"branch,omitempty"`
	Head   string `json:"head"`
	File   File   `json:"file"`
}

// Stamped is a timestamp that was given. Token is the DER of the time-stamp token (RFC 3161, section 2.4.2), signed by
// the authority: it is no secret.
type Stamped struct {
	Token  []byte    `json:"token,omitempty"`
	SHA256 string    `json:"sha256"` // of the token
	At     time.Time `json:"at"`     // the authority's time
	File   Artifact  `json:"file"`
}

// StampSeal has the head timestamped, checks the token against the pinned certificate, and puts it away. Running it
// twice is harmless: another token over the same head is as good, and replaces the first in its file. Final are Invalid
// for an authority that does not accept the request or whose certificate is not the pinned one's, and NotFound and
// Denied for the folder.
// https://www.rfc-editor.org/rfc/rfc3161
func (a *Activities) StampSeal(ctx context.Context, in StampSeal) (Stamped, error) {
	if a.Authority == nil {
		return Stamped{}, activities.Fault{
			Class: activities.Invalid, System: "timestamp", Op: "timestamp the seal", Cause: "no authority is configured",
			Hint: "set audit.timestamp_url and audit.timestamp_ca in the configuration of the worker, or skip this step",
		}.Error()
	}
	token, at, err := a.Authority.Stamp(ctx, in.Head)
	if err != nil {
		return Stamped{}, err
	}
	file := in.File
	file.Key = key(in.Effect, in.Branch, file.Name)
	kept, err := a.put(ctx, file, Content{Name: file.Name, Mime: "application/timestamp-token", Bytes: token}, func() {})
	if err != nil {
		return Stamped{}, err
	}
	sum := sha256.Sum256(token)
	return Stamped{Token: token, SHA256: hex.EncodeToString(sum[:]), At: at, File: kept}, nil
}
