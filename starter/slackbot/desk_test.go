package slackbot_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/google/go-cmp/cmp"

	"hikeshi/starter/slackbot"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// desk keeps requests in memory. Its cases are ready at once.
type desk struct {
	mu       sync.Mutex
	requests map[string]incident.Request
	viewers  []slackbot.Viewer
	openErr  []error // what the next Opens return; the request is kept with ErrNotConfirmed only
	seen     *incident.Refusal
	down     error
	lost     error // what Follow returns
	bells    []slackbot.Bell
	events   []slackbot.Event

	decided   []slackbot.Decision
	decideErr []error // what the next Decides return
	became    notice.Outcome

	acts  []slackbot.Act
	doErr []error // what the next Dos return; the act is kept with none and with ErrNotConfirmed
	found notice.Case

	lists  []string // which were asked for
	listed []notice.Listed
	stuck  notice.StuckList
	home   notice.Home
	names  []string      // for which Home was asked
	slow   chan struct{} // looks wait until it is closed; nil: they do not
}

// Do keeps the acts; the same one again is the same one.
func (d *desk) Do(_ context.Context, a slackbot.Act) (slackbot.Done, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var err error
	if len(d.doErr) > 0 {
		err, d.doErr = d.doErr[0], d.doErr[1:]
	}
	if err != nil && !errors.Is(err, slackbot.ErrNotConfirmed) {
		return slackbot.Done{}, err
	}
	if !slices.ContainsFunc(d.acts, func(b slackbot.Act) bool { return a.ID == b.ID && cmp.Equal(a.Fields, b.Fields) }) {
		d.acts = append(d.acts, a)
	}
	return slackbot.Done{Number: "SEC-1", Text: "SEC-1: <done>", ID: "t1", Missing: []string{"scope"}}, err
}

func (d *desk) CaseOf(_ context.Context, channel string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down != nil {
		return "", d.down
	}
	if strings.HasPrefix(channel, "C0CASE") || strings.HasPrefix(channel, "C0ANALYS") {
		return "SEC-1", nil
	}
	return "", nil
}

func (d *desk) did() []slackbot.Act {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.acts)
}

// Decide takes the first decision about each step, and tells later ones who was first.
func (d *desk) Decide(_ context.Context, n slackbot.Decision, v slackbot.Viewer) (slackbot.Taken, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.viewers = append(d.viewers, v)
	if len(d.decideErr) > 0 {
		err := d.decideErr[0]
		d.decideErr = d.decideErr[1:]
		return nil, err
	}
	for _, first := range d.decided {
		if first.Chosen == n.Chosen && first.ID != n.ID {
			return nil, incident.Refuse(incident.Rule, "", "%s decided about %s before you: %s", first.By.Name, n.Step, first.Action)
		}
		if first.ID == n.ID {
			return n.Step, nil
		}
	}
	d.decided = append(d.decided, n)
	return n.Step, nil
}

func (d *desk) Became(_ context.Context, t slackbot.Taken) notice.Outcome {
	d.mu.Lock()
	defer d.mu.Unlock()
	o := d.became
	o.Number, o.Step = "SEC-1", t.(string)
	return o
}

func (d *desk) decisions() []slackbot.Decision {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]slackbot.Decision{}, d.decided...)
}

func newDesk() *desk { return &desk{requests: map[string]incident.Request{}} }

func (d *desk) Open(_ context.Context, r incident.Request) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	clean, err := r.Cleaned()
	if err != nil {
		return err
	}
	if len(d.openErr) > 0 {
		err, d.openErr = d.openErr[0], d.openErr[1:]
		return err
	}
	d.requests[r.ID] = clean
	return nil
}

func (d *desk) Follow(_ context.Context, id string) (notice.Case, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen != nil {
		return notice.Case{}, d.seen
	}
	if d.lost != nil {
		return notice.Case{}, d.lost
	}
	r := d.requests[id]
	return notice.Case{Number: "SEC-1", Title: r.Title, Links: []notice.Link{{Kind: "channel", Text: "<#C0CASE001>"}}}, nil
}

func (d *desk) Status(_ context.Context, number string, v slackbot.Viewer) (notice.Case, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.viewers = append(d.viewers, v)
	switch {
	case d.down != nil:
		return notice.Case{}, d.down
	case number == "SEC-1" || number == "" && v.Channel == "C0CASE001":
		found := d.found
		found.Number, found.WorkflowID, found.Title = "SEC-1", "case/SEC-1", "<!here> mail"
		return found, nil
	}
	return notice.Case{}, incident.Refuse(incident.NotFound, "", "there is no case %s", number)
}

func (d *desk) Ring(_ context.Context, b slackbot.Bell) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down == nil {
		d.bells = append(d.bells, b)
	}
	return d.down
}

func (d *desk) Happened(_ context.Context, e slackbot.Event) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down == nil {
		d.events = append(d.events, e)
	}
	return d.down
}

func (d *desk) kept() []incident.Request {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []incident.Request
	for _, r := range d.requests {
		list = append(list, r)
	}
	return list
}

func (d *desk) List(ctx context.Context, which string, v slackbot.Viewer) (notice.CaseList, error) {
	if err := d.look(ctx, v); err != nil {
		return notice.CaseList{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lists = append(d.lists, which)
	return notice.CaseList{Cases: d.listed}, nil
}

func (d *desk) Stuck(ctx context.Context, v slackbot.Viewer) (notice.StuckList, error) {
	if err := d.look(ctx, v); err != nil {
		return notice.StuckList{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stuck, nil
}

// look waits as long as it is told to.
func (d *desk) look(ctx context.Context, v slackbot.Viewer) error {
	d.mu.Lock()
	slow, down := d.slow, d.down
	d.viewers = append(d.viewers, v)
	d.mu.Unlock()
	if slow != nil {
		select {
		case <-slow:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return down
}

func (d *desk) Home(ctx context.Context, v slackbot.Viewer, names []string) (notice.Home, error) {
	if err := d.look(ctx, v); err != nil {
		return notice.Home{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.names = names
	return d.home, nil
}
