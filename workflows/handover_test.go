package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hikeshi/activities/fake"
	"hikeshi/workflows"
	"hikeshi/workflows/incident"
)

func handing(to, note string, by incident.By) act {
	return act{workflows.HandoverUpdate, workflows.HandoverCommand{To: to, Note: note, By: by}, "", ""}
}

func accepting(by incident.By, refused string) act {
	return act{workflows.AcceptUpdate, workflows.AcceptCommand{By: by}, refused, ""}
}

func declining(by incident.By, reason string) act {
	return act{workflows.AcceptUpdate, workflows.AcceptCommand{Decline: true, Reason: reason, By: by}, "", ""}
}

// handovers are the messages of offers in a channel, as they are now.
func (w *world) handovers(channel string) (texts []string) {
	for _, m := range w.slack.Messages(channel) {
		if all := m.Text + string(m.Blocks); strings.Contains(m.Text, "Hand-over of ") {
			texts = append(texts, all)
		}
	}
	return texts
}

// asked are the direct messages to somebody, as they are now.
func (w *world) asked(person string) (texts []string) {
	ch, _ := w.slack.Direct(person)
	for _, m := range w.slack.Messages(ch.ID) {
		texts = append(texts, m.Text+string(m.Blocks))
	}
	return texts
}

// Command passes when it is accepted, not when it is offered; whoever takes over reads how the case stands.
func TestHandover(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-handover"))
	status, next := w.tell(state, triaged(),
		act{workflows.AnalyzeUpdate, workflows.AnalyzeCommand{Name: "mailbox", Lead: "@ben", Hypothesis: "somebody signed in", By: aoi}, "", ""},
		act{workflows.TaskUpdate, workflows.TaskCommand{Title: "Block the sender", Owner: "@ben", Due: "today", By: aoi}, "", ""},
		act{workflows.LessonUpdate, workflows.LessonCommand{Text: "no second factor", By: aoi}, "", ""},
		handing("@chie", "Acme's CISO wants a call at 18:00", ben))
	require.Contains(t, status.Commander, "Ben", "until it is accepted, nothing changes")
	require.NotNil(t, status.Offer)
	require.Equal(t, chie.Who, status.Offer.ToID)
	require.Contains(t, status.Members, chie.Who, "whoever is asked is brought in")
	require.Equal(t, []string{"a1/analysis.channel"}, status.Debts, "a pending offer is none")
	posted := w.handovers(status.Links.Channel)
	require.Len(t, posted, 1)
	for _, words := range []string{"<@" + chie.Who + ">", "18:00", "somebody signed in", "Block the sender", "no second factor", "3 mailboxes", "containment", "case_accept", "case_decline"} {
		require.Contains(t, posted[0], words)
	}
	direct := w.asked(chie.Who)
	require.Len(t, direct, 1, "one direct message")
	for _, words := range []string{"指揮の引き継ぎ", "ben さん", "18:00", "3 mailboxes", "#" + status.Links.Channel, "case_accept", "case_decline"} {
		require.Contains(t, direct[0], words, "in the language of whoever reads it")
	}
	require.NotContains(t, direct[0], "somebody signed in", "the head of the summary only")
	claimed := chie
	claimed.Assurance = incident.SelfDeclared
	status, next = w.tell(next, accepting(aoi, "was offered to 中村 千恵"), accepting(somebody, "not to you"), accepting(claimed, "not to you"), accepting(chie, ""), accepting(chie, ""))
	require.Equal(t, "中村 千恵", status.Commander)
	require.Nil(t, status.Offer)
	posted = w.handovers(status.Links.Channel)
	require.Len(t, posted, 1, "the message is updated in its place")
	require.Contains(t, posted[0], "accepted command")
	require.Contains(t, posted[0], "Block the sender", "what was handed over stays there")
	require.NotContains(t, posted[0], "case_accept")
	require.True(t, w.said(status.Links.Channel, "chie has accepted command; until now it was Ben"))
	direct = w.asked(chie.Who)
	require.Len(t, direct, 1, "it is updated in its place")
	require.Contains(t, direct[0], "引き継ぎました")
	require.NotContains(t, direct[0], "case_accept")
	status, _ = w.tell(next, accepting(ben, "not offered to anybody"))
	require.Equal(t, "中村 千恵", status.Commander)
	require.Empty(t, status.Notes)
}

// An offer ends by being declined, by another one, by somebody who takes command or is named, and with the case.
func TestOffersLapse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		then []act
		says string
	}{
		"declined": {[]act{declining(chie, "on a train")}, "chie declined command"},
		"taken":    {[]act{{workflows.TakeUpdate, workflows.TakeCommand{By: ben}, "", ""}}, "ben took command"},
		"named":    {[]act{triaged()}, "aoi named a commander"},
		"replaced": {[]act{handing("@ben", "", aoi), accepting(chie, "was offered to")}, "made another offer"},
		"closed":   {[]act{{workflows.CloseUpdate, workflows.CloseCommand{Resolution: "false positive", By: aoi}, "", ""}}, "is being archived"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			state, _ := w.intake(report("req-lapse-" + name))
			_, next := w.tell(state, handing("@chie", "", aoi))
			status, _ := w.tell(next, test.then...)
			posted := w.handovers(status.Links.Channel)
			require.Contains(t, posted[0], test.says)
			require.NotContains(t, posted[0], "case_accept")
			direct := w.asked(chie.Who)
			require.Len(t, direct, 1)
			require.NotContains(t, direct[0], "case_accept", "nobody is asked any more")
			if name != "replaced" {
				require.Nil(t, status.Offer)
				require.Len(t, posted, 1)
			}
		})
	}
}

func TestOffersThatAreWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-wrong"))
	refused := func(command any, name, words, hint string) act { return act{name, command, words, hint} }
	status, next := w.tell(state,
		refused(workflows.HandoverCommand{To: " \n", By: aoi}, workflows.HandoverUpdate, "whom command is offered to is missing", "--to"),
		refused(workflows.HandoverCommand{To: "@chie", Note: strings.Repeat("x", 1001), By: aoi}, workflows.HandoverUpdate, "at most 1000 fit", ""),
		refused(workflows.AcceptCommand{Reason: "why not", By: chie}, workflows.AcceptUpdate, "accepting takes no reason", "--decline"),
		accepting(chie, "not offered to anybody"),
		handing("@nobody.at.all", "", aoi),
	)
	require.NotNil(t, status.Offer)
	require.Contains(t, w.handovers(status.Links.Channel)[0], "was not found in Slack")
	self := somebody
	self.Who = "nobody.at.all"
	status, next = w.tell(next, accepting(self, ""))
	require.Equal(t, "@nobody.at.all", status.Commander, "at a command line, people are known by their login")
	require.Empty(t, status.Notes)
	status, _ = w.tell(next, act{workflows.TakeUpdate, workflows.TakeCommand{By: chie}, "", ""}, handing("@chie", "", aoi))
	require.Nil(t, status.Offer, "she commands already")
	require.True(t, w.said(status.Links.Channel, "nothing to hand over"))
}

// An offer outlives rolls, and is posted once.
func TestAnOfferThatRolls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-offer-rolls"))
	status, next := w.live(state, time.Minute+500*time.Millisecond, during(time.Minute, func(env *testsuite.TestWorkflowEnvironment) {
		w.perform(env, "offer", handing("@chie", "", aoi))
	}))
	require.NotNil(t, status.Offer)
	for range 2 {
		status, next = w.tell(next)
		require.Len(t, w.handovers(status.Links.Channel), 1)
		require.Len(t, w.asked(chie.Who), 1)
	}
	status, _ = w.tell(next, accepting(chie, ""))
	require.Equal(t, "中村 千恵", status.Commander)
	require.Contains(t, w.handovers(status.Links.Channel)[0], "accepted command")
}

// While Slack is away, an offer waits, and its outcome is all that is told in the end.
func TestAnOfferWhileSlackIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-offer-away"))
	status, next := w.tell(state)
	silent(t, w.slack.Control)
	status, next = w.tell(next, handing(chie.Who, "", aoi), accepting(chie, ""))
	require.Equal(t, chie.Who, status.Commander, "Slack's word for who she is was enough")
	w.slack.ClearFaults()
	status, _ = w.live(next, 30*time.Minute)
	require.Equal(t, "中村 千恵", status.Commander)
	require.Contains(t, status.Members, chie.Who)
	require.True(t, w.said(status.Links.Channel, "chie has accepted command"))
	require.Empty(t, w.handovers(status.Links.Channel), "nobody is asked any more")
	require.Empty(t, w.asked(chie.Who))
	require.Empty(t, status.Debts)
}

// Slack may not let us write to somebody: the thread has the offer, and nothing waits.
func TestAnOfferThatCannotBeSentDirectly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state, _ := w.intake(report("req-offer-deaf"))
	require.NoError(t, w.slack.Inject(fake.Fault{Match: "conversations.open", Mode: "status", Error: "user_disabled"}))
	status, next := w.tell(state, handing("@chie", "", aoi))
	require.Len(t, w.handovers(status.Links.Channel), 1)
	require.Empty(t, w.asked(chie.Who))
	require.Empty(t, status.Debts)
	status, _ = w.tell(next, accepting(chie, ""))
	require.Equal(t, "中村 千恵", status.Commander)
	require.Contains(t, w.handovers(status.Links.Channel)[0], "accepted command")
	require.Empty(t, status.Notes)
}

// Of a restricted case a direct message says that command is offered, and nothing of what the case is about.
func TestAnOfferOfARestrictedCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Audience, w.place.HideTitle, w.place.SecurityLevel, w.place.Folder = incident.AudienceRestricted, true, "CSIRT only", "fld-restricted"
	r := report("req-offer-secret")
	r.Audience = incident.AudienceRestricted
	state, _ := w.intake(r)
	status, _ := w.tell(state, triaged(), handing("@chie", "the laptop of the CFO", ben))
	direct := w.asked(chie.Who)
	require.Len(t, direct, 1)
	require.Contains(t, direct[0], status.Number)
	for _, words := range []string{status.Title, "mailboxes", "CFO"} {
		require.NotContains(t, direct[0], words)
	}
}
