package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"hikeshi/activities/fake"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
	"hikeshi/workflows/wire"
)

// patient is how long a test waits for what must come. It is long: only a broken product makes a test wait for it.
const patient = 2 * time.Minute

func TestMain(m *testing.M) {
	flag.Parse()
	waitTogether()
	forgetEnvironment()
	status := m.Run()
	sharedInstall.stop()
	os.RemoveAll(binaries.dir) //nolint:errcheck // a temporary directory
	os.Exit(status)
}

// waitTogether lets more tests run at once than there are processors, unless the command line says how many: a test that
// kills spends its time waiting for Temporal to notice.
func waitTogether() {
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		_ = flag.Set("test.parallel", "8") // the flag is there, and 8 is a number
	}
}

// install is a whole Hikeshi in the test's process, and ways to use it as people do.
type install struct {
	*local
	desk   *cases.Cases
	client client.Client // sees payloads in plain text
	cfg    *settings.Config
}

// newInstall starts one on the directory, without a Web UI, without rate limits, with a search that does not lag and a
// Slack that waits for the gateway on a slow machine, too.
// It is stopped when the test ends.
func newInstall(t *testing.T, dir string, edit func(*options)) *install {
	t.Helper()
	in, err := startInstall(dir, edit)
	require.NoError(t, err)
	t.Cleanup(func() {
		in.autopsy(t)
		require.NoError(t, in.close())
	})
	return in
}

func startInstall(dir string, edit func(*options)) (*install, error) {
	if *record {
		if err := useTestKeys(dir); err != nil {
			return nil, err
		}
	}
	o := options{data: dir, noUI: true, noLimits: true, searchLag: -1, probe: time.Second, patience: patient, deciding: olderCode()}
	if edit != nil {
		edit(&o)
	}
	o.rewrite = calmly(o.rewrite)
	l, err := start(context.Background(), o, newNarrator(io.Discard))
	if err != nil {
		return nil, err
	}
	in := &install{local: l}
	if in.cfg, err = l.load(); err == nil {
		err = in.connect()
	}
	if err != nil {
		return nil, fmt.Errorf("%w (stopping: %v)", err, l.stop())
	}
	return in, nil
}

// calmly lets a case wait for its ticket as long as it takes, unless the test says how long: on a slow machine 3 s are soon
// over, and the case would begin under a provisional number.
func calmly(rewrite func(string) string) func(string) string {
	return func(config string) string {
		if rewrite != nil {
			config = rewrite(config)
		}
		if strings.Contains(config, "intake_patience:") {
			return config
		}
		return strings.Replace(config, "timing:\n", "timing:\n  intake_patience: 1m\n", 1)
	}
}

// hasty lets a case wait for its ticket as long as in production.
func hasty(o *options) {
	o.rewrite = func(config string) string {
		return replaceOnce(config, "timing:\n", "timing:\n  intake_patience: 3s\n")
	}
}

func (in *install) connect() error {
	o, err := cases.Options(in.cfg, "test")
	if err != nil {
		return err
	}
	if in.client, err = wire.Dial(context.Background(), o); err != nil {
		return err
	}
	in.desk = cases.New(in.client, o, in.cfg)
	return nil
}

func (in *install) close() error {
	in.client.Close()
	return in.stop()
}

// useTestKeys gives an install the keys with which the recorded histories can be read.
func useTestKeys(dir string) error {
	keys, err := os.ReadFile(filepath.Join(histories, "keys.yaml"))
	if err != nil {
		return err
	}
	return write(filepath.Join(dir, "keys.yaml"), keys)
}

// sharedInstall serves the tests that do nothing to it but open cases.
var sharedInstall = &once{}

type once struct {
	sync.Once
	in  *install
	err error
	dir string
}

func shared(t *testing.T) *install {
	t.Helper()
	sharedInstall.Do(func() {
		if sharedInstall.dir, sharedInstall.err = os.MkdirTemp("", "hikeshi-test-"); sharedInstall.err == nil {
			sharedInstall.in, sharedInstall.err = startInstall(sharedInstall.dir, nil)
		}
	})
	require.NoError(t, sharedInstall.err)
	return sharedInstall.in
}

func (o *once) stop() {
	if o.in != nil {
		if err := o.in.close(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the shared install:", err)
		}
	}
	os.RemoveAll(o.dir) //nolint:errcheck // a temporary directory
}

var triggers atomic.Int64

// trigger is a new id of a click in Slack.
func trigger() string { return fmt.Sprintf("test-%d-%d", time.Now().UnixNano(), triggers.Add(1)) }

// command gives /case as somebody of the cast, in #general, and returns what the person sees at once.
func (in *install) command(t *testing.T, user, text, trigger string) string {
	t.Helper()
	return plainAnswer(clicks(t, in.at.Slack, map[string]string{"user": user, "channel": "general", "command": "/case", "text": text, "trigger_id": trigger}))
}

// clicks gives a command at Slack's address and returns the answer. As long as the gateway does not answer in the time that
// Slack waits, it is given again: the same trigger is the same click.
func clicks(t *testing.T, slack string, command map[string]string) string {
	t.Helper()
	var answer struct {
		Status int    `json:"status"`
		Body   string `json:"body"`
		Error  string `json:"error"`
	}
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		answer.Status, answer.Error = 0, ""
		require.NoError(c, call(t.Context(), "POST", control(slack)+"command", command, &answer))
		require.Equal(c, 200, answer.Status, answer.Body)
		require.Empty(c, answer.Error)
	}, patient, 5*time.Millisecond, "%v", command)
	return answer.Body
}

// open opens a case as somebody of the cast and waits until it is that far.
func (in *install) open(t *testing.T, user, text string, until cases.Until) (request string, s workflows.Status) {
	t.Helper()
	request = trigger()
	in.command(t, user, text, request)
	return request, in.wait(t, request, until)
}

func (in *install) wait(t *testing.T, request string, until cases.Until) workflows.Status {
	t.Helper()
	s, err := in.follow(t.Context(), request, until, patient)
	require.NoError(t, err, "%s", in.told(s))
	return *s
}

func (in *install) follow(ctx context.Context, request string, until cases.Until, most time.Duration) (*workflows.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	_, s, err := in.desk.Wait(ctx, incident.RequestID(request), until)
	return s, err
}

// told is what a test that fails says of a case.
func (in *install) told(s *workflows.Status) string {
	text, err := json.Marshal(s)
	return fmt.Sprintf("%s %v", text, err)
}

// settle waits until the condition holds for the case.
func (in *install) settle(t *testing.T, request, what string, holds func(workflows.Status) bool) (settled workflows.Status) {
	t.Helper()
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		s, err := in.follow(t.Context(), request, cases.Settled, patient/10)
		if assert.NoError(c, err, "%s", in.told(s)) && assert.True(c, holds(*s), "%s", in.told(s)) {
			settled = *s
		}
	}, patient, 50*time.Millisecond, "%s", what)
	return settled
}

// stuckIn reports whether a step of the case cannot go on.
func stuckIn(s workflows.Status, id string) bool { return stepOf(s, id).State == workflows.StepStuck }

func stepOf(s workflows.Status, id string) workflows.StepStatus {
	for _, step := range s.Steps {
		if step.ID == id {
			return step
		}
	}
	return workflows.StepStatus{}
}

// world is what the sandbox holds of a case.
func (in *install) world(t *testing.T, request string) world {
	t.Helper()
	all, err := in.observe(t.Context())
	require.NoError(t, err)
	return all.of(request)
}

// fault injects a fault rule at a vendor's address.
func fault(t *testing.T, vendor string, f fake.Fault) {
	t.Helper()
	require.NoError(t, call(t.Context(), "POST", control(vendor)+"faults", f, nil))
}

func cast(t *testing.T, handle string) fake.Person {
	t.Helper()
	p, known := personNamed(handle)
	require.True(t, known, handle)
	return p
}
