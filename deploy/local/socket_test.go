package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"hikeshi/activities/slack/slacktest"
	"hikeshi/starter/cases"
	"hikeshi/workflows"
)

// way is how Slack's requests reach the gateways.
type way struct {
	start  func(n int) []*process // starts gateways, and waits until requests reach them
	deafen func()                 // loses every answer of those that run now: they might as well have been killed before sending it
}

// Over Socket Mode and over HTTP, with two gateways: everything that Slack sends comes twice and out of order, and both
// gateways are killed between writing what was sent and acknowledging it. There is one case, its log holds all that was
// said, once, and what was typed, pressed, filled in and marked was done once.
func TestTwiceAndKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for what Slack sends again")
	}
	for name, by := range map[string]func(p *process) way{
		"sockets": func(p *process) way { return way{p.socketGateways, p.deafen} },
		"http":    (*process).balanced,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			local := startLocal(t, "--without", "gateway")
			local.twiceAndKilled(t, by(local))
		})
	}
}

func (p *process) twiceAndKilled(t *testing.T, by way) {
	in, local := p.attach(), p
	gateways := by.start(2)
	stormy := slacktest.Weather{Seed: 1, Repeat: 100, Delay: 50, DelayMS: 800}
	require.NoError(t, call(t.Context(), http.MethodPost, control(local.Slack)+"weather", stormy, nil))

	request := trigger()
	by.deafen()
	clicked := make(chan int, 1)
	go func() { clicked <- local.tries(request) }()
	require.Eventually(t, func() bool {
		d, err := in.client.DescribeWorkflowExecution(t.Context(), workflows.IntakeWorkflowID(request), "")
		return err == nil && d.GetWorkflowExecutionInfo().GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED
	}, patient, 5*time.Millisecond, "the request is recorded")
	local.killAll(gateways)
	require.NotEqual(t, http.StatusOK, <-clicked, "the person was told that it did not work")

	gateways = by.start(2)
	local.click("aoi", "general", "open told twice", request) // the same click: whatever sends it again
	s := in.wait(t, request, cases.Linked)
	require.NoError(t, in.world(t, request).exactlyOne())

	first := in.says(t, "aoi", s.Links.Channel, "", "a message that is marked")
	changed := in.says(t, "ben", s.Links.Channel, "", "before the edit")
	in.settleLog(t, s, "both are logged", func(m workflows.MirrorStatus) bool { return m.Messages >= 2 })
	by.deafen()
	in.says(t, "chie", s.Links.Channel, first, "a reply that nobody acknowledges")
	in.acts(t, "edit", map[string]string{"user": "ben", "channel": s.Links.Channel, "ts": changed, "text": "after the edit"}, nil)
	// The events of a channel come one after the other, and each that nobody acknowledges holds up the next for seconds.
	in.settleLogWithin(t, 3*patient, s, "the mirror knows of the reply and the edit", func(m workflows.MirrorStatus) bool { return m.Messages >= 3 && m.Edits == 1 })
	local.killAll(gateways)
	in.says(t, "ben", s.Links.Channel, "", "said while no gateway is there")
	gateways = by.start(2)
	in.says(t, "aoi", s.Links.Channel, first, "the last reply")
	in.settleLog(t, s, "all is logged", func(m workflows.MirrorStatus) bool { return m.Messages >= 5 })

	// Last, since it makes many events of a channel, which come one after the other: unanswered, they take a while.
	done := in.prepare(t, s, first)
	by.deafen()
	givenUp := done.lost(t)
	local.killAll(gateways)
	givenUp()
	by.start(2)
	done.again(t)

	w := in.world(t, request)
	require.NoError(t, w.exactlyOne())
	require.NoError(t, w.logHolds())
	require.NoError(t, w.logInOrder())
	done.once(t, request)
}

// socketGateways starts gateways to which everything comes over sockets, and waits until those are open.
func (p *process) socketGateways(n int) (list []*process) {
	p.t.Helper()
	file := p.gatewayConfig("socket", "127.0.0.1:0") // each has its own port for its health
	for range n {
		g := launch(p.t, []string{"HIKESHI_CONFIG=" + file}, "starter", "serve")
		require.NoError(p.t, g.cmd.Start())
		list = append(list, g)
	}
	p.open(2*n, "each gateway has two sockets open")
	return list
}

// open waits until so many sockets are.
func (p *process) open(sockets int, what string) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		var now struct{ Open int }
		return call(p.t.Context(), http.MethodGet, control(p.Slack)+"sockets", nil, &now) == nil && now.Open == sockets
	}, patient, 20*time.Millisecond, what)
}

// gatewayConfig is the configuration of a gateway that listens there and decodes no payloads.
func (p *process) gatewayConfig(mode, listen string) string {
	p.t.Helper()
	text, err := os.ReadFile(p.Config)
	require.NoError(p.t, err)
	moded := strings.Replace(string(text), "mode: both", "mode: "+mode, 1)
	require.NotEqual(p.t, string(text), moded)
	alone := strings.Replace(moded, strings.TrimPrefix(p.Gateway, "http://"), listen, 1)
	require.NotEqual(p.t, moded, alone)
	alone = codecAddress.ReplaceAllString(alone, "${1}''\n")
	file := filepath.Join(filepath.Dir(p.Config), mode+"-"+strings.ReplaceAll(listen, ":", "-")+".yaml") // beside it: it names other files relative to itself
	require.NoError(p.t, os.WriteFile(file, []byte(alone), 0o600))
	return file
}

var codecAddress = regexp.MustCompile(`(codec:\n  listen: ).*\n`)

// killAll kills the gateways, and waits until Slack has noticed: what it sends next must not go into a dead socket.
func (p *process) killAll(gateways []*process) {
	p.t.Helper()
	for _, g := range gateways {
		g.kill()
	}
	p.open(0, "the sockets are closed")
}

// deafen loses every acknowledgement over the sockets that are open now: whoever is behind them might as well have been
// killed before sending it.
func (p *process) deafen() {
	p.t.Helper()
	require.NoError(p.t, call(p.t.Context(), http.MethodPost, control(p.Slack)+"sockets", slacktest.Trouble{LoseAcks: 10_000}, nil))
}

// tries gives a command and returns the status of its answer; 0: there was none.
func (p *process) tries(trigger string) int {
	var answer struct{ Status int }
	_ = call(p.t.Context(), http.MethodPost, control(p.Slack)+"command",
		map[string]string{"user": "aoi", "channel": "general", "command": "/case", "text": "open told twice", "trigger_id": trigger}, &answer) // 0 then
	return answer.Status
}
