package cases

import (
	"crypto/ed25519"
	"encoding/json"
	"reflect"
	"time"

	"hikeshi/workflows/incident"
)

// SignWith makes the Cases sign for people in Slack: they are those of a gateway, which has checked that it is them.
// Without a key nothing is signed.
func (c *Cases) SignWith(key ed25519.PrivateKey) { c.signer = key }

// signed is the message with the gateway's word for its sender. What did not come through Slack goes as it is.
func (c *Cases) signed(message any, act incident.Act) (any, error) {
	by, ok := senderOf(message)
	if !ok || c.signer == nil || by.Assurance != incident.SlackSigned {
		return message, nil
	}
	var err error
	if act.Command, err = json.Marshal(message); err != nil {
		return nil, err
	}
	if by.Proof, err = act.Prove(by, c.signer, time.Now()); err != nil {
		return nil, err
	}
	return withSender(message, by), nil
}

var typeBy = reflect.TypeFor[incident.By]()

// senderOf is the field By that every command and request has.
func senderOf(message any) (incident.By, bool) {
	v := reflect.ValueOf(message)
	if v.Kind() != reflect.Struct {
		return incident.By{}, false
	}
	f := v.FieldByName("By")
	if !f.IsValid() || f.Type() != typeBy {
		return incident.By{}, false
	}
	return f.Interface().(incident.By), true
}

// withSender is the message with another sender.
func withSender(message any, by incident.By) any {
	v := reflect.New(reflect.TypeOf(message)).Elem()
	v.Set(reflect.ValueOf(message))
	v.FieldByName("By").Set(reflect.ValueOf(by))
	return v.Interface()
}
