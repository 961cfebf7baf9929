package seal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"go.temporal.io/sdk/activity"

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
// twice is harmless: a token over this head that lies under the id stays, because a later seal may name its digest
// already. Final are Invalid for an authority that does not accept the request or whose certificate is not the pinned
// one's, and NotFound and Denied for the folder.
// https://www.rfc-editor.org/rfc/rfc3161
func (a *Activities) StampSeal(ctx context.Context, in StampSeal) (Stamped, error) {
	if a.Authority == nil {
		return Stamped{}, activities.Fault{
			Class: activities.Invalid, System: "timestamp", Op: "timestamp the seal", Cause: "no authority is configured",
			Hint: "set audit.timestamp_url and audit.timestamp_ca in the configuration of the worker, or skip this step",
		}.Error()
	}
	if !in.First || activity.GetInfo(ctx).Attempt > 1 || elsewhere(ctx, in.Effect) {
		if out, found, err := a.stamped(ctx, in); found || err != nil {
			return out, err
		}
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

// maxToken bounds a token that is read back, in bytes. They have a few thousand.
const maxToken = 1 << 20

// stamped looks for the token that an earlier try has put away, maybe before a reset. What is no token over this head is
// none.
func (a *Activities) stamped(ctx context.Context, in StampSeal) (out Stamped, found bool, err error) {
	token, err := a.Files.Read(ctx, in.File.ID, maxToken)
	if activities.Is(err, activities.NotFound) || activities.Is(err, activities.Invalid) {
		return Stamped{}, false, nil
	}
	if err != nil {
		return Stamped{}, false, err
	}
	at, wrong := a.Authority.Check(token, in.Head)
	if wrong != nil {
		return Stamped{}, false, nil
	}
	sum := sha256.Sum256(token)
	digest := hex.EncodeToString(sum[:])
	return Stamped{Token: token, SHA256: digest, At: at, File: Artifact{in.File.Name, in.File.ID, int64(len(token)), digest}}, true, nil
}

// elsewhere reports whether another run carries out what one has scheduled: it came of a reset.
func elsewhere(ctx context.Context, e activities.Effect) bool {
	return e.Run != "" && e.Run != activity.GetInfo(ctx).WorkflowExecution.RunID
}
