package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/client"

	"hikeshi/activities"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// life is one life of a case, from the first command to its end, with whatever faults its lane has in store for it.
type life struct {
	*lane
	kind    kind
	request string
	number  string
	id      string // workflow id of the case
	s       workflows.Status
	parked  map[string]string // steps that were seen stuck for good → class
	decided int               // decisions of the operator so far
	room    string            // channel of the analysis
	byHand  map[string]string // by step: the id of what somebody has made for it
}

// lifetime bounds a life: one that is longer never ends. With two dozen faults, on a busy machine, one takes three minutes.
const lifetime = 6 * time.Minute

// kind is a way in which a life can go.
type kind struct {
	name   string
	hand   func(context.Context, *life) error // what somebody makes by hand before; it does not count as made by the case
	begin  func(context.Context, *life) error // before the case is opened
	middle func(context.Context, *life) error // while its analysis is open
	reopen bool
}

// act is one thing that people do.
type act func(*life, context.Context) error

func (k kind) acts() []act {
	acts := []act{(*life).begin, (*life).open, (*life).talk, (*life).analyze, (*life).work, (*life).middle, (*life).learn, (*life).close, (*life).decide, (*life).closed}
	if k.reopen {
		acts = append(acts, (*life).reopen, (*life).close, (*life).closed)
	}
	return acts
}

// play plays the whole life.
func (l *life) play(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lifetime)
	defer cancel()
	for _, act := range l.kind.acts() {
		if err := act(l, ctx); err != nil {
			return err
		}
	}
	return nil
}

func (l *life) begin(ctx context.Context) error {
	if l.kind.begin == nil {
		return nil
	}
	return l.kind.begin(ctx, l)
}

func (l *life) middle(ctx context.Context) error {
	if l.kind.middle == nil {
		return nil
	}
	return l.kind.middle(ctx, l)
}

// open gives the command until somebody has taken it: people do the same, and it is the same command.
func (l *life) open(ctx context.Context) error {
	for {
		var answer struct{ Status int }
		err := call(ctx, http.MethodPost, control(l.at.Slack)+"command", map[string]string{
			"user": "aoi", "channel": "general", "command": "/case", "text": "open sev3 " + l.request + " --invite @kenji", "trigger_id": l.request,
		}, &answer)
		if err == nil && answer.Status == http.StatusOK {
			break
		}
		if !pause(ctx, 200*time.Millisecond) {
			return fmt.Errorf("open the case: status %d: %w", answer.Status, errors.Join(err, ctx.Err()))
		}
	}
	return l.settle(ctx, "the case is open and linked", func(s workflows.Status) bool { return s.Links.Ticket != "" && len(s.Debts) == 0 })
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// settle waits until the condition holds for the case. Meanwhile the operator decides about what is stuck for good.
func (l *life) settle(ctx context.Context, what string, holds func(workflows.Status) bool) error {
	for {
		asked, cancel := context.WithTimeout(ctx, 10*time.Second)
		opened, status, err := l.desk.Wait(asked, incident.RequestID(l.request), cases.Settled)
		cancel()
		if status != nil {
			l.s, l.number, l.id = *status, status.Number, opened.WorkflowID
			if err == nil && holds(l.s) {
				return nil
			}
			l.operate(ctx)
		}
		if !pause(ctx, 150*time.Millisecond) {
			return fmt.Errorf("%s: it does not come to it: phase %s, stuck or trying: %s: %w", what, l.s.Phase, troubles(l.s), errors.Join(err, ctx.Err()))
		}
	}
}

// troubles lists what is not done.
func troubles(s workflows.Status) string {
	var list []string
	for _, step := range s.Steps {
		if step.State == workflows.StepStuck || step.State == workflows.StepTrying {
			list = append(list, fmt.Sprintf("%s %s %s %s", step.State, step.ID, step.Class, step.Cause))
		}
	}
	return strings.Join(list, "; ") + fmt.Sprintf("; debts %v", s.Debts)
}

// operate is what somebody does at three in the morning: press Retry where nothing goes on without.
func (l *life) operate(ctx context.Context) {
	for _, step := range l.s.Steps {
		if step.State != workflows.StepStuck {
			continue
		}
		l.parked[step.ID] = step.Class
		if id := l.byHand[step.ID]; id != "" && slices.Contains(step.Actions, workflows.ActionSupply) {
			l.resolve(ctx, step, workflows.ActionSupply, json.RawMessage(fmt.Sprintf(`{"id":%q}`, id)))
			continue
		}
		if activities.Class(step.Class).Final() && slices.Contains(step.Actions, workflows.ActionRetry) {
			l.resolve(ctx, step, workflows.ActionRetry, nil)
		}
	}
}

// resolve sends a decision. Whether it was taken shows in the next status.
func (l *life) resolve(ctx context.Context, step workflows.StepStatus, action workflows.Action, input json.RawMessage) {
	l.decided++
	sent, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	handle, err := l.client.UpdateWorkflow(sent, client.UpdateWorkflowOptions{
		WorkflowID: step.WorkflowID, UpdateName: workflows.ResolveUpdate, UpdateID: fmt.Sprintf("%s-%s-%d", l.request, step.ID, l.decided),
		WaitForStage: client.WorkflowUpdateStageCompleted,
		Args: []any{workflows.ResolveCommand{
			Step: step.ID, Generation: step.Generation, Action: action, Input: input, Reason: "the fault is mended", By: principal(),
		}},
	})
	if err == nil {
		_ = handle.Get(sent, nil) // a refusal shows in that nothing changes
	}
}

// send gives the case a command until its outcome is known. It is the same command each time.
func (l *life) send(ctx context.Context, update string, command any) (workflows.Answer, error) {
	l.decided++
	id := fmt.Sprintf("%s-%s-%d", l.request, update, l.decided)
	for {
		asked, cancel := context.WithTimeout(ctx, 10*time.Second)
		answer, err := l.desk.Send(asked, l.number, update, command, id)
		cancel()
		var refusal *incident.Refusal
		if err == nil || errors.As(err, &refusal) {
			return answer, err
		}
		if !pause(ctx, 200*time.Millisecond) {
			return answer, fmt.Errorf("%s: %w", update, err)
		}
	}
}

// commands gives several.
func (l *life) commands(ctx context.Context, list ...any) error {
	for i := 0; i+1 < len(list); i += 2 {
		if _, err := l.send(ctx, list[i].(string), list[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (l *life) post(ctx context.Context, deed string, what map[string]string) (string, error) {
	var posted struct{ TS string }
	err := call(ctx, http.MethodPost, control(l.at.Slack)+deed, what, &posted)
	return posted.TS, err
}

func (l *life) talk(ctx context.Context) error {
	channel := l.s.Links.Channel
	first, err := l.post(ctx, "message", map[string]string{"user": "aoi", "channel": channel, "text": "who has the sign-in log?"})
	if err != nil {
		return err
	}
	_, err = l.post(ctx, "message", map[string]string{"user": "ben", "channel": channel, "thread_ts": first, "text": "I am getting it"})
	return err
}

func (l *life) analyze(ctx context.Context) error {
	if err := l.commands(ctx, workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", Lead: "@chie", Hypothesis: "it was used", By: principal()}); err != nil {
		return err
	}
	err := l.settle(ctx, "the analysis has a channel and its lead", func(s workflows.Status) bool {
		a := analysisOf(s, "a1")
		return a.Channel != "" && slices.Contains(a.Members, personID("chie"))
	})
	if err != nil {
		return err
	}
	l.room = analysisOf(l.s, "a1").Channel
	_, err = l.post(ctx, "file", map[string]string{
		"user": "chie", "channel": l.room, "text": "the headers", "name": "headers.txt", "base64": base64.StdEncoding.EncodeToString([]byte("From: x\n")),
	})
	return err
}

func (l *life) work(ctx context.Context) error {
	return l.commands(ctx,
		workflows.TriageUpdate, workflows.TriageCommand{Severity: incident.Sev3, Commander: "@ben", Scope: "one mailbox", By: principal()},
		workflows.ContainUpdate, workflows.ContainCommand{State: incident.Contained, By: principal()},
		workflows.TaskUpdate, workflows.TaskCommand{Title: "reset the password", Owner: "@kenji", By: principal()},
		workflows.PublishUpdate, workflows.PublishCommand{Text: "one account was used by somebody else", By: principal()})
}

func (l *life) learn(ctx context.Context) error {
	return l.commands(ctx,
		workflows.TaskUpdate, workflows.TaskCommand{Task: "t1", Status: incident.TaskDone, By: principal()},
		workflows.LessonUpdate, workflows.LessonCommand{Text: "no second factor", By: principal()},
		workflows.ConcludeUpdate, workflows.ConcludeCommand{Analysis: "a1", Finding: "one sign-in", By: principal()})
}

func (l *life) close(ctx context.Context) error {
	return l.commands(ctx, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: principal()})
}

func (l *life) decide(ctx context.Context) error {
	return l.commands(ctx, workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "theme", By: principal()})
}

func (l *life) closed(ctx context.Context) error {
	return l.settle(ctx, "the case is closed", func(s workflows.Status) bool { return s.Phase == incident.PhaseClosed && len(s.Debts) == 0 })
}

func (l *life) reopen(ctx context.Context) error {
	if err := l.commands(ctx, workflows.ReopenUpdate, workflows.ReopenCommand{Reason: "the same sender again", By: principal()}); err != nil {
		return err
	}
	err := l.settle(ctx, "the case is open again", func(s workflows.Status) bool { return s.Phase == incident.PhaseAnalysis && len(s.Debts) == 0 })
	if err != nil {
		return err
	}
	for { // the channel is taken back into use a moment later
		if _, err = l.post(ctx, "message", map[string]string{"user": "ben", "channel": l.s.Links.Channel, "text": "the sender is blocked now"}); err == nil {
			return nil
		}
		if err := l.settle(ctx, "a moment passes", func(workflows.Status) bool { return true }); err != nil || !pause(ctx, 100*time.Millisecond) {
			return errors.Join(err, ctx.Err())
		}
	}
}

// end stops the workflows of the life, so that they do nothing while the next one is played.
func (l *life) end(ctx context.Context) {
	ids := []string{workflows.IntakeWorkflowID(l.request)}
	if l.id != "" {
		ids = append(ids, l.id, workflows.MirrorWorkflowID(l.id))
		for _, a := range l.s.Analyses {
			ids = append(ids, a.WorkflowID)
		}
		for _, r := range l.s.Runs {
			ids = append(ids, r.WorkflowID)
		}
	}
	for _, id := range ids {
		_ = l.client.TerminateWorkflow(ctx, id, "", "the test is over") // it may have ended, or never begun
	}
}
