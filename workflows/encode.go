package workflows

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// encode and decode keep results in the state. JSON is deterministic: the keys of maps are sorted. A type that JSON
// cannot hold is a bug: the workflow task fails and the case waits for the worker that mends it.

//workflowcheck:ignore encoding/json caches types in a sync.Map, which changes nothing that we see
func encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err))
	}
	return raw
}

//workflowcheck:ignore as encode
func decode(raw json.RawMessage, v any) error { return json.Unmarshal(raw, v) }

// digest is equal for values that look the same.
func digest(v any) string {
	sum := sha256.Sum256(encode(v))
	return hex.EncodeToString(sum[:8])
}
