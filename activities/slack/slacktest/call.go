package slacktest

import (
	"context"
	"encoding/json"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"hikeshi/activities/fake"
)

// call is one request of the Web API.
type call struct {
	*Server
	method string
	args   url.Values
	host   string // scheme and host the caller used: files are served from there
	me     User   // whose token it is
	bot    bool   // it is the bot's
	bearer string // the token of the header
}

// reply holds the fields of an answer. refused is Slack's error word, empty when the call was done.
type (
	reply   map[string]any
	refused string
)

type argsKey struct{}

func argsOf(ctx context.Context) url.Values {
	args, _ := ctx.Value(argsKey{}).(url.Values)
	return args
}

// parse reads arguments from the query, a form or a JSON object; the token may be one of them, or a header.
func parse(r *http.Request, body []byte) url.Values {
	args := r.URL.Query()
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		var fields map[string]json.RawMessage
		_ = json.Unmarshal(body, &fields) // no object: no arguments, which the method then refuses
		for k, raw := range fields {
			var text string
			if json.Unmarshal(raw, &text) != nil {
				text = string(raw)
			}
			args.Set(k, text)
		}
	case "multipart/form-data":
		if form, err := multipart.NewReader(strings.NewReader(string(body)), params["boundary"]).ReadForm(1 << 20); err == nil {
			for k, v := range form.Value {
				args[k] = v
			}
		}
	default:
		form, _ := url.ParseQuery(string(body))
		for k, v := range form {
			args[k] = v
		}
	}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && token != "" {
		args.Set("token", token)
	}
	return args
}

func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request) {
	c := &call{Server: s, method: callName(r), args: argsOf(r.Context()), host: "http://" + r.Host, bearer: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}
	out, no := c.run()
	if out == nil {
		out = reply{}
	}
	out["ok"] = no == ""
	if no != "" {
		out["error"] = string(no)
	}
	if c.bot {
		w.Header().Set("X-OAuth-Scopes", strings.Join(s.o.Scopes, ","))
	}
	fake.WriteJSON(w, out)
}

func (c *call) run() (reply, refused) {
	m, ok := methods[c.method]
	if !ok {
		return nil, "unknown_method"
	}
	token := c.args.Get("token")
	if c.method == "apps.connections.open" {
		return m.do(c)
	}
	if token == "" {
		return nil, "not_authed"
	}
	if c.me, ok = c.whose(token); !ok {
		if _, did := c.Bot.Is(token); did {
			return nil, "token_revoked"
		}
		return nil, "invalid_auth"
	}
	c.bot = c.me.BotID != ""
	if needed := c.lacks(m); c.bot && needed != "" {
		return reply{"needed": needed, "provided": strings.Join(c.o.Scopes, ",")}, "missing_scope"
	}
	return m.do(c)
}

// whose returns the user a token belongs to.
func (s *Server) whose(token string) (User, bool) {
	if counts, _ := s.Bot.Is(token); counts {
		return s.db.users.Get(BotUser)
	}
	for _, u := range s.db.users.All() {
		if u.BotID == "" && token == fake.SlackUserToken(fake.Person{Name: u.Name}) {
			return u, true
		}
	}
	return User{}, false
}

// is reports whether a boolean argument is set.
func (c *call) is(arg string) bool { v := c.args.Get(arg); return v == "true" || v == "1" }

// visible returns the channel if the caller may know of it: private ones are known to members only.
func (c *call) visible(id string) (Channel, refused) {
	ch, ok := c.db.channels.Get(id)
	if !ok || (ch.Private && !ch.Has(c.me.ID)) {
		return Channel{}, "channel_not_found"
	}
	return ch, ""
}

// open returns the channel if the caller is a member and it is not archived.
func (c *call) open(id string) (Channel, refused) {
	ch, no := c.visible(id)
	switch {
	case no != "":
		return ch, no
	case !ch.Has(c.me.ID):
		return ch, "not_in_channel"
	case ch.Archived:
		return ch, "is_archived"
	}
	return ch, ""
}
