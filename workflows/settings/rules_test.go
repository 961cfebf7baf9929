package settings_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/workflows/incident"
)

func TestRightsAreTheRulesAndThenTheDefaults(t *testing.T) {
	c := load(t, base+`
rules:
  - {verbs: close, groups: [S0CSIRT01], roles: [commander], who: the leads}
  - {verbs: [waive, lesson, note], roles: [anyone], guests: true, external: true}
trust_local_user: true
gateway: {public_keys: [d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a]}
`)
	want := append(incident.Rights{
		{Verbs: []string{"close"}, Groups: []string{"S0CSIRT01"}, Roles: []incident.Role{incident.RoleCommander}, Who: "the leads"},
		{Verbs: []string{"waive", "lesson", "note"}, Roles: []incident.Role{incident.RoleAnyone}, Guests: true, External: true},
	}, incident.DefaultRights()...)
	got := c.Authority()
	if diff := cmp.Diff(want, got.Rights); diff != "" || !got.TrustLocal || len(got.Keys) != 1 || got.Keys[0].String() != c.Gateway.PublicKeys[0] {
		t.Errorf("authority %+v\n%s", got, diff)
	}
	if diff := cmp.Diff(incident.DefaultRights(), load(t, base).Rights()); diff != "" {
		t.Error(diff)
	}
}

func TestReading(t *testing.T) {
	c := load(t, base+"\nrules: [{verbs: status, roles: [member]}]\n")
	known := incident.By{Who: "U1", Door: incident.DoorSlack, Assurance: incident.SlackSigned, Known: true}
	if err := c.Reading("status", known, true); err != nil {
		t.Errorf("a member: %v", err)
	}
	if err := c.Reading("status", known, false); err == nil || !strings.Contains(err.Error(), "status is for members of its channels (rule 1)") {
		t.Errorf("somebody else: %v", err)
	}
	known.Guest = true
	if c.Reading("status", known, true) == nil || c.Reading("list", known, false) == nil {
		t.Error("a guest may read")
	}
}

func TestSigningKey(t *testing.T) {
	folder := t.TempDir()
	text := base + "\ngateway: {signing_key: " + filepath.Join(folder, "secrets", "key.pem")
	wants := func(config, want string) {
		t.Helper()
		if key, err := load(t, config).SigningKey(); err == nil || !strings.Contains(err.Error(), want) || key != nil {
			t.Errorf("key %t, %v, want %q", key != nil, err, want)
		}
	}
	wants(text+"}\n", "`starter setup` makes one")
	public, made, err := load(t, text+"}\n").MakeSigningKey()
	if err != nil || !made {
		t.Fatal(made, err)
	}
	if again, made, err := load(t, text+"}\n").MakeSigningKey(); err != nil || made || again.ID() != public.ID() {
		t.Errorf("the key is made anew: %t, %v", made, err)
	}
	wants(text+"}\n", "add "+public.String()+" there")
	wants(base+"\ngateway: {public_keys: ["+public.String()+"]}\n", "gateway.signing_key is missing")
	good := text + ", public_keys: [" + public.String() + "]}\n"
	if key, err := load(t, good).SigningKey(); err != nil || key == nil {
		t.Errorf("key %t, %v", key != nil, err)
	}
	file := filepath.Join(folder, "secrets", "key.pem")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key has the mode %s, %v", info.Mode(), err)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	wants(good, "can be read by everybody")
	if key, err := load(t, base).SigningKey(); err != nil || key != nil {
		t.Errorf("without any: %t, %v", key != nil, err)
	}
}
