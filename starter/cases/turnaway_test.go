package cases

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
)

// A case hears once a day of each person and act that it is not shown to; whoever asks again and again costs nothing, and
// is answered all the same. The gateway signs for who it was.
func TestWhoMayNotSeeACaseIsTurnedAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, d := newDesk(t, workflows.Answer{})
		d.head = headPayload(t, incident.AudienceRestricted)
		_, private, _ := ed25519.GenerateKey(nil)
		c.SignWith(private)
		stranger := settings.Viewer{SlackUser: "U9", Channel: "C9"}
		ask := func() {
			t.Helper()
			for range 50 {
				if _, err := c.Status(t.Context(), "SEC-1", stranger); codeOf(err) != "not_found" {
					t.Errorf("it answers %v", err)
				}
				synctest.Wait()
			}
			if _, err := c.Audit(t.Context(), "SEC-1", stranger, incident.By{}); codeOf(err) != "not_found" {
				t.Errorf("it answers %v", err)
			}
			synctest.Wait()
		}
		ask()
		if len(d.turned) != 2 {
			t.Fatalf("the case is told %d times, not once of each act", len(d.turned))
		}
		first, command := d.turned[0], d.turned[0].Args[0].(workflows.TurnedAwayCommand)
		if first.WorkflowID != "case/SEC-1" || first.UpdateName != workflows.TurnedAwayUpdate || command.Act != "status" || command.By.Who != "U9" || command.By.Proof == nil {
			t.Errorf("the case is told %+v", first)
		}
		if d.turned[1].UpdateID == first.UpdateID {
			t.Error("two acts have the same id")
		}
		time.Sleep(24 * time.Hour)
		ask()
		if len(d.turned) != 4 || d.turned[2].UpdateID == first.UpdateID {
			t.Errorf("the day after, the case is told %d times, not twice more", len(d.turned)-2)
		}
	})
}

// What cannot be recorded is tried again when they ask again; a case that has ended is told of in the ledger.
func TestATurningAwayThatIsNotRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		no := incident.Refuse(incident.Rule, "", "it is recorded already")
		c, d := newDesk(t, serviceerror.NewUnavailable("gone"), wired(temporal.NewNonRetryableApplicationError(no.Error(), workflows.RefusedError, nil, no)))
		d.head = headPayload(t, incident.AudienceRestricted)
		stranger := settings.Viewer{SlackUser: "U9", Channel: "C9"}
		for range 5 {
			if _, err := c.Status(t.Context(), "SEC-1", stranger); codeOf(err) != "not_found" {
				t.Errorf("it answers %v", err)
			}
			synctest.Wait()
		}
		if len(d.turned) != 2 {
			t.Errorf("the case is told %d times, not until it has heard it", len(d.turned))
		}
	})
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	c, d := newDesk(t, serviceerror.NewNotFound("workflow execution already completed"))
	c.config.Audit.Ledger = path
	d.head = headPayload(t, incident.AudienceRestricted)
	for range 3 {
		_, _ = c.Status(t.Context(), "SEC-1", settings.Viewer{SlackUser: "U9", Channel: "C9"})
		c.TurnAway(t.Context(), "list", "rule 2", incident.By{Who: "U9", Door: incident.DoorSlack}, false)
		c.turned.wait()
	}
	text, err := os.ReadFile(path)
	if err != nil || strings.Count(string(text), `"act":"status refused","case":"case/SEC-1"`) != 1 || strings.Count(string(text), `"act":"list refused"`) != 1 {
		t.Errorf("the ledger holds %s (%v)", text, err)
	}
}
