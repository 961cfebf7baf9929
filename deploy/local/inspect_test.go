package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/drive/drivetest"
)

// A file whose key did not fit into a property, such as one of a seal after a reset, is found by the folder it lies in.
// What people put there, and what lies in another case's folder, is not the case's.
func TestFilesOfARequest(t *testing.T) {
	t.Parallel()
	key := func(value string) map[string]string { return map[string]string{"hikeshiKey": value} }
	var names []string
	for _, f := range filesOf([]drivetest.File{
		{ID: "f", Name: "audit", Parent: "case", AppProperties: key("test-1-10.seal.folder.1")},
		{ID: "a", Name: "seal-001.json", Parent: "f", AppProperties: key("test-1-10.seal@1.history.0.1..seal-001.json")},
		{ID: "b", Name: "seal-001-0195b2c4.history.jsonl", Parent: "f", AppProperties: key("sha256:01")},
		{ID: "c", Name: "by hand", Parent: "f"},
		{ID: "g", Name: "audit", Parent: "case", AppProperties: key("test-1-101.seal.folder.1")},
		{ID: "d", Name: "another's", Parent: "g", AppProperties: key("sha256:02")},
	}, "test-1-10") {
		names = append(names, f.Name)
	}
	require.Equal(t, []string{"audit", "seal-001.json", "seal-001-0195b2c4.history.jsonl"}, names)
}
