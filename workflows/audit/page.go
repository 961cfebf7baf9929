package audit

import (
	"bytes"
	"cmp"
	_ "embed"
	"html/template"
	"iter"
	"slices"
	"strings"

	"hikeshi/workflows/incident"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// Page is the timeline that people read: self-contained, without scripts. The same records and keys of gateways make the
// same bytes, so that it can be verified: the page names its keys. Records that two branches of a reset case share are
// shown once; what sealing does for itself is left out.
func Page(records []Record, lang string, keys []incident.Key) ([]byte, error) {
	w := wordsOf(lang)
	data := page{Lang: w["lang"], W: w, Keys: keys}
	for _, r := range timeline(records) {
		row := rowOf(r, w)
		data.judge(&row, keys)
		if r.Glass != "" {
			data.Glass = append(data.Glass, row)
		}
		if r.ByHand || r.Kind == KindRun && r.Door == "temporal" {
			data.ByHand = append(data.ByHand, row)
		}
		if data.Case = cmp.Or(data.Case, r.Case); !r.Own {
			data.Rows = append(data.Rows, row)
		}
	}
	var out bytes.Buffer
	err := pageTemplate.Execute(&out, data)
	return out.Bytes(), err
}

type page struct {
	Lang, Case          string
	W                   map[string]string
	Keys                []incident.Key // by which it shows who is proven
	Unchecked           bool           // something is signed, and there is no key to check it by
	Unproven            []row
	Glass, ByHand, Rows []row
}

// row is a record as it is shown.
type row struct {
	Record
	Time, Where, Who, What, How, Tries string
	Proof, Why                         string // whether the sender is proven, and why not; empty: nothing is said of that
}

// timeline sorts records by time, each once.
func timeline(records []Record) []Record {
	seen := map[string]bool{}
	list := slices.DeleteFunc(slices.Clone(records), func(r Record) bool {
		had := seen[r.ID]
		seen[r.ID] = true
		return had
	})
	slices.SortStableFunc(list, func(a, b Record) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Workflow, b.Workflow), strings.Compare(a.Run(), b.Run()), cmp.Compare(a.event(), b.event()))
	})
	return list
}

func rowOf(r Record, w map[string]string) row {
	x := row{Record: r, Time: clock(r.At), Where: strings.TrimPrefix(r.Workflow, r.Case+"/")}
	x.Who = cmp.Or(r.Name, r.Actor)
	if r.Name != "" && r.Actor != "" {
		x.Who += " (" + r.Actor + ")"
	}
	if r.Sure != "" {
		x.Who += " · " + cmp.Or(w[r.Sure], r.Sure)
	}
	if r.Door != "" {
		x.Who += " · " + r.Door
	}
	x.What = cmp.Or(r.Step, r.Action)
	x.How = cmp.Or(w[string(r.Outcome)], string(r.Outcome))
	for _, a := range r.Attempts {
		x.Tries += strings.TrimSpace(clockOf(a)+" "+a.Class+" "+a.Cause) + "\n"
	}
	return x
}

func clockOf(a Attempt) string {
	if a.At.IsZero() {
		return ""
	}
	return clock(a.At)
}

// wordsOf are the words of the page.
func wordsOf(lang string) map[string]string {
	if lang == "ja" {
		return japanese
	}
	return english
}

var english = map[string]string{
	"lang": "en", "title": "Audit", "glass": "Acts without a verified identity", "by_hand": "Done by hand in Temporal", "none": "None.",
	"all": "Everything that happened", "time": "Time (UTC)", "where": "Workflow", "who": "Who", "what": "What", "how": "Result", "tries": "Earlier tries",
	"reason": "Reason", "rules": "This page shows the records of audit.jsonl or of the seals. It proves nothing by itself: check it with “starter audit verify”.",
	"done": "done", "refused": "refused", "failed": "failed", "timed out": "timed out", "canceled": "canceled",
	"self-declared": "by their own word", "slack-signed": "signed by Slack", "temporal-principal": "authenticated by Temporal",
	"unproven": "Acts whose sender is not proven", "keys": "Who did what in Slack was checked by these public keys of gateways:",
	"unchecked": "Who did what in Slack is not checked here: there was no public key of a gateway. Check it with “starter audit verify --gateway-key”.",
	"valid":     "proven by a gateway", "not proven": "NOT PROVEN", "no proof": "no gateway has signed it", "wrong proof": "the signature does not fit it",
	"doubted": "the case did not believe it", "and": "; ",
}

var japanese = map[string]string{
	"lang": "ja", "title": "監査記録", "glass": "本人確認なしで行われた操作", "by_hand": "Temporal 上で手作業により行われた操作", "none": "ありません。",
	"all": "すべての記録", "time": "日時（UTC）", "where": "ワークフロー", "who": "実行者", "what": "操作", "how": "結果", "tries": "それまでの試行",
	"reason": "理由", "rules": "このページは audit.jsonl または封印の記録を表示したものです。このページだけでは何も証明されません。「starter audit verify」で確認してください。",
	"done": "完了", "refused": "拒否", "failed": "失敗", "timed out": "時間切れ", "canceled": "取消",
	"self-declared": "自己申告", "slack-signed": "Slack の署名あり", "temporal-principal": "Temporal で認証済み",
	"unproven": "実行者が証明されていない操作", "keys": "Slack での実行者は、次のゲートウェイ公開鍵で検証しました。",
	"unchecked": "ゲートウェイの公開鍵がないため、Slack での実行者は検証していません。「starter audit verify --gateway-key」で確認してください。",
	"valid":     "ゲートウェイの署名で証明済み", "not proven": "未証明", "no proof": "ゲートウェイの署名がありません", "wrong proof": "署名が内容と一致しません",
	"doubted": "事案側で本人と認めていません", "and": "、",
}

// checkPages compares what people read with the records.
func (v *verifier) checkPages() {
	if b, here := v.files[LinesFile]; here {
		v.used[LinesFile] = true
		v.checkSame(LinesFile, b, v.lines)
	}
	if b, here := v.files[PageFile]; here {
		v.used[PageFile] = true
		v.checkSame(PageFile, b, v.pages)
		v.checkKeys(keysOf(b))
	}
}

// lines are the lists of records that may have been written: with the tail or without, of either branch.
func (v *verifier) lines(yield func([]byte) bool) {
	for _, end := range v.ends() {
		var all []byte
		for _, s := range end.line() {
			all = append(all, v.files[s.Records.Name]...)
		}
		if !yield(append(slices.Clip(all), v.files[TailRecordsFile]...)) || v.tail != nil && !yield(all) {
			return
		}
	}
}

// pages are the pages that may have been made of them.
func (v *verifier) pages(yield func([]byte) bool) {
	for _, end := range v.ends() {
		for _, lang := range []string{"en", "ja"} {
			for _, tail := range []bool{true, false} {
				if !tail && v.tail == nil {
					continue
				}
				if b, err := Page(v.records(end, tail), lang, keysOf(v.files[PageFile])); err == nil && !yield(b) {
					return
				}
			}
		}
	}
}

// ends are the last seals of all branches, the newest first; one nil seal if there is none.
func (v *verifier) ends() (list []*sealed) {
	for _, s := range v.seals {
		if s.last {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b *sealed) int { return b.Through.Compare(a.Through) })
	if len(list) == 0 {
		list = []*sealed{nil}
	}
	return list
}

// checkSame names the first line in which a file differs from the one of these that is nearest to it.
func (v *verifier) checkSame(name string, b []byte, wanted iter.Seq[[]byte]) {
	line := 0
	for want := range wanted {
		if bytes.Equal(b, want) {
			return
		}
		n := 1
		for i := 0; i < min(len(b), len(want)) && b[i] == want[i]; i++ {
			if b[i] == '\n' {
				n++
			}
		}
		line = max(line, n)
	}
	v.report.add(problem(name, line, "it does not show the records that are here: it was altered, or records are missing"))
}
