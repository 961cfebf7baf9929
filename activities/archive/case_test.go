package archive_test

import (
	"fmt"
	"strings"

	"hikeshi/activities/internal/ledger"
	"hikeshi/activities/internal/talk"
)

// ts is a message's name: seconds after the morning on which the case was opened.
func ts(seconds int) string { return fmt.Sprintf("%d.%06d", 1764144000+seconds, seconds%7+1) }

const (
	day = 24 * 60 * 60
	rlo = "\u202e" // turns the direction of what follows
)

// ordinary is a small case in which everything happens once.
func ordinary() *world {
	w := newWorld()
	w.open("C0CASE", "sec-42-payroll", "Suspicious mail at payroll")
	w.open("C0MAIL", "sec-42-a1-mailbox", "a1 mailbox")
	w.open("C0QUIET", "sec-42-a2-proxy", "a2 proxy")
	w.open("C0GONE", "sec-42-a3-deleted", "a3 endpoints")
	delete(w.chat.rooms, "C0GONE")

	bot := func(seconds int, text string) {
		w.says("C0CASE", talk.Message{TS: ts(seconds), User: "U0BOT", Author: "Hikeshi", Bot: true, Ours: true, Text: text})
	}
	aki := func(m talk.Message) talk.Message { m.User, m.Author = "U0AKI", "Aki Tanaka"; return m }
	ben := func(m talk.Message) talk.Message { m.User, m.Author = "U0BEN", "Ben Suzuki"; return m }

	w.says("C0CASE", talk.Message{TS: ts(0), User: "U0AKI", Author: "Aki Tanaka", Subtype: "channel_join", Text: "@Aki Tanaka has joined the channel"})
	bot(5, "SEC-42 Suspicious mail at payroll\nopen · Sev2")
	opening := w.says("C0CASE", aki(talk.Message{TS: ts(60), Text: "Three people opened the attachment.\nOne of them entered a password: hunter2."}))
	w.says("C0CASE", ben(talk.Message{TS: ts(95), Thread: opening.TS, Text: "Which ones? I am calling them."}))
	w.says("C0CASE", aki(talk.Message{TS: ts(140), Thread: opening.TS, Subtype: "thread_broadcast", Text: "給与課の三名です。至急、ネットワークから外してください。"}))
	w.says("C0CASE", ben(talk.Message{TS: ts(day + 30), Thread: opening.TS, Edited: ts(day + 90), Text: "All three are offline since 23:50."}))

	mail := w.store.keep("drive-1", "F0MAIL-invoice.eml", "From: someone\n\nPlease see the attachment.")
	note := w.store.keep("drive-2", "F0NOTE-メモ 1.txt", "notes")
	w.says("C0CASE", ben(talk.Message{TS: ts(300), Subtype: "file_share", Text: "The mail itself, and what we know.", Files: []talk.File{
		{ID: "F0MAIL", Name: "invoice.eml", Size: mail.Size, URL: "https://files.example/F0MAIL"}, {ID: "F0NOTE", Name: "メモ 1.txt", Size: note.Size, URL: "https://files.example/F0NOTE"},
		{ID: "F0GONE", Name: "screenshot.png", Size: 2048, Missing: "deleted"}, {ID: "F0LINK", Name: "Runbook", External: "https://docs.example/runbook"},
	}}), mail, note, ledger.File{Missing: "deleted"}, ledger.File{Missing: "external"})
	w.says("C0CASE", talk.Message{TS: ts(400), Author: "Mail gateway", Bot: true, Subtype: "bot_message", Text: "14 more mails with the same attachment were held back."})
	w.log(ledger.Entry{Kind: ledger.Said, Channel: "C0CASE", TS: ts(420), Sum: "0011223344556677"})
	w.log(ledger.Entry{Kind: ledger.Deleted, Channel: "C0CASE", TS: ts(420)})
	w.log(ledger.Entry{Kind: ledger.Lost, Channel: "C0CASE", TS: ts(430)})
	bot(day+100, "Containment: contained")

	mailTwice := talk.File{ID: "F0MAIL", Name: "invoice.eml", Size: mail.Size, URL: "https://files.example/F0MAIL"}
	w.says("C0MAIL", ben(talk.Message{TS: ts(600), Text: "<script>alert(1)</script> is all that it holds & that is enough. </style><b>not bold</b> <!channel>", Files: []talk.File{mailTwice}}), mail)
	w.says("C0MAIL", ben(talk.Message{TS: ts(660), Text: "The name was invoice" + rlo + "fdp.exe"}))
	w.logs = append(w.logs, "log2")
	w.tickets.tickets["log2"] = map[string]any{"key": "SEC-44"}
	w.says("C0MAIL", aki(talk.Message{TS: ts(700), Text: "=HYPERLINK(\"https://evil.example\") " + strings.Repeat("長", 20)}))
	return w
}
