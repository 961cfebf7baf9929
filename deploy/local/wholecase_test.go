package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"hikeshi/activities/fake"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

// People lead a case from its opening to its archive in the workspace's page, with the mouse and few words: what
// newcomers do first. Nothing else is used than what stands on the page. What they share is in the installation's
// language: the same life is lived once in each.
func TestAWholeCaseInTheBrowser(t *testing.T) {
	for _, said := range speeches() {
		t.Run(said.lang, func(t *testing.T) {
			t.Parallel()
			b := openBrowser(t) // first: without a browser nothing else need start
			in := newInstall(t, t.TempDir(), func(o *options) {
				o.noUI = false
				o.rewrite = func(config string) string { return replaceOnce(config, "language: en\n", "language: "+said.lang+"\n") }
			})
			l := story{workspace{b, in}, said, wordsOf(t, said.lang), wordsOf(t, said.other)}
			b.Size(workspaceWidth, browserHeight)
			l.opens()
			l.isFreed()
			l.isWorkedOn()
			l.isHandedOver()
			l.isClosed()
			l.isKept()
		})
	}
}

// speech is what people write in a life, in the language that they share.
type speech struct {
	lang, other                                                string
	leads, follows, followsIn                                  string // who, and the language that whoever follows reads
	title, scope, analysis, hypothesis, news, lesson, handover string
	found, lost, accepted, ended                               string
}

func speeches() []speech {
	return []speech{{
		lang: "en", other: "ja", leads: "ben", follows: "aoi", followsIn: "ja",
		title: "不審なメール payroll", scope: "3 mailboxes", analysis: "mailbox", hypothesis: "the password was used",
		news: "Three mailboxes are locked.", lesson: "nobody owned the mail rules", handover: "my shift ends",
		found: "the rule is gone", lost: "nothing was lost", accepted: "it costs more than it helps", ended: "contained",
	}, {
		lang: "ja", other: "en", leads: "aoi", follows: "chie", followsIn: "ja",
		title: "給与担当への不審なメール", scope: "メールボックス 3 件", analysis: "メールボックス", hypothesis: "パスワードが使われた",
		news: "メールボックス 3 件をロックしました。", lesson: "転送ルールの管理者が決まっていなかった", handover: "交代の時間です",
		found: "転送ルールを削除した", lost: "情報の流出は確認されなかった", accepted: "費用が効果に見合わない", ended: "封じ込め済み",
	}}
}

// story is one case from its beginning to its end.
type story struct {
	workspace
	speech
	words, foreign wording
}

const onlyCase = "SEC-1"

// opens a case: one word, one field, one click. A part of it cannot go on.
func (l story) opens() {
	fault(l.T, l.in.at.Slack, fake.Fault{Match: "bookmarks.add", Mode: "status", Error: "restricted_action", Times: 0})
	l.as(l.leads, "general")
	l.types("/case open")
	l.fills(map[string]string{"title": l.title})
	l.ShootPage("open")
	l.submits()
	l.goesTo("sec-1-")
	l.settles(onlyCase, "people can work", func(s workflows.Status) bool { return stuckIn(s, "open.bookmark") && s.Links.Ticket != "" })
	l.reads("#messages", l.title, l.words["step_title_open_bookmark"])
	l.labelled("#messages", "phase", "severity", "commander", "containment", "scope")
	l.labelled("#messages button", "form_verb_triage", "form_verb_details", "form_verb_contain", "form_verb_run", "form_verb_close")
	l.pictures("card")
	l.onATelephone("card")
}

// isFreed is how a step that cannot go on goes on: its button lets it.
func (l story) isFreed() {
	l.presses("#messages button[data-open-thread]")
	l.waits(`#thread button[data-act^="resolve_retry"]`)
	l.labelled("#thread button", "action_retry", "action_skip")
	l.reads("#thread", fixedIn(l.words["stuck_since"])...)
	require.NoError(l.T, call(l.T.Context(), http.MethodDelete, control(l.in.at.Slack)+"faults", nil, nil))
	l.pictures("stuck")
	l.inOwnLanguage()
	l.presses(`#thread button[data-act^="resolve_retry"]`)
	l.settles(onlyCase, "the bookmark is there", func(s workflows.Status) bool { return stepOf(s, "open.bookmark").State == workflows.StepDone })
	l.reads("#thread", fixedIn(l.words["stuck_none"])...)
}

// isWorkedOn is the triage, a runbook, an analysis and what is learned.
func (l story) isWorkedOn() {
	l.presses(`#messages button[data-act="case_triage"]`)
	l.fills(map[string]string{"severity": "1", "scope": l.scope, "commander": cast(l.T, l.leads).ID})
	l.ShootPage("triage")
	l.onATelephone("triage")
	l.submits()
	l.settles(onlyCase, "triage is over", func(s workflows.Status) bool {
		return s.Phase == incident.PhaseAnalysis && s.Scope == l.scope && s.Severity == incident.Sev1
	})
	l.presses(`#messages button[data-act="case_run"]`)
	l.fills(map[string]string{"runbook": "lost-device"})
	l.submits()
	l.presses(`#messages button[data-act="case_analyze"]`)
	l.fills(map[string]string{"name": l.analysis, "hypothesis": l.hypothesis})
	l.submits()
	l.settles(onlyCase, "the runbook is done, and its analysis and the other have channels", func(s workflows.Status) bool {
		return len(s.Runs) == 1 && s.Runs[0].State == "done" && len(s.Analyses) == 2 && s.Analyses[0].Channel != "" && s.Analyses[1].Channel != ""
	})
	l.reads("#thread", l.words["run_state_done"])
	l.reads("#messages", l.hasPhase(incident.PhaseAnalysis), l.words["analysis_state_open"])
	l.pictures("running")
	l.inOwnLanguage()
	l.presses(`#messages button[data-act="case_lesson"]`)
	l.fills(map[string]string{"text": l.lesson})
	l.submits()
	l.presses(`#messages button[data-act="case_update"]`)
	l.fills(map[string]string{"text": l.news})
	l.submits()
	l.settles(onlyCase, "the lesson is noted", func(s workflows.Status) bool { return len(s.Lessons) == 1 })
}

// isHandedOver is how command goes to somebody else, who may read another language.
func (l story) isHandedOver() {
	l.presses(`#messages button[data-act="case_handover"]`)
	l.fills(map[string]string{"to": cast(l.T, l.follows).ID, "note": l.handover})
	l.submits()
	l.waits(`#thread button[data-act^="case_accept"]`)
	l.labelled("#thread button", "handover_accept", "handover_decline")
	l.labelled("#thread", "handover_needed", "handover_analyses", "handover_tasks", "handover_lessons", "handover_newest")
	l.pictures("handover")
	l.inOwnLanguage()
	s := l.settles(onlyCase, "its channel is known", func(s workflows.Status) bool { return s.Links.Channel != "" })
	l.as(l.follows, s.Links.Channel)
	l.pictures("follower")
	l.onATelephone("follower")
	l.types("/case analyze")
	l.Shows("#dialog h2", wordsOf(l.T, l.followsIn)["form_title_analyze"])
	l.ShootPage("follower-modal")
	l.onATelephone("follower-modal")
	l.Click("#dialog footer [data-close-dialog]", "")
	l.presses("#messages button[data-open-thread]")
	l.waits(`#thread button[data-act^="case_accept"]`)
	l.pictures("follower-thread")
	l.presses(`#thread button[data-act^="case_accept"]`)
	l.settles(onlyCase, "another commands", func(s workflows.Status) bool { return s.Commander == cast(l.T, l.follows).RealName })
}

// isClosed is the end, by typing.
func (l story) isClosed() {
	for _, step := range []struct {
		says string
		done func(workflows.Status) bool
	}{
		{"/case conclude a1 " + l.found, func(s workflows.Status) bool { return analysisOf(s, "a1").State == incident.AnalysisConcluded }},
		{"/case conclude a2 " + l.lost, func(s workflows.Status) bool { return analysisOf(s, "a2").State == incident.AnalysisConcluded }},
		{"/case contain contained", func(s workflows.Status) bool { return s.Containment == incident.Contained }},
		{"/case decide l1 accept " + l.accepted, func(s workflows.Status) bool { return len(s.Lessons) == 1 && s.Lessons[0].Decided() }},
		{"/case close " + l.ended, func(s workflows.Status) bool { return s.Resolution != "" }},
	} {
		l.types(step.says)
		l.settles(onlyCase, step.says, step.done)
	}
}

// isKept looks at what remains, for each of its readers.
func (l story) isKept() {
	s := l.settles(onlyCase, "it is closed", func(s workflows.Status) bool {
		return s.Phase == incident.PhaseClosed && len(s.Debts) == 0 && s.Archive.FolderURL != "" && analysisOf(s, "a1").Channel != ""
	})
	l.as(l.leads, s.Links.Channel)
	l.labelled("#messages button", "form_verb_reopen")
	l.presses("#messages button[data-open-thread]")
	l.waits("#thread article")
	l.pictures("closed")
	l.inOwnLanguage()
	l.as(l.leads, analysisOf(s, "a1").Channel)
	l.labelled("#messages", "hypothesis", "finding", "lead")
	l.pictures("analysis")
	l.inOwnLanguage()
	l.as(l.leads, "csirt-ops")
	l.reads("#messages", fixedIn(l.words["stuck_none"])...)
	l.pictures("operators")
	l.inOwnLanguage()
	l.as("aoi", "executives")
	l.reads("#messages", l.news)
	l.labelled("#messages", "phase", "severity", "containment", "commander")
	l.pictures("executives")

	l.Open(l.in.at.Pages + "/jira/" + onlyCase + "?as=" + l.leads)
	l.Reads(l.words["phase"], l.words["containment"], l.ended)
	l.ShootPage("ticket")
	l.inOwnLanguage()
	l.Open(s.Links.SheetURL)
	l.Reads(l.words["tab_tasks"], l.words["column_owner"])
	l.ShootPage("sheet")
	l.Open(s.Archive.FolderURL)
	l.Reads("transcript.html", "manifest.json")
	l.ShootPage("archive")
	l.Open(s.Links.Temporal)
	l.Reads("case/"+onlyCase, "Event History") // its rows are there only while they can be seen
	l.ShootPage("temporal")
	l.Open(temporalPage(l.in, s.WorkflowID) + "/" + l.in.run(l.T, s.WorkflowID) + "/user-metadata")
	l.Reads(l.words["what_now"], l.words["severity"])
	l.ShootPage("temporal-details")
}
