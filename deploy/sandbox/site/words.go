package site

import (
	"strings"

	"hikeshi/activities/fake"
)

// words are what the workspace and the pages of tickets say, as Slack and JIRA do in the language of whoever looks: English,
// then Japanese.
var words = map[string][2]string{
	"channels":     {"Channels", "チャンネル"},
	"more":         {"Other channels", "ほかのチャンネル"},
	"archived":     {"Archived", "アーカイブ済み"},
	"apps":         {"Apps", "アプリ"},
	"home":         {"Home", "ホーム"},
	"homeEmpty":    {"The app has published nothing for you yet.", "アプリはまだ何も表示していません。"},
	"you":          {"You are", "あなた"},
	"join":         {"Join", "参加する"},
	"joinHint":     {"You are looking at a channel that you have not joined.", "まだ参加していないチャンネルを表示しています。"},
	"isArchived":   {"This channel is archived: it can be read, not written in.", "このチャンネルはアーカイブされています。閲覧のみできます。"},
	"leave":        {"Leave channel", "チャンネルから退出する"},
	"members":      {"Members", "メンバー"},
	"pinned":       {"Pinned", "ピン留め"},
	"bookmarks":    {"Bookmarks", "ブックマーク"},
	"thread":       {"Thread", "スレッド"},
	"close":        {"Close", "閉じる"},
	"back":         {"Back", "戻る"},
	"menu":         {"Show channels", "チャンネル一覧を表示"},
	"write":        {"Message", "メッセージを送信"},
	"writeHint":    {"Message, or /case open …", "メッセージ、または /case open …"},
	"replyHint":    {"Reply in the thread", "スレッドに返信する"},
	"alsoChannel":  {"Also send to the channel", "チャンネルにも投稿する"},
	"send":         {"Send", "送信"},
	"attach":       {"Attach a file", "ファイルを添付"},
	"shortcuts":    {"Shortcuts and commands", "ショートカットとコマンド"},
	"onlyYou":      {"Only visible to you", "あなただけに表示されています"},
	"dismiss":      {"Dismiss", "閉じる"},
	"edited":       {"edited", "編集済み"},
	"reply":        {"Reply in thread", "スレッドで返信する"},
	"react":        {"Add a reaction", "リアクションする"},
	"actions":      {"More actions", "その他"},
	"edit":         {"Edit", "編集する"},
	"delete":       {"Delete", "削除する"},
	"deleteSure":   {"Delete this message for everybody?", "このメッセージを全員の画面から削除しますか?"},
	"copyLink":     {"Copy link", "リンクをコピー"},
	"save":         {"Save", "保存"},
	"cancel":       {"Cancel", "キャンセル"},
	"submit":       {"Submit", "送信"},
	"optional":     {"optional", "任意"},
	"choose":       {"Choose…", "選択…"},
	"nobody":       {"No messages yet.", "まだメッセージはありません。"},
	"earlier":      {"Earlier messages", "以前のメッセージ"},
	"today":        {"Today", "今日"},
	"app":          {"APP", "アプリ"},
	"guest":        {"guest", "ゲスト"},
	"external":     {"external", "社外"},
	"private":      {"private", "非公開"},
	"notDone":      {"Not done", "実行できませんでした"},
	"offline":      {"The sandbox does not answer. Trying again…", "サンドボックスに接続できません。再接続しています…"},
	"replies":      {"replies", "件の返信"},
	"replyOne":     {"reply", "件の返信"},
	"dropHere":     {"Drop the file to share it", "ここにドロップして共有"},
	"noHome":       {"Choose a channel", "チャンネルを選んでください"},
	"newMessages":  {"New messages below", "新しいメッセージがあります"},
	"deletedFile":  {"This file was deleted.", "このファイルは削除されました。"},
	"tooBig":       {"The file is larger than 20 MB.", "ファイルが 20 MB を超えています。"},
	"selectedSome": {"chosen", "件選択"},

	"issueType":     {"Type", "課題タイプ"},
	"issueStatus":   {"Status", "ステータス"},
	"issueLevel":    {"Security level", "セキュリティレベル"},
	"issueNoLevel":  {"none: everybody with JIRA sees it", "なし（JIRA の利用者全員が閲覧できます）"},
	"issueReporter": {"Reporter", "報告者"},
	"issueAssignee": {"Assignee", "担当者"},
	"issueNobody":   {"nobody", "未割り当て"},
	"issueUpdated":  {"Updated", "更新日時"},
	"issueLabels":   {"Labels", "ラベル"},
	"issueLinks":    {"Links", "リンク"},
	"issueIssues":   {"Issues", "関連課題"},
	"issueComments": {"Comments", "コメント"},
	"issueNone":     {"None.", "コメントはありません。"},
	"issueHidden":   {"more that you may not read.", "件は閲覧できません。"},
	"issueMails":    {"Mails", "通知メール"},
	"issueChanges":  {"Changed lately", "最近の変更"},
}

// objections are what Slack's own app says in a modal, in Japanese.
var objections = map[string]string{
	"Please complete this required field.":       "この項目は必須です。",
	"Please enter a valid email address.":        "有効なメールアドレスを入力してください。",
	"Please enter a valid URL.":                  "有効な URL を入力してください。",
	"Please enter a valid number.":               "有効な数値を入力してください。",
	"This text is too long.":                     "テキストが長すぎます。",
	"We had some trouble connecting. Try again?": "接続に問題がありました。もう一度お試しください。",
}

// objected is an objection in the language of whoever looks: what the app says stays as it is.
func objected(p fake.Person, text string) string {
	if ja, ok := objections[text]; ok && language(p) == "ja" {
		return ja
	}
	return text
}

// language is that of a person's locale: en or ja.
func language(p fake.Person) string {
	if strings.HasPrefix(p.Locale, "ja") {
		return "ja"
	}
	return "en"
}

// say is a word of the workspace in the language of whoever looks.
func say(p fake.Person, key string) string {
	if language(p) == "ja" {
		return words[key][1]
	}
	return words[key][0]
}

// spoken are all of them, for the scripts of a page.
func spoken(p fake.Person) map[string]string {
	all := map[string]string{}
	for key := range words {
		all[key] = say(p, key)
	}
	return all
}
