package jiratest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"
)

type searchIn struct {
	JQL           string   `json:"jql"`
	Fields        []string `json:"fields"`
	Properties    []string `json:"properties"`
	MaxResults    int      `json:"maxResults"`
	NextPageToken string   `json:"nextPageToken"`
}

func (x *exchange) searchGet() answer {
	q := x.URL.Query()
	size, _ := strconv.Atoi(q.Get("maxResults")) // 0: the default
	return x.search(searchIn{q.Get("jql"), list(q["fields"]), list(q["properties"]), size, q.Get("nextPageToken")})
}

func (x *exchange) searchPost() answer {
	var in searchIn
	if no := x.decode(&in); no != nil {
		return no.answer()
	}
	return x.search(in)
}

// search answers /search/jql: no total, pages by token, ids alone unless fields are asked for.
func (x *exchange) search(in searchIn) answer {
	q, err := parse(in.JQL)
	if err != nil {
		return bad("Error in the JQL Query: " + err.Error() + ".").answer()
	}
	if q.where == nil {
		return bad("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.").answer()
	}
	if no := x.checkQuery(q); no != nil {
		return no.answer()
	}
	hits := x.hits(q)
	from, valid := offset(in)
	if !valid {
		return bad("The provided next page token is invalid or expired.").answer()
	}
	size := in.MaxResults
	if size <= 0 {
		size = 50
	}
	if len(in.Fields) > 0 {
		size = min(size, 100)
	}
	from = min(from, len(hits))
	to := min(from+min(size, 5000), len(hits))
	issues := []any{}
	for _, m := range hits[from:to] {
		issues = append(issues, x.render(m.Issue, in.Fields, in.Properties))
	}
	out := map[string]any{"issues": issues, "isLast": to == len(hits)}
	if to < len(hits) {
		out["nextPageToken"] = pageToken(in.JQL, to)
	}
	return ok(out)
}

func (x *exchange) checkQuery(q query) *problem {
	if no := q.where.check(x); no != nil {
		return no
	}
	for _, s := range q.order {
		if !slices.Contains([]string{"created", "updated", "key", "issuekey", "id"}, s.field) {
			return bad(fmt.Sprintf("Field '%s' does not exist or you do not have permission to view it.", s.field))
		}
	}
	return nil
}

// hits are the issues that the index knows, that the caller may see, and that match, in order.
func (x *exchange) hits(q query) (found []match) {
	for _, i := range x.s.issues.All() {
		index, known := x.s.searchable(i, x.now)
		m := match{Issue: i, index: index, s: x.s, now: x.now}
		if known && sees(x.who, i) && q.where.holds(m) {
			found = append(found, m)
		}
	}
	order := append(slices.Clone(q.order), sorting{field: "id", down: len(q.order) == 0 || q.order[0].down})
	slices.SortStableFunc(found, func(a, b match) int {
		for _, s := range order {
			c := compare(a, b, s.field)
			if s.down {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	return found
}

func compare(a, b match, field string) int {
	switch field {
	case "created", "updated":
		// To the second, as a database index would: ties are broken by the next field.
		return a.when(field).Truncate(time.Second).Compare(b.when(field).Truncate(time.Second))
	case "key", "issuekey":
		return cmp.Or(cmp.Compare(a.index.Project, b.index.Project), cmp.Compare(number(a.index.Key), number(b.index.Key)))
	}
	return cmp.Compare(a.ID, b.ID)
}

// A page token holds the offset, and fits its query only.
func pageToken(jql string, offset int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf("%d:%d", fingerprint(jql), offset)))
}

func offset(in searchIn) (int, bool) {
	if in.NextPageToken == "" {
		return 0, true
	}
	raw, err := base64.RawURLEncoding.DecodeString(in.NextPageToken)
	sum, rest, cut := strings.Cut(string(raw), ":")
	n, bad := strconv.Atoi(rest)
	return n, err == nil && cut && bad == nil && sum == strconv.FormatUint(fingerprint(in.JQL), 10)
}

func fingerprint(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // never fails
	return h.Sum64()
}
