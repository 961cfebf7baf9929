package wire_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hikeshi/workflows/wire"
)

const key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

func TestParseKeyRingSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "no keys"},
		{"no map", "- a\n- " + key, "not a key ring"},
		{"no active", "keys: {a: " + key + "}", `active key "" is not among the keys (a)`},
		{"active missing", "active: b\nkeys: {a: " + key + "}", `active key "b" is not among the keys (a)`},
		{"not base64", "active: a\nkeys: {a: '***'}", `key "a" is not base64: make one with`},
		{"short", "active: a\nkeys: {a: c2hvcnQ=}", `key "a" has 5 bytes, want 32`},
		{"bad retired key", "active: a\nkeys: {a: " + key + ", b: c2hvcnQ=}", `key "b" has 5 bytes`},
		{"id with a space", "active: a b\nkeys: {a b: " + key + "}", `key id "a b"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := wire.ParseKeyRing([]byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want one with %q", err, tt.want)
			}
			if strings.Contains(err.Error(), key) {
				t.Errorf("the error shows a key: %v", err)
			}
		})
	}
}

func TestParseKeyRingTakesJSON(t *testing.T) {
	ring := parseRing(t, `{"active":"a","keys":{"a":"`+key+`"}}`)
	if ring.Active() != "a" {
		t.Errorf("active %q, want a", ring.Active())
	}
}

func TestKeyRingNeverPrintsKeys(t *testing.T) {
	want := "key ring test-1, test-2 (active test-2)"
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, testRing(t)); got != want {
			t.Errorf("%s: got %q, want %q", verb, got, want)
		}
	}
}

func TestLoadKeyRingNamesTheFile(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "keys.yaml")
	if _, err := wire.LoadKeyRing(missing); err == nil || !strings.Contains(err.Error(), missing+": there is no such file: restore it") {
		t.Errorf("missing file: %v", err)
	}
	broken := filepath.Join(t.TempDir(), "broken.yaml")
	if err := os.WriteFile(broken, []byte("active: a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := wire.LoadKeyRing(broken); err == nil || !strings.Contains(err.Error(), broken+": no keys") {
		t.Errorf("broken file: %v", err)
	}
}

func TestGenerateKeyRing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "keys.yaml")
	first, err := wire.GenerateKeyRing(path)
	if err != nil {
		t.Fatal(err)
	}
	if stat, err := os.Stat(path); err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", stat.Mode(), err)
	}
	sealed := seal(t, wire.NewCodec(first), jsonPayload(`1`))
	again, err := wire.GenerateKeyRing(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(wire.NewCodec(again), sealed); err != nil {
		t.Errorf("the second call made another key: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".keys-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestGenerateKeyRingKeepsABrokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.yaml")
	if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := wire.GenerateKeyRing(path); err == nil {
		t.Error("a broken file was taken for a key ring")
	}
	if text, _ := os.ReadFile(path); string(text) != "half" {
		t.Errorf("the broken file was overwritten with %q", text)
	}
}

func TestGenerateKeyRingAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.yaml")
	active := make([]string, 8)
	var all sync.WaitGroup
	for i := range active {
		all.Go(func() {
			ring, err := wire.GenerateKeyRing(path)
			if err != nil {
				t.Error(err)
				return
			}
			active[i] = ring.Active()
		})
	}
	all.Wait()
	for _, id := range active {
		if id != active[0] {
			t.Fatalf("different keys: %v", active)
		}
	}
}
