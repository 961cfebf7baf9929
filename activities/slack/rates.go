package slack

import (
	"net/http"
	"path"

	"hikeshi/activities/internal/transport"
)

// Calls a minute that Slack promises each method, by tier: https://docs.slack.dev/apis/web-api/rate-limits
const (
	tier2   = 20
	tier3   = 50
	tier4   = 100
	special = 300 // "special" methods have no stated number; this is what they are known to bear
	posts   = 60  // chat.postMessage: one a second in each channel
)

// tiers lists the methods we call. users.conversations is tier 2 by one of Slack's lists and tier 3 by another.
var tiers = map[string]float64{
	"auth.test": special, "chat.postMessage": special, "chat.update": tier3,
	"conversations.create": tier2, "conversations.archive": tier2, "conversations.unarchive": tier2, "conversations.rename": tier2, "conversations.setTopic": tier2, "conversations.setPurpose": tier2,
	"conversations.invite": tier3, "conversations.info": tier3, "conversations.history": tier3, "conversations.replies": tier3,
	"conversations.members": tier4, "users.conversations": tier2,
	"files.info": tier4, "users.info": tier4, "users.lookupByEmail": tier3, "users.list": tier2, "usergroups.list": tier2, "usergroups.users.list": tier2,
	"pins.add": tier2, "bookmarks.add": tier2, "bookmarks.edit": tier2, "bookmarks.list": tier3,
}

// postBurst is how many messages may go to one channel at once: the first posts of a case must not wait.
const postBurst = 5

// buckets says which rates a request draws from. Half of a minute's calls may come at once: Slack counts over a
// minute, and a case that opens needs its first calls now.
func buckets(r *http.Request) []transport.Bucket {
	method := path.Base(r.URL.Path)
	rate, ok := tiers[method]
	if !ok {
		rate = tier2
	}
	list := []transport.Bucket{{Key: method, PerMinute: rate, Burst: int(rate / 2)}}
	if x, _ := r.Context().Value(exchangeKey{}).(*exchange); x != nil && x.channel != "" {
		list = append(list, transport.Bucket{Key: "post " + x.channel, PerMinute: posts, Burst: postBurst})
	}
	return list
}
