package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// A case that rolled over three times and was reset once still verifies from its first second.
func TestAuditOfACaseThatRolledAndWasReset(t *testing.T) {
	t.Parallel()
	in := newInstall(t, t.TempDir(), nil)
	request, s := in.open(t, "aoi", "open sev3 what was done here", cases.Linked)
	for range 3 {
		in.roll(t, s.WorkflowID)
	}
	s = in.settle(t, request, "the rolls are sealed", func(s workflows.Status) bool {
		return s.Audit.Stamped && len(s.Audit.Owed) == 0 && len(s.Audit.Wanted) == 0
	})
	require.Empty(t, s.Audit.Branch)
	t.Log(s.Audit)
}
