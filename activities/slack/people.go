package slack

import (
	"context"
	"regexp"
	"strings"

	"github.com/slack-go/slack"
)

// FindPeople asks who is meant. Each entry may be a user id (U…, W…), a mention (<@U…>), a handle (@kenji), an e-mail
// address, or a user group as id (S…), mention (<!subteam^S…>) or handle (@smg-acme), which stands for its members.
type FindPeople struct {
	Who []string `json:"who"`
	// IDs says that ids are enough, as for an invitation: users who are named by id, and the members of groups, are
	// not looked up, and have neither name nor address in the result. Each look-up is a call that people wait for.
	IDs bool `json:"ids,omitempty"`
}

// Found is who was meant, in the order asked, each person once; Unknown lists what names nobody.
type Found struct {
	People  []Person `json:"people,omitempty"`
	Unknown []string `json:"unknown,omitempty"`
}

// Person is a Slack user. Who is how they were asked for; Locale is like ja-JP, empty if Slack does not say.
type Person struct {
	Who    string `json:"who"`
	ID     string `json:"id"`
	Name   string `json:"name"`
	Email  string `json:"email,omitempty"`
	Locale string `json:"locale,omitempty"`
	Offset *int   `json:"offset,omitempty"` // of their time zone: seconds ahead of UTC; nil: Slack does not say
}

// FindPeople turns what people typed into Slack users; deactivated ones and names of nobody are listed as unknown.
// Running it twice is harmless: it reads. No error about a person is final, only Invalid for a request Slack refuses.
// https://docs.slack.dev/reference/methods/users.info
func (a *Activities) FindPeople(ctx context.Context, in FindPeople) (Found, error) {
	var found Found
	seen := map[string]bool{}
	for _, who := range in.Who {
		people, err := a.Client.find(ctx, strings.TrimSpace(who), in.IDs)
		if err != nil {
			return Found{}, err
		}
		if len(people) == 0 {
			found.Unknown = append(found.Unknown, who)
		}
		for _, p := range people {
			if !seen[p.ID] {
				seen[p.ID] = true
				p.Who = who
				found.People = append(found.People, p)
			}
		}
	}
	return found, nil
}

var (
	userID     = regexp.MustCompile(`^(?:<@)?([UW][A-Z0-9]{4,})(?:\|[^>]*)?>?$`)
	groupID    = regexp.MustCompile(`^(?:<!subteam\^)?(S[A-Z0-9]{4,})(?:\|[^>]*)?>?$`)
	mailto     = regexp.MustCompile(`^<mailto:([^|>]+)(?:\|[^>]*)?>$`)
	mailSyntax = regexp.MustCompile(`^[^@\s<>]+@[^@\s<>]+$`)
)

func (c *Client) find(ctx context.Context, who string, ids bool) ([]Person, error) {
	if m := userID.FindStringSubmatch(who); m != nil {
		return c.known(ctx, m[1], ids)
	}
	if m := groupID.FindStringSubmatch(who); m != nil {
		return c.groupMembers(ctx, m[1], ids)
	}
	if m := mailto.FindStringSubmatch(who); m != nil {
		who = m[1]
	}
	if mailSyntax.MatchString(who) {
		return c.userByEmail(ctx, who)
	}
	return c.byHandle(ctx, strings.ToLower(strings.TrimPrefix(who, "@")), ids)
}

// known looks a user up by id, unless the id is enough.
func (c *Client) known(ctx context.Context, id string, ids bool) ([]Person, error) {
	if ids {
		return []Person{{ID: id}}, nil
	}
	return c.userByID(ctx, id)
}

func (c *Client) userByID(ctx context.Context, id string) ([]Person, error) {
	return cached(&c.people, "user "+id, nonempty[Person], func() ([]Person, error) {
		return c.oneUser(ctx, "look up user "+id, func(ctx context.Context, api *slack.Client) (*slack.User, error) {
			return api.GetUserInfoContext(ctx, id)
		})
	})
}

// userByEmail makes a second call for the locale, which Slack's look-up by address leaves out.
func (c *Client) userByEmail(ctx context.Context, email string) ([]Person, error) {
	return cached(&c.people, "mail "+strings.ToLower(email), nonempty[Person], func() ([]Person, error) {
		found, err := c.oneUser(ctx, "look up a user by e-mail address", func(ctx context.Context, api *slack.Client) (*slack.User, error) {
			return api.GetUserByEmailContext(ctx, email)
		})
		if err != nil || len(found) == 0 || found[0].Locale != "" {
			return found, err
		}
		return c.userByID(ctx, found[0].ID)
	})
}

func (c *Client) oneUser(ctx context.Context, op string, ask func(context.Context, *slack.Client) (*slack.User, error)) ([]Person, error) {
	var u *slack.User
	err := c.call(ctx, op, read, func(ctx context.Context, api *slack.Client) (err error) {
		u, err = ask(ctx, api)
		return err
	})
	switch word(err) {
	case "user_not_found", "users_not_found", "user_not_visible":
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return personOf(u), nil
}

func personOf(u *slack.User) []Person {
	if u == nil || u.ID == "" || u.Deleted {
		return nil
	}
	name := u.Profile.RealName
	if name == "" {
		name = u.RealName
	}
	if name == "" {
		name = u.Name
	}
	p := Person{ID: u.ID, Name: name, Email: u.Profile.Email, Locale: u.Locale}
	if u.TZ != "" {
		p.Offset = &u.TZOffset
	}
	return []Person{p}
}
