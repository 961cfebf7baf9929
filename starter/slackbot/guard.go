package slackbot

import (
	"fmt"
	"log/slog"
	"runtime/debug"

	"hikeshi/workflows/incident"
)

// guard does it and survives its panics: one request that our code does not survive must not take the gateway with it,
// and with the gateway the answers to all others. Slack would send it to the next gateway, too.
func guard(log *slog.Logger, what string, do func()) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("this is a fault in the gateway: please report it", "in", what, "panic", incident.Shorten(incident.CleanLine(fmt.Sprint(p)), 300), "stack", string(debug.Stack()))
		}
	}()
	do()
}

// aside does in the background what nobody waits for; [Gateway.Wait] does.
func (g *Gateway) aside(what string, do func()) {
	g.follows.Go(func() { guard(g.o.Log, what, do) })
}
