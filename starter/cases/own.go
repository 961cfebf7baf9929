package cases

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"hikeshi/workflows"
	"hikeshi/workflows/settings"
)

// Own is what is open for one person in Slack.
type Own struct {
	Mine   []View           // the cases that they command or are in, those first that they command
	Others []workflows.Head // that they may see besides, the newest first
	More   int              // of their own that were not asked how they stand
}

// maxOwn is how many of somebody's own cases are asked how they stand.
const maxOwn = 20

// Own returns the open cases that the viewer may see, and asks those that are their own how they stand. Lists lag behind
// by a second or two.
func (c *Cases) Own(ctx context.Context, viewer settings.Viewer) (Own, error) {
	heads, err := c.heads(ctx, viewer, Filter{}.query(), maxRead, func(workflows.Head) bool { return true })
	if err != nil {
		return Own{}, c.explain(err, "list cases")
	}
	slices.SortStableFunc(heads, func(a, b workflows.Head) int { return b.Opened.Compare(a.Opened) })
	var own Own
	var mine []workflows.Head
	is := Filter{Of: viewer.SlackUser}
	for _, h := range heads {
		if is.of(h) {
			mine = append(mine, h)
		} else if len(own.Others) < DefaultLimit {
			own.Others = append(own.Others, h)
		}
	}
	slices.SortStableFunc(mine, func(a, b workflows.Head) int {
		return cmp.Compare(rank(a, viewer.SlackUser), rank(b, viewer.SlackUser))
	})
	own.More = max(0, len(mine)-maxOwn)
	own.Mine = c.askEach(ctx, mine[:min(len(mine), maxOwn)], viewer)
	return own, c.recordRestricted(viewer, "home", append(headsOfViews(own.Mine), own.Others...))
}

// rank puts the cases first that the person commands.
func rank(h workflows.Head, user string) int {
	if h.CommanderID == user {
		return 0
	}
	return 1
}

// askEach asks cases how they stand. Of one that does not answer the head stands; one that the viewer may see no more is
// left out.
func (c *Cases) askEach(ctx context.Context, heads []workflows.Head, viewer settings.Viewer) []View {
	views := make([]View, len(heads))
	var group errgroup.Group
	group.SetLimit(asked)
	for i, head := range heads {
		group.Go(func() error {
			status, err := c.asked(ctx, head.WorkflowID)
			switch {
			case err != nil:
				views[i] = View{Status: barely(head), Partial: true}
			case c.config.Visible(headOf(status), viewer):
				views[i] = View{Status: status}
			}
			return nil
		})
	}
	_ = group.Wait() // none fails
	return slices.DeleteFunc(views, func(v View) bool { return v.WorkflowID == "" })
}

func headsOfViews(views []View) (heads []workflows.Head) {
	for _, v := range views {
		heads = append(heads, headOf(v.Status))
	}
	return heads
}
