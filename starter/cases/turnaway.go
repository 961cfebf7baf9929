package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"os/user"
	"sync"
	"time"

	"go.temporal.io/sdk/client"

	"hikeshi/workflows"
	"hikeshi/workflows/audit"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/ledger"
	"hikeshi/workflows/settings"
)

// turnedAway remembers who was turned away today, so that somebody who asks again and again costs nothing.
type turnedAway struct {
	mu    sync.Mutex
	day   string
	known map[string]bool
	going sync.WaitGroup
	busy  int
}

// Bounds of what is remembered in a day, and of what is being recorded at a time: the rest stands in the log alone.
const (
	maxTurnedAway = 2000
	maxTelling    = 4
	tellTime      = 10 * time.Second
	lastTell      = 3 * time.Second // for what is on its way when the process ends
)

// begin reports whether this has to be recorded, and is to be ended with end.
func (t *turnedAway) begin(key string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if day := now.UTC().Format(time.DateOnly); day != t.day {
		t.day, t.known = day, map[string]bool{}
	}
	if t.known[key] || len(t.known) >= maxTurnedAway || t.busy >= maxTelling {
		return false
	}
	t.known[key] = true
	t.busy++
	t.going.Add(1)
	return true
}

// end forgets what could not be recorded: it is tried when they ask again.
func (t *turnedAway) end(key string, recorded bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.busy--
	if !recorded {
		delete(t.known, key)
	}
	t.going.Done()
}

// wait lets what is on its way arrive.
func (t *turnedAway) wait() {
	done := make(chan struct{})
	go func() { t.going.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(lastTell):
	}
}

// turnAway records in the case that somebody may not see it who has asked for it, once a day for each person and act. They
// do not wait for that: how long the answer takes must not tell them that there is a case. What cannot stand in a case,
// because it has ended, stands in the ledger.
func (c *Cases) turnAway(workflowID, act, why string, by incident.By) {
	if act == unrecorded {
		return
	}
	slog.Warn("somebody is turned away", "workflow", workflowID, "act", act, "who", by.Who, "door", by.Door, "reason", why)
	now := time.Now()
	key := workflowID + "\n" + act + "\n" + string(by.Door) + by.Who
	if !c.turned.begin(key, now) {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), tellTime)
		defer cancel()
		err := c.tellTurnedAway(ctx, workflowID, now, workflows.TurnedAwayCommand{Act: act, Why: incident.Shorten(why, 300), By: by})
		if err != nil {
			slog.Warn("that somebody is turned away is not recorded", "workflow", workflowID, "act", act, "who", by.Who, "error", err)
		}
		c.turned.end(key, err == nil)
	}()
}

func (c *Cases) tellTurnedAway(ctx context.Context, workflowID string, now time.Time, command workflows.TurnedAwayCommand) error {
	if workflowID == "" {
		return c.turnedInLedger(workflowID, command)
	}
	sum := sha256.Sum256([]byte(string(command.By.Door) + command.By.Who + "\n" + command.Act + "\n" + now.UTC().Format(time.DateOnly)))
	id := "turned-away." + hex.EncodeToString(sum[:8]) // the same for all gateways: the server takes it once
	signed, err := c.signed(command, incident.Act{Name: workflows.TurnedAwayUpdate, Workflow: workflowID, ID: id})
	if err != nil {
		return err
	}
	_, err = c.update(ctx, client.UpdateWorkflowOptions{
		UpdateID: id, WorkflowID: workflowID, UpdateName: workflows.TurnedAwayUpdate, Args: []any{signed}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if gone(err) {
		return c.turnedInLedger(workflowID, command)
	}
	if no := refusalIn(err); no != nil && no.Code == incident.Rule { // the case knows, or has recorded as many as it does in a day
		return nil
	}
	return err
}

// turnedInLedger is for what no case can hold.
func (c *Cases) turnedInLedger(workflowID string, command workflows.TurnedAwayCommand) error {
	return ledger.Open(c.config.Audit.Ledger).Record(audit.Act{
		Who: command.By.Who, Door: string(command.By.Door), Act: command.Act + " refused", Case: workflowID, Reason: command.Why,
	})
}

// TurnAway records that the rules have not let somebody in Slack read: in the case of the channel they are in, or else in
// the ledger. It does not wait for that; Close does.
func (c *Cases) TurnAway(ctx context.Context, act, why string, by incident.By, inside bool) {
	c.turned.going.Go(func() {
		workflowID := ""
		if inside {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellTime)
			defer cancel()
			if id, err := c.caseOfChannel(ctx, by.Channel); err == nil {
				workflowID = id
			}
		}
		c.turnAway(workflowID, act, why, by)
	})
}

// reader is who reads, as the door knows them.
func (c *Cases) reader(v settings.Viewer) incident.By {
	if v.SlackUser == c.config.Viewer.SlackUser && v.Channel == "" {
		by := incident.By{Who: v.SlackUser, Door: incident.DoorCLI, Assurance: incident.SelfDeclared}
		if u, err := user.Current(); err == nil {
			by.Who = u.Username
		}
		return by
	}
	return incident.By{Who: v.SlackUser, Door: incident.DoorSlack, Assurance: incident.SlackSigned, Channel: v.Channel}
}

// notVisible is why somebody is turned away whom no rule keeps from reading.
const notVisible = "the case's audience does not include them"
