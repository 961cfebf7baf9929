package jiratest

import "slices"

// notify counts a mail for everybody who follows the issue, may see it, and is not the one who acted.
func (x *exchange) notify(i Issue, subject string, may func(Account) bool) {
	to := append([]string{i.Reporter, i.Assignee}, i.Watchers...)
	slices.Sort(to)
	for _, id := range slices.Compact(to) {
		who, known := accountByID(id)
		if !known || id == x.who.ID || !sees(who, i) || may != nil && !may(who) {
			continue
		}
		x.s.mails.Put(rowKey(x.s.sequence("mail", 1)), Mail{To: id, Issue: i.Key, Subject: subject, At: x.now})
		n, _ := x.s.mailed.Get(id)
		x.s.mailed.Put(id, n+1)
	}
}

// silent reports whether the caller asked for no mails and may ask: JIRA Cloud ignores the wish of others.
func (x *exchange) silent() bool {
	return x.URL.Query().Get("notifyUsers") == "false" && x.who.Administers
}
