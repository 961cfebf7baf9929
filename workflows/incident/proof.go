package incident

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Proof is the gateway's signature for what it says of a sender. Only a gateway holds a key, so whoever can write to
// Temporal but is no gateway cannot claim to be somebody in Slack.
type Proof struct {
	Key       string    `json:"key"` // see KeyID
	At        time.Time `json:"at"`  // when it was signed
	Signature []byte    `json:"signature"`
}

// Act is what a proof is for: this command, with this id, to this workflow. The same proof proves nothing of another.
type Act struct {
	Name     string // of the update, or open
	Workflow string // its id; of open: the request's id
	ID       string // of the update; of open: the request's id
	Command  []byte // JSON of the command, with or without the proof in it
}

// ActOpen is the name of the act of asking for a case.
const ActOpen = "open"

// proofVersion is the first thing that is signed: what is signed in another way cannot be taken for it.
const proofVersion = "hikeshi-proof-1"

// claim is what is signed, in this order. The command's digest covers all of By again; what an auditor asks for stands
// here by itself.
type claim struct {
	Version  string    `json:"version"`
	Act      string    `json:"act"`
	Workflow string    `json:"workflow"`
	ID       string    `json:"id"`
	Digest   string    `json:"digest"` // SHA-256 of the command's canonical JSON
	By       By        `json:"by"`
	At       time.Time `json:"at"`
}

// Claim is the text that is signed to prove that the command is by that sender.
func (a Act) Claim(by By, at time.Time) ([]byte, error) {
	canonical, err := Canonical(a.Command)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(canonical)
	by.Proof = nil
	return marshal(claim{proofVersion, a.Name, a.Workflow, a.ID, hex.EncodeToString(sum[:]), by, at.UTC()})
}

// Prove signs for the sender of a command.
func (a Act) Prove(by By, key ed25519.PrivateKey, at time.Time) (*Proof, error) {
	text, err := a.Claim(by, at)
	if err != nil {
		return nil, err
	}
	return &Proof{Key: KeyID(key.Public().(ed25519.PublicKey)), At: at.UTC(), Signature: ed25519.Sign(key, text)}, nil
}

// Proven reports whether one of the keys has signed for the sender of the command.
//
//workflowcheck:ignore a pure function of its input
func (a Act) Proven(by By, keys []Key) bool {
	if by.Proof == nil {
		return false
	}
	text, err := a.Claim(by, by.Proof.At)
	return err == nil && Signed(text, *by.Proof, keys)
}

// Signed reports whether one of the keys has signed the text.
//
//workflowcheck:ignore a pure function of its input
func Signed(text []byte, p Proof, keys []Key) bool {
	return slices.ContainsFunc(keys, func(k Key) bool { return k.ID() == p.Key && ed25519.Verify(ed25519.PublicKey(k), text, p.Signature) })
}

// Canonical is the same for the same command, however its JSON is written: keys sorted, and without the proof, which
// cannot cover itself.
//
//workflowcheck:ignore encoding/json caches types in a sync.Map, which changes nothing that we see
func Canonical(command []byte) ([]byte, error) {
	d := json.NewDecoder(strings.NewReader(string(command)))
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil {
		return nil, errors.New("the command is no JSON object")
	}
	if by, ok := object["by"].(map[string]any); ok {
		delete(by, "proof")
	}
	return json.Marshal(object)
}

//workflowcheck:ignore as Canonical
func marshal(v any) ([]byte, error) { return json.Marshal(v) }

// Key is the public key of a gateway. As text it is in hexadecimal digits.
type Key ed25519.PublicKey

// ParseKey reads a public key: 64 hexadecimal digits, or base64.
func ParseKey(text string) (Key, error) {
	text = strings.TrimSpace(text)
	raw, err := hex.DecodeString(text)
	if err != nil {
		raw, err = base64.StdEncoding.DecodeString(text)
	}
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("%q is no public key: it has 64 hexadecimal digits", Shorten(CleanLine(text), 80))
	}
	return Key(raw), nil
}

// String is the key as the configuration has it.
func (k Key) String() string { return hex.EncodeToString(k) }

// ID names the key in proofs and reports.
func (k Key) ID() string { return KeyID(ed25519.PublicKey(k)) }

// KeyID names a key: the beginning of its digest.
//
//workflowcheck:ignore a pure function of its input
func KeyID(k ed25519.PublicKey) string {
	sum := sha256.Sum256(k)
	return hex.EncodeToString(sum[:8])
}
