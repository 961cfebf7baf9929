package audit

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"hikeshi/workflows/incident"
)

// Proof is a gateway's signature for a sender, with the text that it signed: it can be checked without the history.
type Proof struct {
	Key       string    `json:"key"`
	At        time.Time `json:"at"`
	Claim     string    `json:"claim"`
	Signature []byte    `json:"signature"`
}

// prove keeps the proof that came with a message. The claim is made anew from what the message did: a signature for
// anything else does not fit it.
func (r *Record) prove(act incident.Act) {
	var message struct {
		By incident.By `json:"by"`
	}
	if json.Unmarshal(act.Command, &message) != nil || message.By.Proof == nil {
		return
	}
	given := message.By.Proof
	claim, err := act.Claim(message.By, given.At)
	if err == nil {
		r.Proof = &Proof{Key: given.Key, At: given.At, Claim: string(claim), Signature: given.Signature}
	}
}

// opening is the act of a request for a case.
func opening(workflowID string, request []byte) (incident.Act, bool) {
	id, is := strings.CutPrefix(workflowID, "intake/")
	return incident.Act{Name: incident.ActOpen, Workflow: id, ID: id, Command: request}, is
}

// The states of a proof.
const (
	ProofValid   = "valid"
	ProofInvalid = "invalid" // it is for something else, or none of the keys has signed it
	ProofNone    = "none"    // there is none: it is older than the keys, or past the gateway
)

// Proven says how it stands with the proof of a record.
func (r Record) Proven(keys []incident.Key) string {
	switch {
	case r.Proof == nil:
		return ProofNone
	case incident.Signed([]byte(r.Proof.Claim), incident.Proof{Key: r.Proof.Key, At: r.Proof.At, Signature: r.Proof.Signature}, keys):
		return ProofValid
	}
	return ProofInvalid
}

// claims reports whether somebody says in it that they are somebody in Slack.
func (r Record) claims() bool {
	return (r.Kind == KindCommand || r.Kind == KindRun) && (r.Sure == string(incident.SlackSigned) || r.Doubted)
}

// unproven reports whether it is to be told first: no gateway stands for its sender, or the workflow did not believe it.
// Without keys only the workflow's word counts.
func (r Record) unproven(keys []incident.Key) bool {
	return r.claims() && (r.Doubted || len(keys) > 0 && r.Proven(keys) != ProofValid)
}

// ProofReport counts the acts of people in Slack by how it stands with their proofs.
type ProofReport struct {
	Valid   int            `json:"valid"`
	Invalid int            `json:"invalid"`
	None    int            `json:"none"`
	Keys    map[string]int `json:"keys"` // valid ones by key
}

// checkProofs looks for claims that no gateway stands for.
func (v *verifier) checkProofs() {
	p := &v.report.Proofs
	p.Keys = map[string]int{}
	signed, seen := false, map[string]bool{}
	for _, r := range v.records(v.end(), true) {
		if seen[r.ID] || !r.claims() {
			continue
		}
		seen[r.ID] = true
		signed = signed || r.Proof != nil
		switch r.Proven(v.o.Keys) {
		case ProofValid:
			p.Valid++
			p.Keys[r.Proof.Key]++
		case ProofInvalid:
			p.Invalid++
		default:
			p.None++
		}
		if r.unproven(v.o.Keys) {
			v.report.Unproven = append(v.report.Unproven, r)
		}
	}
	if signed && len(v.o.Keys) == 0 {
		*p = ProofReport{Keys: map[string]int{}}
		v.report.note("no key of a gateway was given: who did what in Slack is not checked")
	}
	slices.SortStableFunc(v.report.Unproven, func(a, b Record) int { return a.At.Compare(b.At) })
}
