package audit

import (
	"regexp"
	"slices"
	"strings"

	"hikeshi/workflows/incident"
)

// judge says of a row whether its sender is proven, as a verification does.
func (p *page) judge(x *row, keys []incident.Key) {
	if !x.claims() {
		return
	}
	if x.unproven(keys) {
		x.Proof, x.Why = p.W["not proven"], p.why(x.Record, keys)
		p.Unproven = append(p.Unproven, *x)
		return
	}
	if len(keys) > 0 {
		x.Proof = p.W[ProofValid]
	}
	p.Unchecked = p.Unchecked || len(keys) == 0 && x.Record.Proof != nil
}

// why says why the sender is not proven.
func (p *page) why(r Record, keys []incident.Key) string {
	var reasons []string
	switch proven := r.Proven(keys); {
	case proven == ProofNone:
		reasons = append(reasons, p.W["no proof"])
	case proven == ProofInvalid && len(keys) > 0:
		reasons = append(reasons, p.W["wrong proof"])
	}
	if r.Doubted {
		reasons = append(reasons, p.W["doubted"])
	}
	return strings.Join(reasons, p.W["and"])
}

var pageKey = regexp.MustCompile(`<code class="key">([0-9a-f]{64})</code>`)

// keysOf are the keys that a page says it was made with. Somebody could write that into text of theirs, too: escaped it
// is no key.
func keysOf(page []byte) (keys []incident.Key) {
	for _, found := range pageKey.FindAllSubmatch(page, -1) {
		if key, err := incident.ParseKey(string(found[1])); err == nil {
			keys = append(keys, key)
		}
	}
	return keys
}

// checkKeys says by which keys the page shows who is proven, where it is not by those that were given. Its reader would
// believe what this verification does not.
func (v *verifier) checkKeys(keys []incident.Key) {
	for _, key := range keys {
		if len(v.o.Keys) > 0 && !slices.ContainsFunc(v.o.Keys, func(k incident.Key) bool { return k.ID() == key.ID() }) {
			v.report.note("%s takes the key %s of a gateway for good, which was not given here: what it shows as proven by that key is not", PageFile, key.ID())
		}
	}
}
