package fieldmask_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/activities/internal/google/fieldmask"
)

func TestApply(t *testing.T) {
	const answer = `{"kind":"list","next":"p2","files":[{"id":"1","name":"a","owner":{"mail":"x","id":"7"}},{"id":"2","name":"b"}]}`
	for _, c := range []struct{ mask, want string }{
		{"*", answer},
		{"next", `{"next":"p2"}`},
		{"kind,files(id)", `{"kind":"list","files":[{"id":"1"},{"id":"2"}]}`},
		{"files/name", `{"files":[{"name":"a"},{"name":"b"}]}`},
		{"files.owner.mail,files.id", `{"files":[{"id":"1","owner":{"mail":"x"}},{"id":"2"}]}`},
		{"files(owner/mail, id)", `{"files":[{"id":"1","owner":{"mail":"x"}},{"id":"2"}]}`},
		{"files(*)", `{"files":[{"id":"1","name":"a","owner":{"mail":"x","id":"7"}},{"id":"2","name":"b"}]}`},
		{"absent", `{}`},
	} {
		mask, err := fieldmask.Parse(c.mask)
		if err != nil {
			t.Fatalf("Parse(%q): %v", c.mask, err)
		}
		if diff := cmp.Diff(decode(t, c.want), mask.Apply(decode(t, answer))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.mask, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "a,", "a(b", "a)b", "a(b))", "(a)", "a//b", "a b"} {
		if mask, err := fieldmask.Parse(text); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", text, mask)
		}
	}
}

func decode(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
