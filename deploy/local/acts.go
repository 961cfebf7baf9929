package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// The case of the demonstration: phishing with a leaked credential at a company of the group, reported by telephone.
const (
	demoTitle    = "経理部に請求書を装った不審なメール、認証情報が漏えい"
	demoReporter = "田中 一郎、アクメ食品 内部統制室、03-5555-0123"
	demoOrg      = "Acme Foods"
	demoScope    = "メールボックス 1 件とノート PC 1 台（アクメ食品）。ほかの受信者 14 名は開封なし"
	demoUpdate   = "アクメ食品の経理担当 1 名の認証情報が漏えいしました。アカウントは停止済み、不正送金は確認されていません。次回は 2 時間後に報告します。"
	demoBook     = "phishing-mail"
	demoPassword = "password: Winter2026!acme"
	demoCommand  = `open sev2 ` + demoTitle + ` --reporter "` + demoReporter + `" --org "` + demoOrg + `" --kind phishing --invite @kenji`
)

// acts are the demonstration, in order. Each can be played again.
func (p *play) acts() []func(context.Context) error {
	return []func(context.Context) error{
		p.breakThings, p.openCase, p.meet, p.mendJira, p.decide, p.link, p.watch, p.talk, p.analyzeEarly, p.triage, p.analyzeMore, p.runBook, p.investigate, p.work, p.refuse, p.publish, p.learn,
		p.concludeAll, p.closeCase, p.decideAll, p.keep, p.review,
	}
}

// openCase gives the slash command as aoi would in Slack.
func (p *play) openCase(ctx context.Context) error {
	p.say.step("佐藤 葵 (aoi) has 田中さん of Acme Foods on the telephone, and types in #general:")
	p.say.step("    /case %s", demoCommand)
	return p.insist(ctx, func() error { return p.command(ctx, "aoi", "general", demoCommand, p.s.trigger()) })
}

func (p *play) command(ctx context.Context, user, channel, text, trigger string) error {
	var answer struct {
		Status int    `json:"status"`
		Body   string `json:"body"`
		Error  string `json:"error"`
	}
	err := call(ctx, "POST", control(p.at.Slack)+"command", map[string]string{
		"user": user, "channel": channel, "command": "/case", "text": text, "trigger_id": trigger,
	}, &answer)
	if err != nil {
		return fmt.Errorf("give the command: %w", err)
	}
	if answer.Status != 200 || answer.Error != "" {
		return fmt.Errorf("give the command: the gateway answered %d %s%s", answer.Status, answer.Body, answer.Error)
	}
	p.say.step("    Hikeshi answers: %s", plainAnswer(answer.Body))
	return nil
}

// plainAnswer is the text of an answer to a command.
func plainAnswer(body string) string {
	var a struct {
		Text string `json:"text"`
	}
	if json.Unmarshal([]byte(body), &a) == nil && a.Text != "" {
		body = a.Text
	}
	return strings.ReplaceAll(strings.TrimSpace(body), "\n", " ")
}

func (l *local) tellLinks(s workflows.Status) {
	l.say.step("case %s is open", s.Number)
	for _, link := range []struct{ what, url string }{
		{"the ticket, for managers and executives", s.Links.TicketURL}, {"the folder", s.Links.FolderURL},
		{"the task sheet", s.Links.SheetURL}, {"the case in Temporal", s.Links.Temporal},
	} {
		if link.url != "" {
			l.say.step("    %s: %s", link.what, link.url)
		}
	}
}

// watch lets the executive follow the ticket, as anybody may who sees it: the mails that he gets are counted in the end.
func (p *play) watch(ctx context.Context) error {
	p.say.step("森 大吾, an executive, watches the ticket; he is not in Slack's channel and need not be")
	return p.watchTicket(ctx, "daigo")
}

// analyzeEarly begins before anybody knows how far the damage goes: analysis is how the scope becomes known.
func (p *play) analyzeEarly(ctx context.Context) error {
	p.say.step("Ben Okafor starts an analysis of the mailbox, although the scope is still unknown; 中村 千恵 leads it")
	_, err := p.send(ctx, "a1", workflows.AnalyzeUpdate, workflows.AnalyzeCommand{
		Name: "mailbox", Lead: "@chie", Hypothesis: "The sign-in page in the mail took the password; somebody has used it since", Invite: []string{"@ben"}, By: by("ben"),
	})
	if err != nil {
		return err
	}
	return p.room(ctx, "a1")
}

// room waits until an analysis has its channel and its lead.
func (p *play) room(ctx context.Context, id string) error {
	s, err := p.await(ctx, "the channel of analysis "+id, func(s workflows.Status) bool {
		a := analysisOf(s, id)
		return a.Channel != "" && a.LeadID != "" && slices.Contains(a.Members, a.LeadID)
	})
	if err == nil {
		a := analysisOf(s, id)
		p.say.step("    #%s, lead %s: %s", a.ChannelName, a.Lead, a.ChannelURL)
	}
	return err
}

func analysisOf(s workflows.Status, id string) (found workflows.AnalysisStatus) {
	for _, a := range s.Analyses {
		if a.ID == id {
			found = a
		}
	}
	return found
}

func (p *play) triage(ctx context.Context) error {
	p.say.step("Ben takes command and says how far the damage goes: %q", demoScope)
	_, err := p.send(ctx, "triage", workflows.TriageUpdate, workflows.TriageCommand{
		Severity: incident.Sev2, Kind: "phishing", Commander: "@ben", Scope: demoScope, By: by("ben"),
	})
	if err != nil {
		return err
	}
	s, err := p.await(ctx, "the phase after triage", func(s workflows.Status) bool { return s.Phase != incident.PhaseOpen && s.Phase != incident.PhaseTriage })
	if err == nil {
		p.say.step("the case has moved on to %s by itself", s.Phase)
	}
	return err
}

func (p *play) analyzeMore(ctx context.Context) error {
	p.say.step("a second analysis beside the first: the laptop, led by 伊藤 健二 at Acme Foods")
	_, err := p.send(ctx, "a2", workflows.AnalyzeUpdate, workflows.AnalyzeCommand{
		Name: "ノートPC", Lead: "@kenji", Hypothesis: "The attachment was opened, but nothing was run", By: by("ben"),
	})
	if err != nil {
		return err
	}
	if err := p.room(ctx, "a2"); err != nil {
		return err
	}
	_, err = p.send(ctx, "acting", workflows.ContainUpdate, workflows.ContainCommand{State: incident.Acting, By: by("ben")})
	return err
}

// runBook has done what one always does in such a case: tasks, an analysis and a link, in their order.
func (p *play) runBook(ctx context.Context) error {
	p.say.step("Ben has done what one always does about such mails:")
	text := "run " + p.s.Number + " " + demoBook
	p.say.step("    /case %s", text)
	if err := p.insist(ctx, func() error { return p.command(ctx, "ben", "general", text, p.s.update("run")) }); err != nil {
		return err
	}
	s, err := p.await(ctx, "the end of the runbook", func(s workflows.Status) bool { return len(s.Runs) == 1 && s.Runs[0].State == "done" })
	if err != nil {
		return err
	}
	p.say.step("    its %d steps are done, and stand on one card in the thread: %d tasks for people, an analysis, a link", len(s.Runs[0].Steps), len(s.Tasks))
	if page := s.Runs[0].Temporal; page != "" {
		p.say.step("    the run in Temporal: %s", page)
	}
	return p.room(ctx, "a3")
}

func (p *play) work(ctx context.Context) error {
	p.say.step("two tasks go to the sheet, one of them is done soon")
	first, err := p.send(ctx, "t1", workflows.TaskUpdate, workflows.TaskCommand{Title: "アカウントの停止と全セッションの失効", Owner: "@kenji", Due: "本日 12:00", By: by("ben")})
	if err != nil {
		return err
	}
	if _, err := p.send(ctx, "t2", workflows.TaskUpdate, workflows.TaskCommand{Title: "Ask the bank to hold payments of Acme Foods", Owner: "@aoi", Due: "today", By: by("ben")}); err != nil {
		return err
	}
	_, err = p.send(ctx, "t1-done", workflows.TaskUpdate, workflows.TaskCommand{Task: first.ID, Status: incident.TaskDone, By: by("kenji")})
	return err
}

// refuse closes the case too early: the case says what is missing, and how it could go on without.
func (p *play) refuse(ctx context.Context) error {
	p.say.step("somebody wants to close it too early:")
	_, err := p.desk.Send(ctx, p.s.Number, workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: by("ben")}, p.s.update("too-early"))
	var refusal *incident.Refusal
	if !errors.As(err, &refusal) || refusal.Code != incident.Rule {
		return fmt.Errorf("the case lets itself be closed while its analyses are open: %v", err)
	}
	p.say.step("    Hikeshi refuses: %s", refusal.Message)
	return nil
}

func (p *play) publish(ctx context.Context) error {
	p.say.step("aoi writes an update for executives; it goes to the channel, to #executives and to the ticket")
	_, err := p.send(ctx, "update", workflows.PublishUpdate, workflows.PublishCommand{Text: demoUpdate, Next: 2 * time.Hour, By: by("aoi")})
	return err
}

func (p *play) learn(ctx context.Context) error {
	p.say.step("two lessons are noted while they are fresh")
	_, err := p.send(ctx, "l1", workflows.LessonUpdate, workflows.LessonCommand{Text: "経理部のアカウントに多要素認証が未適用だった", By: by("chie")})
	if err != nil {
		return err
	}
	_, err = p.send(ctx, "l2", workflows.LessonUpdate, workflows.LessonCommand{Text: "The reporter first called the help desk, which did not know whom to ask", By: by("aoi")})
	return err
}

func (p *play) concludeAll(ctx context.Context) error {
	p.say.step("all analyses come to their ends; the damage is contained")
	for _, end := range []struct{ analysis, lead, finding string }{
		{"a1", "chie", "パスワードは 09:12 に入力され、09:40 に海外 IP から 1 回サインイン。転送ルールの作成なし、閲覧 3 通"},
		{"a2", "kenji", "Macro was blocked by policy; no process was started, no persistence found"},
		{"a3", "ben", "Of 15 who got the mail, one entered a password; the proxy shows no other visit"},
	} {
		command := workflows.ConcludeCommand{Analysis: end.analysis, Finding: end.finding, By: by(end.lead)}
		if _, err := p.send(ctx, "conclude-"+end.analysis, workflows.ConcludeUpdate, command); err != nil {
			return err
		}
	}
	_, err := p.send(ctx, "contained", workflows.ContainUpdate, workflows.ContainCommand{State: incident.Contained, By: by("ben")})
	return err
}

func (p *play) closeCase(ctx context.Context) error {
	p.say.step("Ben closes the case; its lessons come first")
	_, err := p.send(ctx, "close", workflows.CloseUpdate, workflows.CloseCommand{Resolution: "contained", By: by("ben")})
	return err
}

func (p *play) decideAll(ctx context.Context) error {
	p.say.step("one lesson becomes an improvement theme with a ticket of its own, the other is accepted with a reason")
	if _, err := p.send(ctx, "decide-l1", workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l1", As: "theme", By: by("ben")}); err != nil {
		return err
	}
	_, err := p.send(ctx, "decide-l2", workflows.DecideUpdate, workflows.DecideCommand{Lesson: "l2", As: "accept", Reason: "The help desk has a new number list since last week", By: by("ben")})
	return err
}

// keep waits while everything is archived: the last sweep, the files, the manifest, the verification, the channels.
func (p *play) keep(ctx context.Context) error {
	p.say.step("everything is being kept: the conversation, the files, the tickets, the tasks; then compared with where it came from")
	s, err := p.await(ctx, "the end of the case", func(s workflows.Status) bool { return s.Phase == incident.PhaseClosed && len(s.Debts) == 0 })
	if err != nil {
		return err
	}
	p.say.step("case %s is closed: %d messages and %d files are archived and verified: %s", s.Number, s.Archive.Messages, s.Archive.Files, s.Archive.FolderURL)
	p.say.step("    the log of what was said: %s", s.Mirror.Logs[0].URL)
	if theme := s.Lessons[0]; theme.ThemeURL != "" {
		p.say.step("    the improvement theme: %s", theme.ThemeURL)
	}
	return nil
}
