package cases

import (
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
	"hikeshi/workflows/settings"
)

// StuckFilter narrows a list of stuck steps; empty fields let everything through.
type StuckFilter struct {
	System string // jira, slack …
	Class  string // Denied, Invalid …
	Step   string // id, as a status shows it, or without the analysis's before it
}

// checked is the filter with its words as steps have them. A slip must not look as if nothing were stuck.
func (f StuckFilter) checked() (StuckFilter, error) {
	for _, w := range []struct {
		name  string
		word  *string
		known []string
	}{{"system", &f.System, workflows.StepSystems()}, {"class", &f.Class, workflows.StepClasses()}} {
		i := slices.IndexFunc(w.known, func(k string) bool { return strings.EqualFold(k, strings.TrimSpace(*w.word)) })
		switch {
		case i >= 0:
			*w.word = w.known[i]
		case *w.word != "":
			return f, incident.Refuse(incident.Usage, "Use one of: "+strings.Join(w.known, ", "), "no step is ever stuck with the %s %q", w.name, clipped(*w.word))
		}
	}
	return f, nil
}

// StuckCase is a case with the steps of it that cannot go on.
type StuckCase struct {
	workflows.Head
	Steps []workflows.StepStatus `json:"steps"`
	// Partial: no worker answered, so only the ids of the steps are known.
	Partial bool `json:"partial,omitempty"`
	// Analyses are the case's: their own people decide about their steps.
	Analyses []workflows.AnalysisStatus `json:"-"`
}

// asked is how many cases are asked, or told, at the same time.
const asked = 8

// Stuck returns the cases that the viewer may see in which a step cannot go on, the longest stuck first. It finds them
// by the search attribute and asks each for its steps. Lists lag behind by a second or two.
func (c *Cases) Stuck(ctx context.Context, viewer settings.Viewer, f StuckFilter) ([]StuckCase, error) {
	f, err := f.checked()
	if err != nil {
		return nil, err
	}
	heads, err := c.heads(ctx, viewer, f.query(), maxRead, func(workflows.Head) bool { return true })
	if err != nil {
		return nil, c.explain(err, "list what is stuck")
	}
	found := make([]StuckCase, len(heads))
	group, asking := errgroup.WithContext(ctx)
	group.SetLimit(asked)
	for i, head := range heads {
		group.Go(func() error {
			found[i] = c.stuckIn(asking, head, viewer, f)
			return nil
		})
	}
	_ = group.Wait() // none fails: a case that does not answer is listed as far as it is known
	found = slices.DeleteFunc(found, func(s StuckCase) bool { return len(s.Steps) == 0 })
	slices.SortStableFunc(found, func(a, b StuckCase) int { return a.since().Compare(b.since()) })
	return found, c.recordRestricted(viewer, "stuck", headsOf(found))
}

func headsOf(list []StuckCase) (heads []workflows.Head) {
	for _, s := range list {
		heads = append(heads, s.Head)
	}
	return heads
}

// query finds cases only: what is stuck in a case's analyses and mirror stands in the case's attribute too.
func (f StuckFilter) query() string {
	conditions := []string{"WorkflowType = 'Case'", "ExecutionStatus = 'Running'", workflows.StuckStep + " IS NOT NULL"}
	word := plainWord(f.System)
	if word != "" && f.Class != "" {
		word += ":" + plainWord(f.Class)
	}
	if word != "" {
		conditions = append(conditions, workflows.StuckStep+" = '"+word+"'")
	}
	return strings.Join(conditions, " AND ")
}

// plainWord is a word that can stand in a query: those of ours have no quotes.
func plainWord(text string) string { return strings.NewReplacer("'", "", `\`, "").Replace(text) }

// stuckIn asks a case for its stuck steps.
func (c *Cases) stuckIn(ctx context.Context, head workflows.Head, viewer settings.Viewer, f StuckFilter) StuckCase {
	s := StuckCase{Head: head, Partial: true}
	status, err := c.asked(ctx, head.WorkflowID)
	if err == nil && !c.config.Visible(headOf(status), viewer) {
		return s
	}
	steps := status.Steps
	if err == nil {
		s.Head, s.Partial, s.Analyses = headOf(status), false, status.Analyses
	} else {
		for _, id := range head.Stuck {
			steps = append(steps, workflows.StepStatus{ID: id, WorkflowID: head.WorkflowID, State: workflows.StepStuck, Actions: []workflows.Action{}})
		}
	}
	for _, step := range steps {
		if step.State == workflows.StepStuck && f.fits(step, s.Partial) {
			s.Steps = append(s.Steps, step)
		}
	}
	return s
}

// asked asks a case for its status, as long as one may wait for one case among many.
func (c *Cases) asked(ctx context.Context, workflowID string) (workflows.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, queryTime)
	defer cancel()
	return c.query(ctx, workflowID)
}

// fits reports whether the step is one of those that are looked for, as far as that is known of it.
func (f StuckFilter) fits(s workflows.StepStatus, partial bool) bool {
	return (f.Step == "" || f.Step == s.ID || f.Step == notice.OwnStep(s.ID)) &&
		(partial || (f.System == "" || f.System == s.System) && (f.Class == "" || f.Class == s.Class))
}

func (s StuckCase) since() time.Time {
	var first time.Time
	for _, step := range s.Steps {
		if step.Since != nil && (first.IsZero() || step.Since.Before(first)) {
			first = *step.Since
		}
	}
	return first
}
