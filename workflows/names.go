package workflows

import (
	"strings"

	"go.temporal.io/sdk/workflow"

	"hikeshi/workflows/incident"
)

// maxNamed bounds how many people a case knows by their names: its state must stay small.
const maxNamed = 300

// learn keeps what people are called whom a message names by id, as Slack says. A task that was given to an id gets its
// owner's name.
func (c *caseRun) learn(by incident.By) {
	named := slackNames(by)
	for _, id := range workflow.DeterministicKeys(named) {
		if named.Of(id) == id || c.Named[id] == "" && len(c.Named) >= maxNamed {
			continue
		}
		if c.Named == nil {
			c.Named = incident.Names{}
		}
		c.Named[id] = named.Of(id)
	}
	for _, t := range c.Tasks {
		if before := t.Task; t.OwnerID != "" && t.Owner == t.OwnerID && c.Named[t.OwnerID] != "" {
			t.Owner = c.Named.Of(t.OwnerID)
			t.touch(c.lang, before)
		}
	}
}

// slackNames are the names that a message brings, if they are Slack's word and not the sender's.
func slackNames(by incident.By) incident.Names {
	if !inSlack(by) {
		return nil
	}
	return by.Named
}

// calledOf are the names of those people of whom they are known; nil: of none.
func (c *caseRun) calledOf(people []string) (list incident.Names) {
	for _, id := range people {
		if name := c.Named.Of(id); name != id {
			if list == nil {
				list = incident.Names{}
			}
			list[id] = name
		}
	}
	return list
}

// eachCalled are people as texts name them.
func eachCalled(names incident.Names, people []string) (list []string) {
	for _, who := range people {
		id, reason, _ := strings.Cut(who, " ") // why they could not be brought in may follow
		if reason != "" {
			reason = " " + reason
		}
		list = append(list, names.Of(id)+reason)
	}
	return list
}
