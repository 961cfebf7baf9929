package slackbot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/slack-go/slack"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// formPrefix begins the callback ids of forms; the verb follows.
const formPrefix = "form_"

// carried is what a form carries in its private metadata. We seal it, and it is checked all the same, here and by the
// desk.
type carried struct {
	notice.Aim
	Channel string            `json:"channel,omitempty"` // in which it was asked for
	Answer  string            `json:"answer,omitempty"`  // its response_url
	Shown   map[string]string `json:"shown,omitempty"`   // digests of what the case said of a slot: what comes back as it was is not said anew
}

// askFor shows the form of a verb, and returns what the person reads if it cannot be shown; empty: it is.
func (g *Gateway) askFor(ctx context.Context, a asker, v verb, number string, f fields, what string) string {
	found, err := g.caseFor(ctx, a, number)
	if err != nil {
		return g.explained(a.lang, err, what)
	}
	if _, chooses := v.slot("runbook"); chooses && g.o.Runbooks != nil {
		found.Runbooks = g.o.Runbooks()
	}
	v.meant(found, a.viewer.Channel, f)
	err = g.showForm(ctx, a, v, found, f)
	if refusal := (*incident.Refusal)(nil); errors.As(err, &refusal) {
		return refused(a.lang, refusal) + quotedBack(what)
	}
	if err != nil {
		g.o.Log.Warn("a form cannot be shown", "verb", v.name, "error", err)
		return notice.FormByHand(a.lang, v.usage(a.lang))
	}
	return ""
}

// caseFor is the case that a form is about. Whoever may act in a channel may not be allowed to read, and whoever is in
// the channel of an analysis may not be in the case: they see its number, which is in the channel's name, and no more.
func (g *Gateway) caseFor(ctx context.Context, a asker, number string) (notice.Case, error) {
	inside, err := g.reads(ctx, a.by, a.viewer.Channel, number)
	var found notice.Case
	if inside {
		number = "" // whoever may not read the case of the channel they are in does nothing strange
	}
	if err == nil {
		found, err = g.o.Desk.Status(ctx, number, a.viewer)
	}
	var refusal *incident.Refusal
	switch {
	case err != nil && isNotConfirmed(ctx, err):
		err = ErrNotConfirmed
	case inside && errors.As(err, &refusal):
		if own, lookErr := g.o.Desk.CaseOf(ctx, a.viewer.Channel); lookErr == nil && own != "" {
			return notice.Case{Number: own, WorkflowID: "case/" + own}, nil
		}
	}
	return found, err
}

// reads decides whether the rules let somebody read a case, and reports whether it is the channel's own. Where that cannot
// be found out it refuses nobody: whoever may read it inside would stand in the ledger as turned away.
func (g *Gateway) reads(ctx context.Context, by incident.By, channel, number string) (inside bool, err error) {
	if inside, err = g.inside(ctx, channel, number); err != nil {
		return false, err
	}
	return inside, g.mayRead(incident.VerbStatus, by, inside)
}

// inside reports whether a number is that of the channel's own case, as every button on its cards has it; none is.
func (g *Gateway) inside(ctx context.Context, channel, number string) (bool, error) {
	if number == "" {
		return true, nil
	}
	own, err := g.o.Desk.CaseOf(ctx, channel)
	return err == nil && own != "" && own == strings.ToUpper(strings.TrimSpace(number)), err
}

// showForm opens a form. Slack gives three seconds for it, from the moment in which the person did something.
// https://docs.slack.dev/reference/methods/views.open
func (g *Gateway) showForm(ctx context.Context, a asker, v verb, c notice.Case, f fields) error {
	view, err := g.form(a, v, c, f)
	if err != nil {
		return err
	}
	api, err := g.api()
	if err != nil {
		return err
	}
	return openView(ctx, api, a.trigger, view)
}

// openView takes a view that the same press has opened before, as when it was delivered twice, for opened.
func openView(ctx context.Context, api *slack.Client, trigger string, view slack.ModalViewRequest) error {
	_, err := api.OpenViewContext(ctx, trigger, view)
	var said slack.SlackErrorResponse
	if errors.As(err, &said) && said.Err == "exchanged_trigger_id" {
		return nil
	}
	return err
}

// form is the form of a verb about a case, with what was said already.
func (g *Gateway) form(a asker, v verb, c notice.Case, f fields) (slack.ModalViewRequest, error) {
	keep := carried{Aim: notice.Aim{Workflow: c.WorkflowID, Fields: map[string]string{}}, Channel: a.viewer.Channel, Answer: a.address, Shown: map[string]string{}}
	var blocks []slack.Block
	if about := notice.FormAbout(a.lang, escape, v.name, c); about != "" {
		blocks = append(blocks, section(about))
	}
	for _, s := range v.slots {
		switch {
		case s.typed && len(f[s.name]) > 0:
			keep.Fields[s.name] = f.get(s.name)
		case s.typed, s.with != "" && len(f[s.with]) == 0:
		default:
			if s.name == "consent" {
				blocks = append(blocks, section(notice.AdoptionText(a.lang)))
			}
			required := s.required && (s.unless == "" || len(f[s.unless]) == 0)
			given := f[s.name]
			if known := s.known(c); len(given) == 0 && len(known) > 0 {
				given = known
				keep.Shown[s.name] = shortDigest(incident.Shorten(known[0], s.longest())) // as the person sees it
			}
			blocks = append(blocks, s.block(a.lang, v.name, required, c, given))
		}
	}
	private, err := g.sealed(a.viewer.User, formPrefix+v.name, keep)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: formPrefix + v.name, PrivateMetadata: private, Title: words(notice.FormWord(a.lang, "title", v.name)),
		Submit: words(notice.FormWord(a.lang, "submit", v.name)), Close: words(notice.FormWord(a.lang, "word", "cancel")), Blocks: slack.Blocks{BlockSet: blocks}}, nil
}

// shortDigest tells texts apart that a person may change.
func shortDigest(text string) string {
	sum := sha256.Sum256([]byte(incident.CleanText(text)))
	return hex.EncodeToString(sum[:6])
}
