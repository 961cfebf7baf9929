package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// matrixOptions are how much of the matrix is played.
type matrixOptions struct {
	extent string
	seed   uint64
	lanes  int
	within time.Duration
	out    string
	only   string
	lives  string
}

var matrix matrixOptions

func init() {
	flag.StringVar(&matrix.extent, "matrix", "sample", "how much of the crash matrix is played: sample, wide (each call once) or full (each call in each kind of life)")
	flag.Uint64Var(&matrix.seed, "seed", 0, "of the crash matrix; 0: a new one")
	flag.IntVar(&matrix.lanes, "lanes", 0, "lives of the crash matrix at a time; 0: 4 for a sample, else 10")
	flag.DurationVar(&matrix.within, "within", 0, "how long after its recordings the crash matrix begins no more lives; 0: 20s for a sample, else never")
	flag.StringVar(&matrix.out, "matrix.out", "", "file that gets every combination of the crash matrix as JSON")
	flag.StringVar(&matrix.lives, "matrix.kinds", "", "regular expression: play only kinds of life whose name matches")
	flag.StringVar(&matrix.only, "matrix.only", "", "regular expression: play only combinations whose description matches")
}

func (o matrixOptions) withDefaults() matrixOptions {
	if o.seed == 0 {
		o.seed = uint64(time.Now().UnixNano()) % 1_000_000
	}
	sample := o.extent == "sample"
	if o.lanes == 0 {
		o.lanes = 10
		if sample {
			o.lanes = 4
		}
	}
	if o.within == 0 {
		o.within = 24 * time.Hour
		if sample {
			o.within = 20 * time.Second
		}
	}
	return o
}

// kinds are the ways of a life that are recorded. A sample leaves out those that hardly make a call of their own.
func (o matrixOptions) kinds() []kind {
	if o.extent == "sample" && o.lives == "" {
		return kinds[:1]
	}
	return slices.DeleteFunc(slices.Clone(kinds), func(k kind) bool { return !regexp.MustCompile(o.lives).MatchString(k.name) })
}

// TestCrashMatrix lets something go wrong at every vendor call of every kind of life, and something else while that is
// mended. Whatever it is, in the end there is exactly one of everything, nothing is lost, and the case ends.
//
//	go test ./deploy/local -run TestCrashMatrix -matrix wide -v -timeout 2h
func TestCrashMatrix(t *testing.T) {
	if testing.Short() {
		t.Skip("the crash matrix plays whole lives of cases, with faults: it takes a minute at least")
	}
	t.Parallel()
	o := matrix.withDefaults()
	t.Logf("seed %d", o.seed)
	m := newMatrix(t, o, hurried)
	m.record(t)
	m.plan(t)
	m.playAll(t)
	m.report(t)
}

// newMatrix builds the programs and opens the lanes.
func newMatrix(t *testing.T, o matrixOptions, changes []change) *crashMatrix {
	t.Helper()
	programs := t.TempDir()
	require.NoError(t, buildChanged(programs, changes...))
	s := newStack(t)
	m := &crashMatrix{o: o, dice: rand.New(rand.NewPCG(o.seed, 0)), began: time.Now(), seen: map[string][]spot{}, clean: map[string]census{}, kinds: o.kinds()}
	for n := range o.lanes {
		m.lanes = append(m.lanes, newLane(t, s, programs, fmt.Sprintf("lane-%d", n+1)))
	}
	return m
}

// crashMatrix is a run of the matrix.
type crashMatrix struct {
	o     matrixOptions
	kinds []kind
	dice  *rand.Rand
	began time.Time
	lanes []*lane
	seen  map[string][]spot // by kind
	clean map[string]census
	all   []*combination

	mu    sync.Mutex
	queue [][]*combination
	busy  int // lives that are being played
	lives int
	notes []string
	wrong []group
}

// group is the faults of one life that went wrong.
type group struct {
	faults []*combination
	why    string
}

// explained reports whether one of the faults alone does the same, or worse.
func (g group) explained() bool {
	return slices.ContainsFunc(g.faults, func(c *combination) bool { return c.Result != "ok" && c.Result != "" && c.Result != neverCame })
}

// each does the work in all lanes at once: take gives a lane something to do, nil when there is nothing left.
func (m *crashMatrix) each(ctx context.Context, take func() func(*lane)) {
	var all sync.WaitGroup
	for _, l := range m.lanes {
		all.Go(func() {
			for ctx.Err() == nil {
				do := take()
				if do == nil {
					return
				}
				do(l)
			}
		})
	}
	all.Wait()
}

// record plays each kind of life as it is, and notes its calls and what it leaves.
func (m *crashMatrix) record(t *testing.T) {
	t.Helper()
	left := m.kinds
	m.each(t.Context(), func() func(*lane) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if len(left) == 0 {
			return nil
		}
		k := left[0]
		left = left[1:]
		name := m.name(k)
		return func(l *lane) {
			p := l.playLife(t.Context(), k, name, nil, nil)
			m.mu.Lock()
			defer m.mu.Unlock()
			m.seen[k.name], m.clean[k.name] = p.spots, p.counted
			m.notes = append(m.notes, fmt.Sprintf("a %s life makes %d calls in %s: %s", k.name, len(p.spots), p.took.Round(100*time.Millisecond), p.verdict.short()))
			if !p.verdict.good() {
				t.Errorf("%s life without further faults: %s", k.name, p.verdict.short())
			}
		}
	})
	for _, note := range m.notes {
		t.Log(note)
	}
	m.agree(t)
	if t.Failed() {
		t.FailNow()
	}
}

// agree compares what the kinds of life leave: only how often the case was archived may differ.
func (m *crashMatrix) agree(t *testing.T) {
	t.Helper()
	clean, recorded := m.clean["clean"]
	for _, k := range m.kinds {
		if k.reopen || k.hand != nil || k.name == "unreached" || k.name == "runbook" || !recorded { // these leave less, or more
			continue
		}
		doubled, lost := m.clean[k.name].against(clean)
		require.Empty(t, append(doubled, lost...), "a %s life leaves something else than a clean one", k.name)
	}
}

// name is a new request id.
func (m *crashMatrix) name(k kind) string {
	m.lives++
	return fmt.Sprintf("m%d-%s-%d", m.o.seed, k.name, m.lives)
}

func (m *crashMatrix) plan(t *testing.T) {
	t.Helper()
	m.all = plan(m.kinds, m.seen, m.o, m.dice)
	m.queue = pack(m.all)
	t.Logf("%d combinations in %d lives, %d lanes", len(m.all), len(m.queue), m.o.lanes)
}

// playAll plays the queue. What is wrong with a life that many faults struck is looked for in lives with one of them.
func (m *crashMatrix) playAll(t *testing.T) {
	t.Helper()
	begun := time.Now()
	m.each(t.Context(), func() func(*lane) {
		for {
			m.mu.Lock()
			over := time.Since(begun) > m.o.within
			if len(m.queue) > 0 && (!over || m.queue[0][0].suspect) { // what was begun is cleared up

				defer m.mu.Unlock()
				return m.next(t)
			}
			idle := m.busy == 0
			m.mu.Unlock()
			if idle || !pause(t.Context(), 100*time.Millisecond) {
				return nil
			}
		}
	})
}

// next takes a life from the queue.
func (m *crashMatrix) next(t *testing.T) func(*lane) {
	faults := m.queue[0]
	m.queue = m.queue[1:]
	m.busy++
	k := kindNamed(faults[0].Kind)
	name := m.name(k)
	return func(l *lane) {
		p := l.playLife(t.Context(), k, name, faults, m.clean[k.name])
		m.mu.Lock()
		defer m.mu.Unlock()
		m.busy--
		m.settle(t, faults, p)
	}
}

func kindNamed(name string) kind {
	for _, k := range kinds {
		if k.name == name {
			return k
		}
	}
	return kind{}
}

// settle writes down what a life says about its combinations.
func (m *crashMatrix) settle(t *testing.T, faults []*combination, p played) {
	var struck, missed []*combination
	for _, c := range faults {
		c.turns++
		if p.struck[c.tag] {
			struck = append(struck, c)
		} else {
			missed = append(missed, c)
		}
	}
	switch {
	case p.verdict.good():
		for _, c := range struck {
			c.Result, c.With, c.suspect = "ok", len(struck)-1, false
		}
	case len(struck) <= 1:
		for _, c := range struck {
			c.Result, c.With, c.suspect = p.verdict.short(), 0, false
			t.Logf("%s: %s", c, c.Result)
		}
	default: // something is wrong, and it may be any of these
		for _, c := range struck {
			c.suspect = true
			m.queue = append([][]*combination{{c}}, m.queue...)
		}
		m.wrong = append(m.wrong, group{struck, p.verdict.short()})
		t.Logf("a life with %d faults went wrong, each is played alone: %s", len(struck), p.verdict.short())
	}
	m.again(missed)
}

// again gives combinations that did not come another turn: how often a life makes a call depends on its course.
func (m *crashMatrix) again(missed []*combination) {
	for _, c := range missed {
		if c.turns < 3 {
			m.queue = append(m.queue, []*combination{c})
		} else if c.Result == "" {
			c.Result = neverCame
		}
	}
	m.queue = repack(m.queue)
}

const neverCame = "never came"

// repack puts single ones of the end of the queue together.
func repack(queue [][]*combination) [][]*combination {
	cut := len(queue)
	var loose []*combination
	for cut > 0 && len(queue[cut-1]) < mostFaults && queue[cut-1][0].turns > 0 && queue[cut-1][0].Result == "" {
		cut--
		loose = append(loose, queue[cut]...)
	}
	return append(queue[:cut:cut], pack(loose)...)
}
