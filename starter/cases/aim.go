package cases

import (
	"context"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// aims remembers which analysis an act was aimed at that named none, by workflow and update id: asked for again it must
// not go to one that was opened since. The zero value remembers nothing yet.
type aims struct {
	once  sync.Once
	known *lru.Cache[string, string]
}

const maxAims = 10_000

func (a *aims) cache() *lru.Cache[string, string] {
	a.once.Do(func() { a.known, _ = lru.New[string, string](maxAims) }) // it fails for a size under one only
	return a.known
}

// do sends what was said, aimed at the analysis that is meant. The update id is that of what was said: when it is said
// again, the case answers as it did the first time, whatever has become of its analyses.
func (c *Cases) do(ctx context.Context, id string, a Act) (workflows.Answer, error) {
	update, payload, wrong := command(a.Verb, a.Fields, a.By)
	if payload == nil {
		return workflows.Answer{}, wrong
	}
	updateID := a.updateID(update, payload)
	if a.aimless() {
		analysis, err := c.aim(ctx, id, updateID, a)
		if err != nil {
			return workflows.Answer{}, err
		}
		if analysis == "" {
			return c.answered(ctx, id, update, payload, updateID, a, wrong)
		}
		_, payload, wrong = command(a.Verb, a.Fields.with("analysis", analysis), a.By)
	}
	if wrong != nil {
		return workflows.Answer{}, wrong
	}
	answer, err := c.sendAs(ctx, id, update, payload, updateID)
	return answer, c.outcome(err, answer, a.Number, update, a.ID)
}

// answered is what the case answered when this was said before, while there was an analysis that it could mean. A case
// that has not heard it takes no command that lacks its aim, and records nothing of it: then it is wrong.
func (c *Cases) answered(ctx context.Context, id, update string, payload any, updateID string, a Act, wrong error) (workflows.Answer, error) {
	answer, err := c.sendAs(ctx, id, update, payload, updateID)
	if refusalIn(err) != nil {
		return workflows.Answer{}, wrong
	}
	return answer, c.outcome(err, answer, a.Number, update, a.ID)
}

// updateID is the same for what is the same act.
func (a Act) updateID(update string, said any) string {
	if a.Keyed {
		said = struct{ By incident.By }{a.By}
	}
	return commandID(update, said, a.ID)
}

// aimless reports whether an analysis is meant and none is named. What opens a new one has a name and names none.
func (a Act) aimless() bool {
	takes := a.Verb == "conclude" || a.Verb == "analyze" && len(a.Fields["name"]) == 0
	return takes && len(a.Fields["analysis"]) == 0
}

// aim is the analysis that is meant where nobody has named one: that of the channel, or the only one that can be.
func (c *Cases) aim(ctx context.Context, id, updateID string, a Act) (string, error) {
	key := id + "\n" + updateID
	if before, ok := c.aims.cache().Get(key); ok {
		return before, nil
	}
	status, err := c.query(ctx, id)
	if err != nil {
		return "", c.explain(err, "ask case "+a.Number+" for its analyses")
	}
	analysis := meantIn(status.Analyses, a.Viewer.Channel)
	if analysis != "" {
		c.aims.cache().Add(key, analysis)
	}
	return analysis, nil
}

func meantIn(analyses []workflows.AnalysisStatus, channel string) string {
	var open []string
	for _, analysis := range analyses {
		if analysis.Channel != "" && analysis.Channel == channel {
			return analysis.ID
		}
		if analysis.Open() {
			open = append(open, analysis.ID)
		}
	}
	if len(open) == 1 {
		return open[0]
	}
	return ""
}
