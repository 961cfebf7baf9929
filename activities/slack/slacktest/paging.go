package slacktest

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// paged cuts a page out of a list, after the cursor; limit is the size where none is asked for.
func paged[T any](c *call, all []T, limit int) (page []T, next string, no refused) {
	limit, no = c.limit(limit)
	from := 0
	if cursor := c.args.Get("cursor"); cursor != "" {
		at, ok := c.uncursor("at", cursor)
		n, err := strconv.Atoi(at)
		if !ok || err != nil || n < 0 || n > len(all) {
			return nil, "", "invalid_cursor"
		}
		from = n
	}
	to := min(len(all), from+limit)
	if to < len(all) {
		next = cursor("at", strconv.Itoa(to))
	}
	return append([]T{}, all[from:to]...), next, no
}

func (c *call) limit(def int) (int, refused) {
	v := c.args.Get("limit")
	if v == "" || v == "0" {
		return def, ""
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return def, "invalid_limit"
	}
	return min(n, 1000), ""
}

// cursor is opaque to callers.
func cursor(kind, value string) string {
	return base64.StdEncoding.EncodeToString([]byte(kind + ":" + value))
}

func (c *call) uncursor(kind, cursor string) (string, bool) {
	raw, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil {
		return "", false
	}
	return strings.CutPrefix(string(raw), kind+":")
}
