package notice

import (
	"strings"
	"time"

	"hikeshi/workflows/incident"
)

// Case is everything the texts are made of.
type Case struct {
	Lang       string // en or ja
	Number     string
	WorkflowID string // of the case: what its buttons name; empty: it has none
	Title      string
	Report     string
	Kind       string
	Reporter   string
	Details    incident.Details // what the report left open and people have found out
	Commander  string
	// ProvisionalCommander: the opener, until somebody takes command or is named.
	ProvisionalCommander bool
	OfferedTo, OfferedBy string // command was offered to somebody who has not accepted it yet; empty: no
	CommanderID          string // Slack user ids of those who are offered what fits them; empty: not known
	OfferedToID          string
	Opener               string
	Scope                string
	Severity             incident.Severity
	Phase                incident.Phase
	Status               incident.Status
	Containment          incident.Containment
	Audience             incident.Audience
	Organisations        []incident.Organisation
	HideTitle            bool // in everything that people outside the case see
	Drill                bool
	Provisional          bool // the number will change when the ticket is there
	Opened               time.Time
	Now                  time.Time // of rendering; zero: leave it out
	Links                []Link    // in the order to show
	Gates                []incident.Gate
	Steps                []Step // that are not done
	Notes                []string
	Commands             []Command

	ContainmentBy    string // who said so last; empty: nobody has
	ContainmentAt    time.Time
	Analyses         []Analysis
	Runs             []Run  // of runbooks
	Others           []Link // addresses that runbooks have put beside the case's things
	Tasks            []incident.Task
	Lessons          []incident.Lesson
	Runbooks         []Runbook        // that can be run; only forms show them
	LastUpdate       *incident.Update // nil: none was published
	NextUpdate       time.Time        // zero: none was promised
	Resolution       incident.Resolution
	ResolutionReason string // what it does not say
	Waivers          []incident.Waiver
	BrokenGlass      []incident.BrokenGlass
	Mirror           Mirror
	Archive          Archive
	Adopted          Adopted
	Merging          string // number of the case that this one is becoming a duplicate of; empty: none
	Merged           []Merged
}

// Link is one of the case's things.
type Link struct {
	Kind string // ticket, channel, folder, sheet, temporal, log, archive or other
	Text string
	URL  string // empty: still owed, or no address is known
}

// Step is a step that is not done.
type Step struct {
	ID, System, Class, Cause, Hint string
	State                          string // owed, trying or stuck
	Since                          time.Time
}

// Command is something a person can send from the Temporal UI.
type Command struct {
	Text     string // what it does
	Name     string // of the update or signal
	JSON     string // its argument; empty: none
	Step     string // the step that it is about; empty: none
	Workflow string // id of the workflow that it goes to; empty: the one that shows it
}

// Escape makes a person's text harmless where it goes.
type Escape func(string) string

func (e Escape) text(s string) string {
	if e == nil {
		return s
	}
	return e(s)
}

func (c Case) say(id string, pairs ...string) string { return in(c.Lang).say(id, pairs...) }

func (c Case) word(kind, value string) string { return in(c.Lang).word(kind, value) }

// shownTitle is the title for people who may be outside the case.
func (c Case) shownTitle() string {
	if c.HideTitle {
		return c.say("title_hidden")
	}
	return c.Title
}

func (c Case) companies() string {
	var names []string
	for _, o := range c.Organisations {
		names = append(names, o.Name)
	}
	return strings.Join(names, ", ")
}

func (c Case) severity() string {
	if c.Severity == incident.SeverityUnknown {
		return c.say("unknown")
	}
	return c.Severity.String()
}

func (c Case) phase() string  { return c.say("phase_" + string(c.Phase)) }
func (c Case) status() string { return c.say("status_" + string(c.Status)) }
func (c Case) or(s string) string {
	if s == "" {
		return c.say("unknown")
	}
	return s
}

// commander is who commands the case, and whether that is only because nobody else has said so.
func (c Case) commander() string {
	who := c.or(c.Commander)
	if c.Commander != "" && c.ProvisionalCommander {
		who = c.say("commander_provisional", "Who", line(c.Commander, maxName))
	}
	if c.OfferedTo == "" {
		return who
	}
	return c.say("commander_offered", "Who", who, "To", line(c.OfferedTo, maxName))
}

// reporter is who reported it, and of which company.
func (c Case) reporter() string {
	if c.Details.Company == "" {
		return c.or(c.Reporter)
	}
	if c.Reporter == "" {
		return c.Details.Company
	}
	return c.say("reporter_of", "Who", c.or(c.Reporter), "Company", c.Details.Company)
}

// told are what, when and where, as far as anybody has found out.
func (c Case) told() (rows [][2]string) {
	for _, r := range [][2]string{{"details_what", c.Details.What}, {"details_when", c.Details.When}, {"details_where", c.Details.Where}} {
		if r[1] != "" {
			rows = append(rows, r)
		}
	}
	return rows
}

// toldLines are the same, one on a line, in mrkdwn.
func (c Case) toldLines(e Escape, most int) (lines []string) {
	for _, r := range c.told() {
		lines = append(lines, "*"+c.say(r[0])+"*: "+within(e, incident.CleanLine(r[1]), most))
	}
	return lines
}

// containment says whether the damage is contained, and by whose word.
func (c Case) containment() string {
	state := c.word("containment", string(c.Containment))
	if c.ContainmentBy == "" {
		return state
	}
	return c.say("containment_by", "State", state, "By", line(c.ContainmentBy, maxName), "At", clock(c.ContainmentAt))
}

// banner begins every text of a drill.
func (c Case) banner() string {
	if !c.Drill {
		return ""
	}
	return c.say("drill")
}

// clock shows a time with its zone; readers are in several.
func clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04Z")
}

// missing is what the gate out of the present phase still needs.
func (c Case) missing() string {
	for _, g := range c.Gates {
		if g.Name == string(c.Phase) && !g.Open {
			var words []string
			for _, m := range g.Missing {
				words = append(words, Need(c.Lang, m))
			}
			return incident.Shorten(strings.Join(words, c.say("comma")), maxMissing)
		}
	}
	return ""
}

// address keeps a vendor's address inside the link it stands in, whatever the place's markup is.
func address(url string) string {
	return strings.NewReplacer(" ", "%20", "<", "%3C", ">", "%3E", "|", "%7C", "[", "%5B", "]", "%5D", "(", "%28", ")", "%29").Replace(url)
}

func (c Case) linkTitle(kind string) string { return c.say("link_" + kind) }
