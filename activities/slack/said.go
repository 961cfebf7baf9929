package slack

import (
	"context"
	"encoding/json"

	"github.com/slack-go/slack"

	"hikeshi/activities"
	"hikeshi/activities/internal/talk"
)

// said is what we read of one of Slack's messages. It is our own and not the library's: that one refuses a whole page
// for a field of a new type in one message, even a field that nobody needs, and a page that cannot be read would hold
// up a mirror for ever. https://docs.slack.dev/reference/events/message
type said struct {
	TS         string `json:"ts"`
	Thread     string `json:"thread_ts"`
	Subtype    string `json:"subtype"`
	User       string `json:"user"`
	BotID      string `json:"bot_id"`
	Username   string `json:"username"`
	BotProfile struct {
		Name string `json:"name"`
	} `json:"bot_profile"`
	Text   string `json:"text"`
	Edited struct {
		TS string `json:"ts"`
	} `json:"edited"`
	Replies     int             `json:"reply_count"`
	Latest      string          `json:"latest_reply"`
	Files       []file          `json:"files"`
	Blocks      json.RawMessage `json:"blocks"`
	Attachments json.RawMessage `json:"attachments"`
}

// read makes a reading call and decodes its reply itself; see [said].
func (c *Client) read(ctx context.Context, op string, into any, ask func(context.Context, *slack.Client) error) error {
	x, err := c.exchange(ctx, op, read, "", func(ctx context.Context, api *slack.Client) error {
		err := ask(ctx, api)
		if x, _ := ctx.Value(exchangeKey{}).(*exchange); x != nil {
			if reply, ours := x.envelope(); ours && *reply.OK {
				return nil // whatever the library made of it
			}
		}
		return err
	})
	if err == nil && json.Unmarshal(x.body, into) != nil {
		err = activities.Fault{Class: activities.Unavailable, System: system, Op: op, Cause: "the reply has another shape than Slack documents"}.Error()
	}
	return err
}

func (c *Client) messageOf(ctx context.Context, self SlackAccess, channel string, s said) (talk.Message, error) {
	m := talk.Message{Channel: channel, TS: s.TS, User: s.User, Subtype: s.Subtype, Raw: s.words(), Edited: s.Edited.TS, Replies: s.Replies, Latest: s.Latest}
	m.Bot = s.BotID != "" || s.Subtype == "bot_message"
	m.Ours = (s.BotID != "" && s.BotID == self.BotID) || (s.User != "" && s.User == self.UserID)
	if s.Thread != s.TS { // the first message of a thread names itself
		m.Thread = s.Thread
	}
	var err error
	if m.Author, err = c.author(ctx, s); err != nil {
		return m, err
	}
	if m.Text, err = c.plain(ctx, m.Raw); err != nil {
		return m, err
	}
	for _, f := range s.Files {
		shown, err := c.fileOf(ctx, f)
		if err != nil {
			return m, err
		}
		m.Files = append(m.Files, shown)
	}
	return m, nil
}

// author is who people would say wrote it.
func (c *Client) author(ctx context.Context, s said) (string, error) {
	name, err := "", error(nil)
	if s.User != "" {
		name, err = c.realName(ctx, s.User)
	}
	for _, other := range []string{unescape(s.Username), s.BotProfile.Name, s.User, s.BotID} {
		if name == "" {
			name = other
		}
	}
	return name, err
}

// slackbot is Slack itself. It has no profile worth a look.
const slackbot = "USLACKBOT"

// realName looks up what a user is called, also one who has left; it is empty for somebody we may not know. Only trouble
// that passes is an error: a stranger must not hold up what others said.
func (c *Client) realName(ctx context.Context, id string) (string, error) {
	if id == slackbot {
		return "Slackbot", nil
	}
	return cached(&c.people, "name "+id, always, func() (string, error) {
		var reply struct {
			User struct {
				Name     string `json:"name"`
				RealName string `json:"real_name"`
				Profile  struct {
					RealName string `json:"real_name"`
				} `json:"profile"`
			} `json:"user"`
		}
		err := c.read(ctx, "look up user "+id, &reply, func(ctx context.Context, api *slack.Client) error {
			_, err := api.GetUserInfoContext(ctx, id)
			return err
		})
		if err != nil && activities.FaultOf(err).Class.Final() {
			return "", nil
		}
		u := reply.User
		return firstOf(u.Profile.RealName, u.RealName, u.Name), err
	})
}

// firstOf returns the first text that is not empty.
func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
