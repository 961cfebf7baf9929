package slackbot

import (
	"context"
	"errors"
	"strings"

	"github.com/slack-go/slack"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// resolveDialog is the callback id of the dialog in which a stuck step is decided about, and the names of its fields.
const (
	resolveDialog = "resolve"
	reasonField   = "reason"
	idField       = "id"
)

// kept is what a dialog carries in its private metadata. We seal it, and it is checked all the same, here and by the
// workflow.
type kept struct {
	notice.Chosen
	Action  string `json:"action"`
	Channel string `json:"channel"` // in which the button was pressed
	Answer  string `json:"answer"`  // where the person hears of it: see asker
}

// ask opens the dialog. It has three seconds for it.
// https://docs.slack.dev/reference/methods/views.open
func (g *Gateway) ask(ctx context.Context, d Decision, i interaction) error {
	api, err := g.api()
	if err != nil {
		return err
	}
	private, err := g.sealed(i.User.ID, resolveDialog, kept{d.Chosen, d.Action, i.Channel.ID, i.answerTo()})
	if err != nil {
		return err
	}
	return openView(ctx, api, i.Trigger, dialog(i.who.Lang, d, private))
}

func dialog(lang string, d Decision, private string) slack.ModalViewRequest {
	t := notice.ResolveDialog(lang, escape, d.Number(), d.Shown(), d.Action)
	blocks := []slack.Block{section(t.Text)}
	if t.ID != "" {
		blocks = append(blocks, field(idField, t.ID, t.IDHint, false))
	}
	blocks = append(blocks, field(reasonField, t.Reason, t.ReasonHint, true))
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: resolveDialog, PrivateMetadata: private, Title: words(t.Title), Submit: words(t.Submit), Close: words(t.Close),
		Blocks: slack.Blocks{BlockSet: blocks}}
}

func words(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

// maxWritten is how much can be written into a field: what a case takes as a reason.
const maxWritten = 1000

func field(name, label, hint string, long bool) slack.Block {
	input := slack.NewPlainTextInputBlockElement(nil, name).WithMultiline(long).WithMaxLength(maxWritten)
	return slack.NewInputBlock(name, words(label), words(hint), input)
}

// submitted takes a filled dialog. What the case refuses stays in the dialog, so that nothing has to be written again.
func (g *Gateway) submitted(ctx context.Context, i interaction) reply {
	var k kept
	stale, err := g.unsealed(i, &k)
	if err != nil || !k.Valid() || !known[k.Action] || i.View.ID == "" {
		g.o.Log.Warn("refuse a dialog that cannot be ours", "user", i.User.ID)
		return refuse("the dialog carries nothing of ours")
	}
	if stale != "" {
		return complain(reasonField, stale)
	}
	d := Decision{Chosen: k.Chosen, Action: k.Action, By: i.by(), ID: i.View.ID,
		Reason: strings.TrimSpace(i.typed(reasonField)), Supply: strings.TrimSpace(i.typed(idField))}
	to := hearing{i.who.Lang, k.Answer, "", i.User.ID}
	missing := notice.ResolveDialog(to.lang, nil, "", "", d.Action).Missing
	switch {
	case d.Action == "supply" && incident.CleanLine(d.Supply) == "":
		return complain(idField, missing)
	case incident.CleanText(d.Reason) == "":
		return complain(reasonField, missing)
	}
	viewer := Viewer{User: i.User.ID, Channel: k.Channel}
	d.ID = g.spent.next(d.ID, d.asked())
	taken, err := g.take(ctx, d, viewer)
	var refusal *incident.Refusal
	switch {
	case errors.As(err, &refusal):
		return complain(reasonField, notice.Refused(to.lang, refusal)) // plain text
	case err == nil:
		g.watch(taken, to)
	case isNotConfirmed(ctx, err):
		g.tell(to, notice.NotConfirmed(to.lang, d.named(to.lang)))
		g.settle(d, viewer, to)
	default:
		g.o.Log.Error("the desk does not answer", "what", d.named(to.lang), "error", err)
		return complain(reasonField, notice.NotRecorded(to.lang))
	}
	return done()
}

// maxComplaint is how much of a refusal stands in a dialog.
const maxComplaint = 500

// complain keeps the dialog open and shows what is wrong beside a field.
// https://docs.slack.dev/surfaces/modals#displaying_errors
func complain(field, text string) reply {
	return show(map[string]any{"response_action": "errors", "errors": map[string]string{field: incident.Shorten(incident.CleanText(text), maxComplaint)}})
}
