// Package runbook reads runbooks: what a team does in an incident of a kind, step by step, as a YAML file. It knows the
// file's form and what is wrong with one; what a step does is the workflows' business.
//
//	version: 1
//	name: phishing-mail                # what people type; the file is called phishing-mail.yaml
//	title: {en: Phishing mail, ja: フィッシングメール}
//	kinds: [phishing]                  # the kinds of incidents that it fits
//	start: open                        # by itself, in every case of these kinds; without: when somebody runs it
//	steps:                             # done in this order, each with one of:
//	  - task: {title: Block the sender, owner: "@mail-team", due: 30m}
//	  - invite: {people: ["@legal", S0HELPDESK]}
//	  - notify: {text: Do not delete the mail, mention: [commander]}
//	  - analysis: {name: mailboxes, lead: commander, hypothesis: Somebody has opened it}
//	  - link: {title: Headers explained, url: "https://wiki.example/headers"}
//
// Every text is plain, or {en: …, ja: …}. Where commander or opener stands for a person, the case says who that is when
// the step is done. A due of 30m, 4h or 2d counts from then.
//
// A file of another version, with an unknown key, or with an alias is refused as a whole: half of a runbook would be
// worse than none. So that later versions can add what may be asked of a step, a step is a group with one key.
//
// The library is the files embedded here and those of a directory; a file there takes the place of an embedded one of its
// name. A run keeps what the file said when it began ([Runbook]) and its SHA-256: a later edit changes nothing that runs.
package runbook
