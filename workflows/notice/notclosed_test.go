package notice_test

import (
	"strings"
	"testing"

	"hikeshi/workflows/incident"
	"hikeshi/workflows/notice"
)

// A case that cannot be closed yet says in Slack what is missing, without commands for a shell.
func TestNotClosedYetInSlack(t *testing.T) {
	r := incident.Refuse(incident.Rule, "What to do: scope of the damage (triage --scope …, or: waive scope --reason …)",
		"case %s cannot be closed yet; still missing: %s", "SEC-5", "scope, conclude a1, conclude a2, containment")
	for lang, want := range map[string]string{
		"en": "Not done: SEC-5 cannot be closed yet. Still missing: scope of the damage, conclusion of analysis a1/a2, containment.\nRecord it with the buttons on the card, or of /case. What may stay open: /case waive",
		"ja": "実行できませんでした: SEC-5 はまだクローズできません。不足: 被害範囲、分析 a1/a2 の結論、封じ込め。\nカードのボタンか /case のボタンで記録してください。不要なものは /case waive で免除できます。",
	} {
		if got := notice.Refused(lang, r); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", lang, got, want)
		}
	}
	other := incident.Refuse(incident.Rule, "", "case %s is closed", "SEC-7")
	if got, want := notice.InSlack("ja", other).Message, notice.InLanguage("ja", other).Message; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A Japanese hint ends as a sentence does; what is to be typed, and what is said in English, stays as it is.
func TestHintsEndWithAStop(t *testing.T) {
	for hint, want := range map[string]string{
		"Ask one of them to do it":     "できる人に依頼してください。",
		"Reopen it: reopen --reason …": "再開するには: reopen --reason …",
		"Quite unknown":                "Quite unknown",
	} {
		r := incident.Refuse(incident.Rule, hint, "case %s is closed", "SEC-1")
		if got := notice.Refused("ja", r); !strings.HasSuffix(got, "\n"+want) {
			t.Errorf("%q: %q does not end with %q", hint, got, want)
		}
		if got := notice.Refused("en", r); !strings.HasSuffix(got, "\n"+hint) {
			t.Errorf("%q: %q in English", hint, got)
		}
	}
}

// What was not filled in is called as the form calls it: nobody sees options in a form.
func TestMissingFieldsAreCalledAsInTheForm(t *testing.T) {
	for _, tt := range []struct{ message, hint, en, ja string }{
		{"--finding is missing", "Say what was found, or why nobody goes on with it: --drop",
			"Not done: “Finding” (--finding) is missing.\nSay what was found, or why nobody goes on with it",
			"実行できませんでした: 「判明事項」（--finding）が入力されていません。\n判明事項を書くか、打ち切るならその理由を書いてください。"},
		{"nothing to record", "Give one of --severity, --kind, --commander, --scope",
			"Not done: nothing to record.\nFill in one of: Severity, Kind, Commander, Scope of damage",
			"実行できませんでした: 記録する内容がありません。\n次のどれかを入力してください: 重大度、種別、指揮者、被害範囲。"},
		{"case SEC-6 has no task \"t9\"", "See the task sheet, or: status SEC-6",
			"Not done: case SEC-6 has no task \"t9\".\nSee the task sheet, or: status SEC-6",
			"実行できませんでした: 事案 SEC-6 にタスク \"t9\" はありません。\nタスク表か /case status SEC-6 で確認してください。"},
	} {
		for lang, want := range map[string]string{"en": tt.en, "ja": tt.ja} {
			if got := notice.Refused(lang, incident.Refuse(incident.Usage, tt.hint, "%s", tt.message)); got != want {
				t.Errorf("%s:\n%s\nwant\n%s", lang, got, want)
			}
		}
	}
}
