package cases

import (
	"crypto/ed25519"
	"encoding/json"
	"testing"

	"go.temporal.io/sdk/client"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// What comes through Slack is signed for the very update that carries it; what comes from elsewhere is not.
func TestSendSigns(t *testing.T) {
	public, private, _ := ed25519.GenerateKey(nil)
	c, d := newDesk(t, workflows.Answer{Number: "SEC-1"})
	c.SignWith(private)
	by := incident.By{Who: "U1", Name: "aoi", Door: incident.DoorSlack, Assurance: incident.SlackSigned, Known: true, GroupsKnown: true}
	send := func(by incident.By) (client.UpdateWorkflowOptions, workflows.CloseCommand) {
		t.Helper()
		if _, err := c.Send(t.Context(), "SEC-1", workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: by}, "u1"); err != nil {
			t.Fatal(err)
		}
		last := d.taken[len(d.taken)-1]
		return last, last.Args[0].(workflows.CloseCommand)
	}
	first, command := send(by)
	raw, _ := json.Marshal(command)
	act := incident.Act{Name: workflows.CloseUpdate, Workflow: first.WorkflowID, ID: first.UpdateID, Command: raw}
	if !act.Proven(command.By, []incident.Key{incident.Key(public)}) {
		t.Errorf("no key has signed %+v", command.By)
	}
	by.Groups, by.Known = []string{"S1"}, false
	if again, _ := send(by); again.UpdateID != first.UpdateID {
		t.Errorf("the same command has the ids %s and %s, because Slack says something else of its sender", first.UpdateID, again.UpdateID)
	}
	by.Assurance, by.Door = incident.TemporalPrincipal, incident.DoorCLI
	if _, command := send(by); command.By.Proof != nil {
		t.Error("a gateway signs for somebody at a command line")
	}
	by.Assurance, by.Door = incident.SlackSigned, incident.DoorSlack
	c.SignWith(nil)
	if _, command := send(by); command.By.Proof != nil {
		t.Error("something is signed without a key")
	}
}
