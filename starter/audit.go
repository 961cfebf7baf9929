package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hikeshi/starter/cases"
	"hikeshi/workflows/audit"
	"hikeshi/workflows/audit/collect"
	"hikeshi/workflows/incident"
	"hikeshi/workflows/settings"
	"hikeshi/workflows/wire"
)

// auditTime is how long an export may take: it reads every event of a case's life.
const auditTime = 10 * time.Minute

func (c *cli) audit() *cobra.Command {
	var out string
	cmd := c.verb("audit NUMBER --out DIR", "Export what happened in a case, who did it and with what result; verify an export",
		"  starter audit SEC-12 --out sec-12\n  starter audit verify sec-12",
		func(cmd *cobra.Command, args []string) error { return c.runAudit(cmd, args[0], out) })
	cmd.Long = `Export everything that Temporal still holds of a case: the raw histories, which stay encrypted; the records made of
them; the seals and their timestamps; and audit.html, to be read. What Temporal has deleted is in the folder "audit" of
the case in Drive: put those files into the same directory, or verify them alone.`
	cmd.Flags().StringVar(&out, "out", "", "`directory` for the files; it must be new or empty")
	cmd.AddCommand(c.auditVerify())
	return cmd
}

func (c *cli) runAudit(cmd *cobra.Command, number, out string) error {
	if err := needs(cmd, "out", out, "name a new directory for the files"); err != nil {
		return err
	}
	if err := newDirectory(out); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), auditTime)
	defer cancel()
	found, config, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer found.Close()
	exported, err := found.Audit(ctx, number, config.Viewer, c.by(config.TrustLocalUser))
	if err != nil {
		return err
	}
	for name, text := range exported.Files {
		if err := os.WriteFile(filepath.Join(out, name), text, 0o600); err != nil {
			return cannotWrite(out, err)
		}
	}
	document := struct {
		cases.Audit
		Out string `json:"out"`
	}{exported, out}
	c.print(document, func(p *page) { p.exported(exported, out) })
	return nil
}

// newDirectory makes the directory, and refuses one with something in it: an old file would be taken for one of the
// export.
func newDirectory(path string) error {
	list, err := os.ReadDir(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(path, 0o700); err != nil {
			return cannotWrite(path, err)
		}
	case err != nil:
		return cannotWrite(path, err)
	case len(list) > 0:
		return &failure{Code: "not_empty", Message: fmt.Sprintf("the directory %s is not empty", path), Hint: "Name a new one with --out", status: failed}
	}
	return nil
}

func cannotWrite(path string, err error) error {
	return &failure{Code: "not_written", Message: "write the export to " + path + ": " + err.Error(), Hint: "Nothing else was done: name another directory with --out", status: failed}
}

func (p *page) exported(a cases.Audit, out string) {
	p.line("%s: %s and %s are in %s; read audit.html", a.Number, amount(a.Records, "record"), amount(a.Seals, "seal"), out)
	for _, m := range a.Gone {
		p.line("not there any more: run %s of %s", m.Run, m.Workflow)
	}
	if len(a.Gone) > 0 {
		p.line("Temporal has deleted these runs: their seals are in Drive, in the folder %s", a.Folder)
	}
	if a.Seals == 0 {
		p.line("nothing of it is sealed yet, so nothing vouches for it: a case is sealed at each new run, daily, and before its archive")
	}
	if a.Witness == "" {
		p.line("verify it: starter audit verify %s", out)
		return
	}
	p.line("verify it: starter audit verify %s --witness FILE (an export or a mail of the comments of %s)", out, a.Witness)
}

// verifyFlags are the flags of audit verify.
type verifyFlags struct {
	witnesses []string
	ca        string
	keys      []string
	late      time.Duration
}

func (c *cli) auditVerify() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify DIR",
		Short: "Compute an export anew, and name the first thing in it that was altered, removed, added or moved",
		Long: `Compute everything anew, from an export or from the files of a case's folder "audit" in Drive, and compare it with its
witnesses: the timestamps, which only the authority can sign, and the comments of the log ticket. It needs no connection.
With the key ring the records are made anew from the events, too.

The verdict is good, incomplete (something that was sealed is not here), unwitnessed (it agrees with itself, but no
witness shows that it was always so) or broken. Exit status: 0 for good, 1 for every other verdict.`,
		Example: "  starter audit verify sec-12 --witness SEC-13-comments.json --witness kept-elsewhere.tsr",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return wrongUsage(cmd, "verify takes one directory, for example: starter audit verify sec-12")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return c.runVerify(args[0], f) },
	}
	cmd.Flags().StringArrayVar(&f.witnesses, "witness", nil, "`file` that came by another way: an export or a mail of the log ticket's comments, or a timestamp kept elsewhere; repeat it")
	cmd.Flags().StringVar(&f.ca, "ca", "", "PEM `file` with the timestamp authority's root certificate (default: audit.timestamp_ca of the configuration)")
	cmd.Flags().StringArrayVar(&f.keys, "gateway-key", nil, "public `key` of a gateway, or a file with such keys, by which to check who did what in Slack; repeat it (default: gateway.public_keys of the configuration)")
	cmd.Flags().DurationVar(&f.late, "late", time.Hour, "how long after the newest event a seal may have been timestamped")
	return cmd
}

func (c *cli) runVerify(dir string, f verifyFlags) error {
	files, err := readAll(dir)
	if err != nil {
		return err
	}
	o := audit.Options{Late: f.late, Witnesses: map[string][]byte{}}
	var notes []string
	if notes, err = c.trust(&o, f.ca); err != nil {
		return err
	}
	if err := c.trustGateways(&o, f.keys); err != nil {
		return err
	}
	for _, name := range f.witnesses {
		text, err := os.ReadFile(name)
		if err != nil {
			return unread(name, err)
		}
		o.Witnesses[name] = text
	}
	report := audit.Verify(files, o)
	if len(report.Seals) == 0 && report.Tail == 0 && len(report.Problems) == 0 {
		return &failure{Code: "not_read", Message: "there is no audit of a case in " + dir, Hint: "Name the directory of an export, or of the files of a case's folder \"audit\" in Drive", status: failed}
	}
	report.Notes = append(report.Notes, notes...)
	document := struct {
		audit.Report
		Error *failure `json:"error,omitempty"`
	}{report, verdictFailure(report)}
	c.print(document, func(p *page) { p.report(report) })
	if document.Error == nil {
		return nil
	}
	if c.output != "json" {
		c.complain(document.Error)
	}
	return reported{document.Error}
}

// trust adds the certificate and the keys that there are. Both may be absent: whoever verifies need not be one of us.
func (c *cli) trust(o *audit.Options, ca string) (notes []string, err error) {
	config, configErr := c.load()
	if ca != "" {
		if o.Roots, err = settings.ReadRoots(ca); err != nil {
			return nil, &failure{Code: "certificate", Message: err.Error(), Hint: "Check --ca", status: failed}
		}
	}
	if configErr != nil {
		return []string{"no configuration was read: records are not made anew from the events"}, nil
	}
	if ca == "" {
		if o.Roots, err = config.TimestampRoots(); err != nil {
			return nil, &failure{Code: "certificate", Message: err.Error(), Hint: "Name it with --ca", status: failed}
		}
	}
	o.Every = config.Timing.SealInterval
	ring, err := wire.LoadKeyRing(config.KeyRing)
	if config.KeyRing == "" || err != nil {
		return []string{"no key ring was read: records are not made anew from the events"}, nil
	}
	o.Open = collect.Opener(wire.DataConverter(ring))
	return nil, nil
}

// trustGateways adds the keys of gateways: those given, else the configuration's, if there is one.
func (c *cli) trustGateways(o *audit.Options, given []string) error {
	if config, err := c.load(); len(given) == 0 && err == nil {
		o.Keys = config.GatewayKeys()
	}
	for _, one := range given {
		key, err := incident.ParseKey(one)
		if err == nil {
			o.Keys = append(o.Keys, key)
			continue
		}
		text, readErr := os.ReadFile(one)
		if readErr != nil {
			return &failure{Code: "gateway_key", Message: err.Error() + ", nor a file with keys: " + readErr.Error(), Hint: "Check --gateway-key: `starter setup` prints the key", status: failed}
		}
		for _, word := range strings.Fields(string(text)) {
			if key, err = incident.ParseKey(word); err != nil {
				return &failure{Code: "gateway_key", Message: one + ": " + err.Error(), Hint: "The file holds public keys, one a line", status: failed}
			}
			o.Keys = append(o.Keys, key)
		}
	}
	return nil
}

// readAll reads the files of a directory. Folders in it hold nothing of an audit.
func readAll(dir string) (map[string][]byte, error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, unread(dir, err)
	}
	files := map[string][]byte{}
	for _, entry := range list {
		if entry.IsDir() {
			files[entry.Name()+"/"] = nil
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, unread(entry.Name(), err)
		}
		files[entry.Name()] = text
	}
	return files, nil
}

func unread(name string, err error) error {
	return &failure{Code: "not_read", Message: "read " + name + ": " + err.Error(), Hint: "Nothing was verified", status: failed}
}

// witnesses are those that stand for a seal.
func witnesses(s audit.SealReport) string {
	var list []string
	if s.Stamped != nil {
		list = append(list, "timestamp of "+clock(*s.Stamped))
	}
	if s.Ticket {
		list = append(list, "ticket")
	}
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, " and ")
}

// verdictFailure is the error of a verdict that is not good.
func verdictFailure(r audit.Report) *failure {
	f := &failure{Code: string(r.Verdict), status: failed}
	switch r.Verdict {
	case audit.Good:
		return nil
	case audit.Broken:
		f.Message, f.Hint = "broken: "+r.Problems[0].String(), "Compare that file with the one in the case's folder in Drive, and with its versions there"
	case audit.Incomplete:
		f.Message, f.Hint = "incomplete: missing: "+r.Missing[0], "Put the files of the case's folder \"audit\" in Drive beside the others, and verify again"
	default:
		f.Message, f.Hint = "unwitnessed: "+r.Unwitnessed[0], "It agrees with itself, but anybody with our keys could have written it: give its witnesses with --witness, and the authority's certificate with --ca"
		if len(r.Seals) == 0 {
			f.Hint = "It agrees with itself. Export it anew when the case has been sealed: at each new run, daily, and before its archive"
		}
	}
	return f
}

// unproven says what is wrong with a claim.
func unproven(r audit.Record) string {
	why := "its proof does not fit"
	if r.Proof == nil {
		why = "no proof"
	}
	if r.Doubted {
		why += ", and the case did not believe it"
	}
	return why
}

func (p *page) report(r audit.Report) {
	p.line("%s: %s", strings.TrimSpace("verdict "+r.Case), r.Verdict)
	for _, u := range r.Unproven {
		p.line("NOT PROVEN (%s): %s", unproven(u), u.Line())
	}
	for _, g := range r.Glass {
		p.line("GLASS BROKEN: %s: %s", g.Line(), g.Glass)
	}
	for _, h := range r.ByHand {
		p.line("BY HAND: %s", h.Line())
	}
	for _, list := range []struct {
		word  string
		lines []string
	}{{"missing", r.Missing}, {"unwitnessed", r.Unwitnessed}, {"note", r.Notes}, {"NOT COVERED, nobody vouches for it", r.Uncovered}} {
		for _, line := range list.lines {
			p.line("%s: %s", list.word, line)
		}
	}
	for _, problem := range r.Problems {
		p.line("BROKEN: %s", problem)
	}
	for _, s := range r.Seals {
		p.line("%s", strings.Join(strings.Fields(fmt.Sprintf("seal %d %s until %s: records %d, witnesses %s, head %s", s.Seal, s.Branch, clock(s.Through), s.Records, witnesses(s), s.Head)), " "))
	}
	if n := r.Proofs; n.Valid+n.Invalid+n.None > 0 {
		p.line("acts in Slack: %d proven by a gateway, %d with a proof that does not fit, %d without", n.Valid, n.Invalid, n.None)
	}
	p.line("records: %d sealed, %d newer than the last seal", r.Records, r.Tail)
}
