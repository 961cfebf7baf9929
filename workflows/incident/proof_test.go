package incident_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"

	"hikeshi/workflows/incident"
)

func newKey(t *testing.T) (ed25519.PrivateKey, incident.Key) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return private, incident.Key(public)
}

type said struct {
	Reason string      `json:"reason"`
	By     incident.By `json:"by"`
}

func TestProof(t *testing.T) {
	private, public := newKey(t)
	old, oldPublic := newKey(t)
	by := incident.By{Who: "U1", Name: "<葵>", Door: incident.DoorSlack, Assurance: incident.SlackSigned, Team: "T1", Known: true, Groups: []string{"S1"}, GroupsKnown: true}
	act := func(change func(*incident.Act, *said)) incident.Act {
		a, s := incident.Act{Name: "close", Workflow: "case/SEC-1", ID: "u1"}, said{Reason: "it is <over> & 終", By: by}
		change(&a, &s)
		a.Command, _ = json.Marshal(s)
		return a
	}
	same := act(func(*incident.Act, *said) {})
	proof, err := same.Prove(by, private, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	proven := by
	proven.Proof = proof
	for name, a := range map[string]incident.Act{
		"as signed":            same,
		"with the proof in it": act(func(_ *incident.Act, s *said) { s.By.Proof = proof }),
		"written otherwise":    {Name: same.Name, Workflow: same.Workflow, ID: same.ID, Command: reordered(t, same.Command)},
	} {
		if !a.Proven(proven, []incident.Key{oldPublic, public}) {
			t.Errorf("%s it is not proven", name)
		}
	}
	for name, a := range map[string]incident.Act{
		"another act":     act(func(a *incident.Act, _ *said) { a.Name = "waive" }),
		"another case":    act(func(a *incident.Act, _ *said) { a.Workflow = "case/SEC-2" }),
		"another update":  act(func(a *incident.Act, _ *said) { a.ID = "u2" }),
		"another command": act(func(_ *incident.Act, s *said) { s.Reason = "because" }),
		"no command":      {Name: same.Name, Workflow: same.Workflow, ID: same.ID, Command: []byte("[]")},
	} {
		if a.Proven(proven, []incident.Key{public}) {
			t.Errorf("it proves %s", name)
		}
	}
	for name, change := range map[string]func(*incident.By){
		"another person": func(b *incident.By) { b.Who = "U2" }, "another group": func(b *incident.By) { b.Groups = []string{"S2"} },
		"no guest": func(b *incident.By) { b.Guest = true }, "another time": func(b *incident.By) { b.Proof.At = b.Proof.At.Add(time.Second) },
		"nothing": func(b *incident.By) { b.Proof = nil }, "another key": func(b *incident.By) { b.Proof.Key = oldPublic.ID() },
	} {
		other, copied := proven, *proof
		other.Proof = &copied
		change(&other)
		if same.Proven(other, []incident.Key{public, oldPublic}) {
			t.Errorf("it proves %s", name)
		}
	}
	if other, _ := same.Prove(by, old, time.Now()); same.Proven(incident.By{Proof: other}, []incident.Key{public}) {
		t.Error("a key that nobody knows proves it")
	}
}

// reordered is the same JSON with its keys sorted, as somebody else may write it.
func reordered(t *testing.T, text []byte) []byte {
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.MarshalIndent(v, " ", "\t")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestKey(t *testing.T) {
	_, key := newKey(t)
	if again, err := incident.ParseKey(" " + key.String() + "\n"); err != nil || again.ID() != key.ID() {
		t.Errorf("%s read again: %s, %v", key, again, err)
	}
	for _, text := range []string{"", "abc", key.String()[1:], key.String() + "00"} {
		if _, err := incident.ParseKey(text); err == nil {
			t.Errorf("%q is taken for a key", text)
		}
	}
}
