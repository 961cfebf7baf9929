package slack

import "context"

// Activities are Slack's steps, registered on the worker's slack queue. Each takes and returns plain structs.
type Activities struct{ Client *Client }

// SlackAccess is who our token makes us: names and ids of the workspace and of the bot.
type SlackAccess struct {
	Team   string `json:"team"`
	TeamID string `json:"team_id"`
	User   string `json:"user"`
	UserID string `json:"user_id"`
	BotID  string `json:"bot_id"`
}

// CheckSlackAccess asks Slack who we are, to find out whether the token works. Running it twice is harmless: it reads.
// No error is final: a wrong or missing token is Credentials until somebody puts a good one in place.
// https://docs.slack.dev/reference/methods/auth.test
func (a *Activities) CheckSlackAccess(ctx context.Context) (SlackAccess, error) {
	return a.Client.access(ctx)
}
