package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hikeshi/starter/cases"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// openFlags are the flags of open.
type openFlags struct {
	request                  incident.Request
	severity, audience, wait string
	timeout                  time.Duration
}

func (c *cli) open() *cobra.Command {
	var f openFlags
	cmd := &cobra.Command{
		Use:   "open TITLE…",
		Short: "Open a case and wait until people are in its channel",
		Example: `  starter open suspicious mail at payroll
  starter open --title "suspicious mail" --channel C0123456789 --ticket SEC-12 --consent
  starter open --title "不審なメール" --severity 2 --org "アクメ食品" --reporter "田中 アクメ食品 03-1234-5678"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			request, err := f.build(cmd, args)
			if err != nil {
				return err
			}
			return c.runOpen(cmd.Context(), request, cases.Until(f.wait), f.timeout)
		},
	}
	f.add(cmd)
	return cmd
}

func (f *openFlags) add(cmd *cobra.Command) {
	s, r := cmd.Flags(), &f.request
	s.StringVar(&r.Title, "title", "", "what happened, in a few `words`")
	s.StringVar(&r.Report, "report", "", "what was reported, as `text`")
	s.StringVar(&f.severity, "severity", "", "`1` (worst) to 4; leave it out if it is not known yet")
	s.StringVar(&r.Kind, "kind", "", "`kind` of incident: phishing, malware …")
	s.StringVar(&r.Reporter, "reporter", "", "who reported it: name, company and telephone as `text`")
	s.StringArrayVar(&r.Organisations, "org", nil, "`name` of a company concerned; may be given several times")
	s.StringVar(&f.audience, "audience", "", "who may know of it: `group`, organisation or restricted")
	s.StringArrayVar(&r.Invite, "invite", nil, "`person` or group to bring in: Slack id, @handle or e-mail address; may be given several times")
	s.BoolVar(&r.Drill, "drill", false, "this is an exercise")
	s.StringVar(&r.Channel, "channel", "", "`channel` that people made by hand and that becomes the case's: its id or its address")
	s.StringVar(&r.Ticket, "ticket", "", "`key` of a ticket that becomes the case's, and its number: SEC-12")
	s.BoolVar(&r.Consent, "consent", false, "agree to what becomes of that channel and that ticket; without it, what that is is said")
	s.StringVar(&f.wait, "wait", string(cases.Ready), "return when people are in the channel (`ready`), nothing is owed any more (linked), or at once (none)")
	s.DurationVar(&f.timeout, "timeout", time.Minute, "how long to wait")
}

func (f *openFlags) build(cmd *cobra.Command, words []string) (incident.Request, error) {
	r, err := f.request, error(nil)
	switch cases.Until(f.wait) {
	case cases.Ready, cases.Linked, cases.None:
	default:
		return r, wrongUsage(cmd, "unknown --wait %q: use ready, linked or none", f.wait)
	}
	if f.timeout <= 0 {
		return r, wrongUsage(cmd, "--timeout %s leaves no time to open the case", f.timeout)
	}
	if len(words) > 0 && r.Title != "" {
		return r, wrongUsage(cmd, "the title is given twice, by --title and as words")
	}
	if len(words) > 0 {
		r.Title = strings.Join(words, " ")
	}
	if r.Severity, err = incident.ParseSeverity(f.severity); err != nil {
		return r, err
	}
	if r.Audience, err = incident.ParseAudience(f.audience); err != nil {
		return r, err
	}
	if r.Adopts() && !r.Consent {
		return r, notice.WithoutConsent("en", r.Channel != "", r.Ticket != "")
	}
	return r, nil
}

// opened is what open prints. Fields are empty while they are still owed.
type opened struct {
	RequestID  string   `json:"request_id"`
	Number     string   `json:"number"`
	WorkflowID string   `json:"workflow_id"`
	Channel    string   `json:"channel"` // Slack id
	Ticket     string   `json:"ticket"`  // JIRA key
	Folder     string   `json:"folder"`  // Drive id
	Sheet      string   `json:"sheet"`   // Drive id
	Debts      []string `json:"debts"`
	Error      *failure `json:"error,omitempty"` // the case exists, but is not as far as was asked for

	links workflows.Links
	again bool
}

func (c *cli) runOpen(ctx context.Context, request incident.Request, until cases.Until, timeout time.Duration) error {
	request.ID, request.Asked, request.By = c.request(), time.Now().UTC(), c.by(false)
	if _, err := request.Cleaned(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	found, config, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer found.Close()
	request.By = c.by(config.TrustLocalUser)
	recorded, err := found.Open(ctx, request)
	if err != nil {
		return c.withRequestID(err)
	}
	got, status, err := found.Follow(ctx, recorded, until)
	if err != nil && got.Number == "" {
		return c.withRequestID(err)
	}
	document := openedOf(request.ID, got, status)
	document.again = recorded.Again
	return c.showOpened(document, err)
}

// withRequestID tells a person how to ask again for a case of which it is not known whether it exists.
func (c *cli) withRequestID(err error) error {
	if !cases.IsUnknown(err) {
		return err
	}
	f := failureOf(err)
	if !strings.Contains(f.Hint, c.requestID) {
		f.Hint += " (--request-id " + c.requestID + ")"
	}
	return f
}

func openedOf(requestID string, got workflows.Opened, s *workflows.Status) opened {
	o := opened{RequestID: requestID, Number: got.Number, WorkflowID: got.WorkflowID, Debts: []string{}}
	if s != nil {
		o.links = s.Links
		o.Channel, o.Ticket, o.Folder, o.Sheet = s.Links.Channel, s.Links.Ticket, s.Links.Folder, s.Links.Sheet
		o.Debts = append(o.Debts, s.Debts...)
	}
	return o
}

func (c *cli) showOpened(o opened, err error) error {
	if err != nil {
		o.Error = failureOf(err)
	}
	c.print(o, o.text)
	if err == nil {
		return nil
	}
	if c.output != "json" {
		c.complain(o.Error)
	}
	return reported{o.Error}
}

func (o opened) text(w *page) {
	switch {
	case o.Number == "":
		w.line("recorded: request %s; the case follows", o.RequestID)
		return
	case o.again:
		w.line("case %s (opened before by the same request)", o.Number)
	default:
		w.line("case %s", o.Number)
	}
	w.links(o.links)
	if len(o.Debts) > 0 {
		w.line("still owed: %s", strings.Join(o.Debts, ", "))
	}
	w.line("%s", fmt.Sprintf("follow it with: starter status %s", o.Number))
}
