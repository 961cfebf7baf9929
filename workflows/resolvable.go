package workflows

import (
	"encoding/json"

	"hikeshi/workflows/notice"
)

// resolveCommands are the updates that decide about stuck steps, one for each step. self is the workflow that shows them:
// those of its children go elsewhere, and have another id there.
//
//workflowcheck:ignore as encode
func resolveCommands(self string, steps []StepStatus) (list []notice.Command) {
	for _, s := range steps {
		if s.State != StepStuck || len(s.Actions) == 0 {
			continue
		}
		c := notice.Command{Text: ResolveUpdate, Name: ResolveUpdate, Step: s.ID}
		if s.WorkflowID != self {
			c.Workflow = s.WorkflowID
		}
		chosen, _ := json.Marshal(struct { // strings and numbers: cannot fail
			Step       string `json:"step"`
			Generation int    `json:"generation"`
			Action     Action `json:"action"`
			Reason     string `json:"reason"`
			By         any    `json:"by"`
		}{notice.OwnStep(s.ID), s.Generation, s.Actions[0], "…", map[string]string{"who": "…", "door": "cli", "assurance": "self-declared"}})
		c.JSON = string(chosen)
		list = append(list, c)
	}
	return list
}
