package audit_test

import (
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hikeshi/workflows/audit"
	"hikeshi/workflows/incident"
)

// Whoever verifies learns which acts a gateway has signed, and sees first those that nobody stands for.
func TestProofs(t *testing.T) {
	public, private, _ := ed25519.GenerateKey(nil)
	key := incident.Key(public)
	type command struct {
		Text string      `json:"text"`
		By   incident.By `json:"by"`
	}
	said := func(text, name, id string, signs bool) command {
		c := command{text, incident.By{Who: "U1", Name: "<葵>", Door: incident.DoorSlack, Assurance: incident.SlackSigned, Known: true}}
		if signs {
			raw, _ := json.Marshal(c)
			c.By.Proof, _ = incident.Act{Name: name, Workflow: caseID, ID: id, Command: raw}.Prove(c.By, private, began)
		}
		return c
	}
	moved := said("close it", "lesson", "another", true)
	one := newTape(t, caseID, "run-1", began)
	one.start("")
	one.update("lesson", said("a", "lesson", "u", true), map[string]any{"text": "noted"})
	one.update("lesson", said("b", "lesson", "u", false), map[string]any{"text": "noted", "doubted": true})
	one.update("lesson", moved, map[string]any{"text": "refused", "doubted": true})
	one.update("lesson", map[string]any{"text": "c", "by": map[string]any{"who": "root", "door": "cli", "assurance": "self-declared"}}, map[string]any{"text": "noted"})
	n := newNotary(t)
	n.seal(one.h)
	o := n.options()
	o.Witnesses = map[string][]byte{"ticket": n.ticket()}
	o.Keys = []incident.Key{key}
	r := audit.Verify(n.export("en"), o)
	want(t, r, audit.Good)
	if diff := cmp.Diff(audit.ProofReport{Valid: 1, Invalid: 1, None: 1, Keys: map[string]int{key.ID(): 1}}, r.Proofs); diff != "" {
		t.Error(diff)
	}
	if len(r.Unproven) != 2 || r.Unproven[0].Proven(o.Keys) != audit.ProofNone || r.Unproven[1].Proven(o.Keys) != audit.ProofInvalid {
		t.Errorf("unproven: %+v", r.Unproven)
	}
	other, _, _ := ed25519.GenerateKey(nil)
	o.Keys = []incident.Key{incident.Key(other)}
	if r := audit.Verify(n.export("en"), o); r.Proofs.Valid != 0 || r.Proofs.Invalid != 2 || len(r.Unproven) != 3 {
		t.Errorf("with another key: %+v", r.Proofs)
	}
	o.Keys = nil
	if r := audit.Verify(n.export("en"), o); r.Proofs.Valid+r.Proofs.Invalid != 0 || !strings.Contains(strings.Join(r.Notes, " "), "no key of a gateway") {
		t.Errorf("without keys: %+v, %q", r.Proofs, r.Notes)
	}
	forged := n.export("en")
	forged["seal-001.records.jsonl"] = []byte(strings.Replace(string(forged["seal-001.records.jsonl"]), `\"who\":\"U1\"`, `\"who\":\"U2\"`, 1))
	if r := audit.Verify(forged, o); r.Verdict != audit.Broken {
		t.Errorf("a claim that was altered: %s", r.Verdict)
	}
}

// Requests for cases are signed too.
func TestTheProofOfAnOpening(t *testing.T) {
	public, private, _ := ed25519.GenerateKey(nil)
	request := incident.Request{ID: "1.2.abc", Asked: began, Title: "mail", By: incident.By{Who: "U1", Door: incident.DoorSlack, Assurance: incident.SlackSigned}}
	raw, _ := json.Marshal(request)
	request.By.Proof, _ = incident.Act{Name: incident.ActOpen, Workflow: request.ID, ID: request.ID, Command: raw}.Prove(request.By, private, began.Add(time.Second))
	tape := newTape(t, "intake/1.2.abc", "run-0", began)
	tape.start("")
	tape.h.Events[0].GetWorkflowExecutionStartedEventAttributes().Input = payloads(t, request)
	records := audit.Project(tape.h, plain)
	if len(records) != 1 || records[0].Proven([]incident.Key{incident.Key(public)}) != audit.ProofValid {
		t.Errorf("%+v", records)
	}
}
