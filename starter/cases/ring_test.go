package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"hikeshi/workflows"
)

// exchange is a Temporal in which channels belong to cases, and which keeps the signals it takes.
type exchange struct {
	client.Client
	mu       sync.Mutex
	channels map[string]string // id → workflow id of the case
	mirrors  []string
	lists    []string
	signals  []string
	fail     []error       // of the next signals; nil: taken
	down     error         // of lists
	gate     chan struct{} // lists wait until it is closed; nil: they do not
}

func (e *exchange) ListWorkflow(_ context.Context, r *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	if e.gate != nil {
		<-e.gate
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lists = append(e.lists, r.GetQuery())
	if e.down != nil {
		return nil, e.down
	}
	var ids []string
	if strings.Contains(r.GetQuery(), "'Mirror'") {
		ids = e.mirrors
	}
	for channel, id := range e.channels {
		if strings.Contains(r.GetQuery(), "'"+channel+"'") {
			ids = append(ids, id)
		}
	}
	return page(ids, r), nil
}

// page cuts a list into pages of two.
func page(ids []string, r *workflowservice.ListWorkflowExecutionsRequest) *workflowservice.ListWorkflowExecutionsResponse {
	from, found := len(r.GetNextPageToken()), &workflowservice.ListWorkflowExecutionsResponse{}
	for _, id := range ids[from:min(from+2, len(ids))] {
		found.Executions = append(found.Executions, &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: id}})
	}
	if from+2 < len(ids) {
		found.NextPageToken = make([]byte, from+2)
	}
	return found
}

func (e *exchange) SignalWorkflow(_ context.Context, id, _, name string, payload any) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.fail) > 0 {
		err := e.fail[0]
		if e.fail = e.fail[1:]; err != nil {
			return err
		}
	}
	e.signals = append(e.signals, fmt.Sprintf("%s %s %+v", id, name, payload))
	return nil
}

func newExchange() (*Cases, *exchange) {
	e := &exchange{channels: map[string]string{"C1": "case/SEC-1"}}
	return &Cases{client: e}, e
}

func TestRingAsksOnceForTheCase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, e := newExchange()
		bell := workflows.Bell{Channels: []string{"C1"}}
		for range 3 {
			if err := c.Ring(t.Context(), "C1", bell); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Happened(t.Context(), workflows.ChannelEvent{Channel: "C1", Did: "joined", User: "U1"}); err != nil {
			t.Fatal(err)
		}
		ring := "case/SEC-1/mirror bell {Channels:[C1] Hints:[]}"
		if want := []string{ring, ring, ring, "case/SEC-1 channel {Channel:C1 Did:joined User:U1 Called: Name:}"}; !slices.Equal(e.signals, want) {
			t.Errorf("signals %q, want %q", e.signals, want)
		}
		if want := []string{"WorkflowType = 'Case' AND CaseChannel = 'C1'"}; !slices.Equal(e.lists, want) {
			t.Errorf("asked %q, want %q", e.lists, want)
		}
		time.Sleep(hitTime)
		_ = c.Ring(t.Context(), "C1", bell)
		if len(e.lists) != 2 {
			t.Errorf("asked %d times after the answer was out of date, want 2", len(e.lists))
		}
	})
}

// A new channel must be found soon, and one that belongs to no case must not be asked for with every message.
func TestMissesAreRememberedLongerEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, e := newExchange()
		unsure := 0
		for range 600 { // ten minutes, a message a second
			switch err := c.Ring(t.Context(), "C9", workflows.Bell{}); {
			case errors.Is(err, ErrNoCaseYet):
				unsure++
			case err != nil:
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if n := len(e.lists); n < 12 || n > 20 {
			t.Errorf("asked %d times in ten minutes, want a few times at first and then every minute", n)
		}
		if unsure < 30 || unsure > 90 {
			t.Errorf("it is %d s until a channel belongs to no case for sure, want about a minute", unsure)
		}
		e.channels["C9"] = "case/SEC-9"
		time.Sleep(longestMiss)
		if _ = c.Ring(t.Context(), "C9", workflows.Bell{}); len(e.signals) != 1 {
			t.Errorf("signals %q, want one: the channel has a case now", e.signals)
		}
	})
}

// People who ask in a channel again and again do not make it one that belongs to no case.
func TestAskingOftenIsNotKnowing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, e := newExchange()
		for range 10 {
			_, _ = c.caseOfChannel(t.Context(), "C9")
		}
		if err := c.Ring(t.Context(), "C9", workflows.Bell{}); !errors.Is(err, ErrNoCaseYet) {
			t.Errorf("after ten questions: %v", err)
		}
		e.channels["C9"] = "case/SEC-9"
		time.Sleep(firstMiss)
		if err := c.Ring(t.Context(), "C9", workflows.Bell{}); err != nil || len(e.signals) != 1 {
			t.Errorf("a second later: %v, signals %q", err, e.signals)
		}
	})
}

func TestABurstAsksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, e := newExchange()
		e.gate = make(chan struct{})
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { _ = c.Ring(t.Context(), "C1", workflows.Bell{}) })
		}
		synctest.Wait()
		close(e.gate)
		all.Wait()
		if len(e.lists) != 1 || len(e.signals) != 50 {
			t.Errorf("asked %d times and sent %d signals, want 1 and 50", len(e.lists), len(e.signals))
		}
	})
}

func TestRingFaults(t *testing.T) {
	for _, tt := range []struct {
		name    string
		channel string
		fail    []error
		down    error
		code    string
		signals int
	}{
		{"busy for a moment", "C1", []error{closing, closing}, nil, "", 1},
		{"no mirror yet", "C1", []error{serviceerror.NewNotFound("no such workflow")}, nil, "", 0},
		{"Temporal is down", "C1", nil, serviceerror.NewUnavailable("connection refused"), "unreachable", 0},
		{"the signal is lost", "C1", []error{context.DeadlineExceeded}, nil, "unknown_outcome", 0},
		{"not an id", "C1' OR '", nil, errors.New("it must not be asked"), "", 0},
		{"no case", "C9", nil, nil, "no_case_yet", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, e := newExchange()
				e.fail, e.down = tt.fail, tt.down
				if err := c.Ring(t.Context(), tt.channel, workflows.Bell{}); codeOf(err) != tt.code && (tt.code != "no_case_yet" || !errors.Is(err, ErrNoCaseYet)) || len(e.signals) != tt.signals {
					t.Errorf("%v with %d signals, want code %q with %d", err, len(e.signals), tt.code, tt.signals)
				}
			})
		})
	}
}

func TestACaseThatIsGoneIsForgotten(t *testing.T) {
	c, e := newExchange()
	e.fail = []error{serviceerror.NewNotFound("workflow execution already completed")}
	for range 2 {
		if err := c.Happened(t.Context(), workflows.ChannelEvent{Channel: "C1", Did: "renamed"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(e.lists) != 2 || len(e.signals) != 1 {
		t.Errorf("asked %d times and sent %d signals, want 2 and 1", len(e.lists), len(e.signals))
	}
}

func TestRingAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, e := newExchange()
		e.mirrors = []string{"case/A-1/mirror", "case/A-2/mirror", "case/A-3/mirror", "case/A-4/mirror", "case/A-5/mirror"}
		e.fail = []error{nil, serviceerror.NewNotFound("ended"), serviceerror.NewPermissionDenied("no", "")}
		began := time.Now()
		rung, err := c.RingAll(t.Context())
		if rung != 3 || err != nil {
			t.Errorf("rang %d, %v; want all but the two that cannot be", rung, err)
		}
		if want := []string{"case/A-1/mirror bell {Channels:[] Hints:[]}", "case/A-4/mirror bell {Channels:[] Hints:[]}", "case/A-5/mirror bell {Channels:[] Hints:[]}"}; !slices.Equal(e.signals, want) {
			t.Errorf("signals %q, want %q", e.signals, want)
		}
		if e.lists[0] != "WorkflowType = 'Mirror' AND ExecutionStatus = 'Running'" || len(e.lists) != 3 {
			t.Errorf("asked %q, want three pages", e.lists)
		}
		if pause := time.Since(began); pause < 4*time.Second/ringRate {
			t.Errorf("five mirrors were rung within %s", pause)
		}
		e.fail = []error{nil, serviceerror.NewUnavailable("connection refused")}
		if rung, err := c.RingAll(t.Context()); rung != 1 || codeOf(err) != "unreachable" {
			t.Errorf("rang %d, %v; want it to end when Temporal goes away", rung, err)
		}
	})
}

func TestChannelsAreBounded(t *testing.T) {
	c := &channels{}
	for i := range maxChannels + 100 {
		c.remember(fmt.Sprintf("C%d", i), "case/SEC-1")
	}
	if n := len(c.known); n > maxChannels {
		t.Errorf("%d channels are remembered, want at most %d", n, maxChannels)
	}
	if _, ok := c.remembered(fmt.Sprintf("C%d", maxChannels+99), 0); !ok {
		t.Error("the newest is forgotten")
	}
}
