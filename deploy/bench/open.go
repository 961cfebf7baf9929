package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"hikeshi/starter/cases"
	"hikeshi/workflows/incident"
)

// opened is a case that was asked for.
type opened struct {
	request      string
	sent         time.Time     // just before the command left
	acknowledged time.Duration // until the gateway had answered Slack
	number       string
	workflow     string
	channel      string
}

// openCases gives n commands at an even pace, some at once, and returns when all have been taken. It does not ask for
// what becomes of them: questions to the worker would slow down what is measured.
func (p *product) openCases(ctx context.Context, o options, n int) ([]*opened, error) {
	list, errs := make([]*opened, n), make([]error, n)
	var sending sync.WaitGroup
	for i := range list {
		if i > 0 && i%o.concurrency == 0 {
			beat := time.Duration(float64(o.concurrency) / o.rate * float64(time.Minute))
			if errs[i] = pause(ctx, beat); errs[i] != nil {
				break
			}
		}
		sending.Go(func() { list[i], errs[i] = p.command(ctx, i) })
	}
	sending.Wait()
	return list, errors.Join(errs...)
}

// command opens a case as aoi would in Slack. The sandbox signs the request and sends it to the gateway.
func (p *product) command(ctx context.Context, i int) (*opened, error) {
	trigger := fmt.Sprintf("bench-%d-%d", time.Now().UnixNano(), i)
	c := &opened{request: incident.RequestID(trigger)}
	in := map[string]string{
		"user": "aoi", "channel": "general", "command": "/case", "trigger_id": trigger,
		"text": `open sev2 経理部に請求書を装った不審なメール --reporter "田中 一郎、アクメ食品、03-5555-0123" --org "Acme Foods" --kind phishing --invite @kenji`,
	}
	var answer struct {
		Status      int
		Body, Error string
	}
	c.sent = time.Now()
	if err := p.vendors.slack.control(ctx, http.MethodPost, "command", in, &answer); err != nil {
		return nil, err
	}
	c.acknowledged = time.Since(c.sent)
	if answer.Status != http.StatusOK || answer.Error != "" {
		return nil, fmt.Errorf("open a case: the gateway answered %d %s %s", answer.Status, answer.Body, answer.Error)
	}
	return c, nil
}

// follow waits until all cases are that far, and notes what they are called.
func (p *product) follow(ctx context.Context, list []*opened, until cases.Until) error {
	for _, c := range list {
		o, status, err := p.desk.Wait(ctx, c.request, until)
		if err != nil {
			return err
		}
		c.number, c.workflow, c.channel = o.Number, o.WorkflowID, status.Links.Channel
	}
	return nil
}

// calm is how long nothing may have happened in a case before it counts as finished with its opening: surfaces are
// brought up to date a moment after the last link.
const calm = 2 * time.Second

// settle waits until all cases are linked and nothing moves in them any more.
func (p *product) settle(ctx context.Context, list []*opened) error {
	if err := p.follow(ctx, list, cases.Linked); err != nil {
		return err
	}
	for _, c := range list {
		if err := p.awaitCalm(ctx, c); err != nil {
			return fmt.Errorf("wait until case %s is calm: %w", c.number, err)
		}
	}
	return nil
}

func (p *product) awaitCalm(ctx context.Context, c *opened) error {
	var length int64
	since := time.Now()
	for {
		d, err := p.client.DescribeWorkflowExecution(ctx, c.workflow, "")
		if err != nil {
			return err
		}
		now := d.GetWorkflowExecutionInfo().GetHistoryLength()
		if now != length || len(d.GetPendingActivities()) > 0 {
			length, since = now, time.Now()
		}
		if time.Since(since) >= calm {
			return nil
		}
		if err := pause(ctx, calm/8); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
