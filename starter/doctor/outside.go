package doctor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"hikeshi/worker/vendors"
)

func (a *area) pager(ctx context.Context) {
	if a.cfg.Pager.URL == "" {
		a.warn("pager", "set pager.url", "there is none: when Slack is silent, nobody is called but by JIRA's mail")
		return
	}
	if !a.secret("PAGER_SECRET", "run doctor where the worker runs") {
		return
	}
	c, err := vendors.Pager(a.cfg)
	if a.failed("pager", err) || a.failed("pager", c.Reach(ctx)) {
		return
	}
	a.ok("pager", "somebody answers at pager.url; no page was sent")
}

// timestamp asks for a timestamp over a digest of nothing in particular: only so it shows that the pinned certificate is
// that of the authority. The authority keeps nothing for it.
func (a *area) timestamp(ctx context.Context) {
	if a.cfg.Audit.TimestampURL == "" {
		a.warn("authority", "set audit.timestamp_url and audit.timestamp_ca", "there is none: the log ticket is the only witness of the audit")
		return
	}
	c, err := vendors.Authority(a.cfg)
	if a.failed("authority", err) {
		return
	}
	digest := sha256.Sum256([]byte("hikeshi doctor"))
	_, at, err := c.Stamp(ctx, hex.EncodeToString(digest[:]))
	if a.failed("authority", err) {
		return
	}
	a.ok("authority", "it gives timestamps that the pinned certificate vouches for (%s)", at.UTC().Format("2006-01-02 15:04:05 UTC"))
}
