package workflows_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities"
	"hikeshi/activities/seal"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// scribe makes seals of nothing, and notes what was asked for.
type scribe struct {
	mu     sync.Mutex
	orders []seal.Order
	news   func(n int) int // of the n-th order; nil: always something
}

func (s *scribe) Seal(_ context.Context, in seal.Order, _ seal.Own, _ func()) (seal.Made, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders = append(s.orders, in)
	news := 1
	if s.news != nil {
		news = s.news(len(s.orders))
	}
	var files []seal.Content
	for _, kind := range []string{"json", "history.jsonl", "records.jsonl"} {
		files = append(files, seal.Content{Name: workflows.SealFile(in.Seal, in.Branch, kind), Mime: "application/json", Bytes: []byte(kind)})
	}
	head := fmt.Sprintf("%064x", in.Seal)
	return seal.Made{Files: files, Doc: fmt.Sprintf(`{"branch":%q}`, in.Branch), Head: head, News: news, Runs: []seal.Run{{Workflow: in.Case, Run: "r", Through: int64(len(s.orders))}}}, nil
}

func (s *scribe) Audit(context.Context, string, [][]byte) ([]byte, []byte, error) {
	return []byte("{}\n"), []byte("<html>"), nil
}

// authority stamps, unless it is away.
type authority struct{ away error }

func (a *authority) Stamp(context.Context, string) ([]byte, time.Time, error) {
	return []byte{0x30}, time.Now(), a.away
}

func (a *authority) Check([]byte, string) (time.Time, error) { return time.Now(), nil }

// sealing is a world in which cases are sealed.
func sealing(t *testing.T) (*world, *scribe, *authority) {
	t.Helper()
	w, s, a := newWorld(t), &scribe{}, &authority{}
	w.place.SealEvery, w.place.Stamp = 24*time.Hour, true
	w.deps.Seal = &seal.Activities{Recorder: s, Files: w.deps.Drive.Client, Authority: a}
	return w, s, a
}

func whys(list []seal.Order) (why []string) {
	for _, o := range list {
		why = append(why, o.Why)
	}
	return why
}

// sealsOn are the heads that the tickets' comments name.
func (w *world) sealsOn() (heads []string) {
	for _, i := range w.jira.Issues() {
		for _, c := range w.jira.Comments(i.Key) {
			if _, line, found := strings.Cut(c.Body, "hikeshi-seal "); found {
				heads = append(heads, strings.Fields(line)[3])
			}
		}
	}
	slices.Sort(heads)
	return heads
}

// While nothing happens nothing is sealed but the beginning: the daily look costs one activity, and no comment.
func TestDailySeals(t *testing.T) {
	t.Parallel()
	w, s, _ := sealing(t)
	s.news = func(n int) int { return map[bool]int{true: 1}[n == 1 || n == 4] }
	state, _ := w.intake(report("daily"))
	status, state := w.live(state, 5*24*time.Hour-time.Hour)
	require.Equal(t, []string{"daily", "daily", "daily", "daily"}, whys(s.orders))
	require.Equal(t, 2, status.Audit.Seals)
	require.Equal(t, s.orders[1].Prev, fmt.Sprintf("%064x", 1))
	require.Equal(t, 2, s.orders[3].Seal)
	require.NotEmpty(t, s.orders[3].Token, "the timestamp of the first seal is sealed with the second")
	require.True(t, status.Audit.Stamped)
	require.Len(t, w.sealsOn(), 2)
	require.Empty(t, status.Debts)
	require.NotNil(t, state)
}

// A roll asks for a seal and does not wait for it; the next run's first event holds the head.
func TestRollsAreSealed(t *testing.T) {
	t.Parallel()
	w, s, _ := sealing(t)
	state, _ := w.intake(report("rolls"))
	_, state = w.live(state, time.Hour)
	require.Empty(t, s.orders)
	_, state = w.live(state, time.Hour)
	require.Equal(t, []string{"roll"}, whys(s.orders))
	status, _ := w.live(state, time.Hour)
	require.Equal(t, []string{"roll", "roll"}, whys(s.orders))
	require.Equal(t, fmt.Sprintf("%064x", 1), s.orders[1].Prev)
	require.Equal(t, int64(1), s.orders[1].Runs[0].Through)
	require.Equal(t, 2, status.Audit.Seals)
	require.NotEmpty(t, status.Audit.Folder)
}

// An authority that is away holds up its timestamp, in everybody's sight, but no roll and no comment; when it is back the
// seal has both witnesses.
func TestAnAuthorityThatIsAway(t *testing.T) {
	t.Parallel()
	w, s, a := sealing(t)
	a.away = activities.Fault{Class: activities.Unavailable, System: "timestamp", Op: "timestamp a seal", Cause: "HTTP 503"}.Error()
	state, _ := w.intake(report("away"))
	_, state = w.live(state, time.Hour)
	status, state := w.live(state, 2*time.Hour)
	require.Equal(t, []string{"stamp"}, status.Audit.Owed)
	require.Equal(t, []string{"seal@1.stamp"}, status.Debts)
	require.Equal(t, incident.Stuck, status.Status)
	require.Len(t, w.sealsOn(), 1)
	a.away = nil
	status, _ = w.live(state, time.Hour)
	require.Empty(t, status.Audit.Owed)
	require.Equal(t, []string{"roll", "roll"}, whys(s.orders), "what was asked for meanwhile is sealed then")
	require.Equal(t, 2, status.Audit.Seals)
}

// A seal that lies under the ids already, of a branch that a reset gave up, stays: others are reserved.
func TestIDsThatAreTaken(t *testing.T) {
	t.Parallel()
	w, s, _ := sealing(t)
	state, _ := w.intake(report("taken"))
	_, state = w.live(state, time.Hour)
	taken := 0
	status, _ := w.live(state, time.Hour, func(env *testsuite.TestWorkflowEnvironment) {
		env.OnActivity("SealHistory", mock.Anything, mock.Anything).Return(func(ctx context.Context, in seal.SealHistory) (seal.Sealed, error) {
			if taken++; taken == 1 {
				require.False(t, in.Fresh)
				return seal.Sealed{Taken: true}, nil
			}
			require.True(t, in.Fresh)
			made, err := s.Seal(ctx, in.Order, seal.Own{}, nil)
			return seal.Sealed{Doc: made.Doc, Head: made.Head, Runs: made.Runs, Files: make([]seal.Artifact, 3)}, err
		})
	})
	require.Equal(t, 2, taken)
	require.Equal(t, 1, status.Audit.Seals)
}

// Where no interval is placed, as in a case of older code, nothing is sealed.
func TestWithoutAnInterval(t *testing.T) {
	t.Parallel()
	w, s, _ := sealing(t)
	w.place.SealEvery = 0
	state, _ := w.intake(report("unsealed"))
	_, state = w.live(state, time.Hour)
	status, _ := w.live(state, 3*24*time.Hour)
	require.Empty(t, s.orders)
	require.Zero(t, status.Audit.Seals)
}

// A reset to where a seal was made, but its timestamp was owed: the seal is still one of the branch that the reset gave
// up, and so are its witnesses. Under a name of the new branch nobody would find them.
func TestWitnessesAfterAReset(t *testing.T) {
	t.Parallel()
	w, _, a := sealing(t)
	a.away = activities.Fault{Class: activities.Unavailable, System: "timestamp", Op: "timestamp a seal", Cause: "HTTP 503"}.Error()
	state, _ := w.intake(report("given up"))
	_, state = w.live(state, time.Hour)
	_, state = w.live(state, time.Hour)
	require.Equal(t, []string{"stamp"}, state.Seals.Owed)
	state.Seals.Branch, a.away = "0195b2c4-7e1d-7a53-9d0c-5b7f6e3a1c22", nil
	status, _ := w.live(state, time.Hour)
	require.Empty(t, status.Audit.Owed)
	var names []string
	for _, f := range w.drive.Files() {
		if strings.HasSuffix(f.Name, ".tsr") {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	require.Equal(t, []string{"seal-001.tsr", "seal-002-0195b2c4.tsr"}, names)
}
