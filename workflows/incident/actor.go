package incident

// By says who sent a message: the person, the door it came through, and how sure we are.
type By struct {
	Who       string    `json:"who"`            // opaque id: a Slack user id, or the login name at a command line
	Name      string    `json:"name,omitempty"` // for display only; never an identity
	Door      Door      `json:"door"`
	Assurance Assurance `json:"assurance"`
	// BreakGlass is the reason for acting without a verified identity where one is needed; empty: no such wish.
	BreakGlass string `json:"break_glass,omitempty"`

	// What the door says of them besides. Slack's signature covers the team and the channel; the rest is what Slack
	// answers when it is asked.
	Team        string   `json:"team,omitempty"`     // id of the workspace they write from
	Channel     string   `json:"channel,omitempty"`  // Slack id of the one in which they said it
	Known       bool     `json:"known,omitempty"`    // Slack has said who they are: only then does Guest count
	Guest       bool     `json:"guest,omitempty"`    // may see single channels only
	External    bool     `json:"external,omitempty"` // is of another workspace; if they are not known, that is where the request came from
	Groups      []string `json:"groups,omitempty"`   // of the user groups that the rules name, those that they are in
	GroupsKnown bool     `json:"groups_known,omitempty"`
	// Named is what Slack calls people whom the message names by id. They are who their id says, whatever they are called.
	Named Names `json:"named,omitempty"`

	Proof *Proof `json:"proof,omitempty"` // of the gateway; nil: there is none
}

// Plain is the sender without what may be different the next time that the same is asked.
func (b By) Plain() By {
	return By{Who: b.Who, Name: b.Name, Door: b.Door, Assurance: b.Assurance, BreakGlass: b.BreakGlass}
}

// Called is how texts name them.
func (b By) Called() string {
	if b.Name != "" {
		return b.Name
	}
	return b.Who
}

// Verified reports whether somebody other than the sender vouches for who it is.
func (b By) Verified() bool { return b.Assurance == SlackSigned || b.Assurance == TemporalPrincipal }

// Door is where a command came in.
type Door string

// The doors.
const (
	DoorSlack Door = "slack"
	DoorCLI   Door = "cli"
)

// Assurance says how the identity in By is known.
type Assurance string

// The assurances, from the weakest: the sender says so; Temporal's server authenticated the caller; Slack's signature
// covers the user id.
const (
	SelfDeclared      Assurance = "self-declared"
	TemporalPrincipal Assurance = "temporal-principal"
	SlackSigned       Assurance = "slack-signed"
)

// Valid reports whether the message names its sender.
func (b By) Valid() bool { return b.Who != "" && b.Door != "" && b.Assurance != "" }
