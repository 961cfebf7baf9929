package workflows_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hikeshi/activities/archive"
	"hikeshi/activities/mirror"
	"hikeshi/workflows/notice"
)

// The log and the archive say what they say in the words that notice gives them: no id is missing in a language, and none
// is left over. In English the words are the same as those of the activities, so that there is one truth.
func TestWordsOfLogAndArchive(t *testing.T) {
	for name, of := range map[string]struct {
		ids   map[string]string
		words func(string) map[string]string
	}{"log": {mirror.Words(), notice.LogWords}, "archive": {archive.Words(), notice.ArchiveWords}} {
		if diff := cmp.Diff(of.ids, of.words("en")); diff != "" {
			t.Errorf("%s, English (-activities +notice):\n%s", name, diff)
		}
		want, got := slices.Sorted(maps.Keys(of.ids)), slices.Sorted(maps.Keys(of.words("ja")))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, ids in Japanese (-activities +notice):\n%s", name, diff)
		}
	}
}
