package jiratest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// match is an issue as a query sees it.
type match struct {
	Issue
	index Version
	s     *Server
	now   time.Time
}

func (c all) holds(m match) bool {
	return !slices.ContainsFunc(c, func(one condition) bool { return !one.holds(m) })
}

func (c either) holds(m match) bool {
	return slices.ContainsFunc(c, func(one condition) bool { return one.holds(m) })
}

func (c not) holds(m match) bool { return !c.condition.holds(m) }

func (c all) check(x *exchange) *problem    { return checkAll(x, c) }
func (c either) check(x *exchange) *problem { return checkAll(x, c) }

func checkAll(x *exchange, list []condition) *problem {
	for _, one := range list {
		if no := one.check(x); no != nil {
			return no
		}
	}
	return nil
}

// check refuses what JIRA refuses: fields, values and operators that it does not know.
func (c clause) check(x *exchange) *problem {
	switch c.field {
	case "project":
		for _, v := range c.values {
			if _, known := project(v); !known {
				return bad(fmt.Sprintf("The value '%s' does not exist for the field 'project'.", v))
			}
		}
	case "created", "updated":
		for _, v := range c.values {
			if _, valid := moment(v, time.Time{}); !valid {
				return bad(fmt.Sprintf("Date value '%s' for field '%s' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.", v, c.field))
			}
		}
	case "key", "issuekey", "issue", "id":
		for _, v := range c.values {
			if _, no := x.visible(v); no != nil && (c.op == "=" || c.op == "in") {
				return bad(fmt.Sprintf("An issue with key '%s' does not exist for field '%s'.", v, c.field))
			}
		}
	case "labels", "status", "issuetype", "type", "assignee", "reporter", "parent", "level":
	case "text", "summary", "description":
		if c.op != "~" && c.op != "!~" && c.op != "is" && c.op != "is not" {
			return bad(fmt.Sprintf("The operator '%s' is not supported by the '%s' field.", c.op, c.field))
		}
		return nil
	default:
		return bad(fmt.Sprintf("Field '%s' does not exist or you do not have permission to view it.", c.field))
	}
	if c.op == "~" || c.op == "!~" {
		return bad(fmt.Sprintf("The operator '%s' is not supported by the '%s' field.", c.op, c.field))
	}
	return nil
}

func (c clause) holds(m match) bool {
	switch c.op {
	case "=", "in", "~":
		return c.any(m)
	case "!=", "not in", "!~":
		return len(m.valuesOf(c.field)) > 0 && !c.any(m) // JQL's != leaves out what is empty
	case "is":
		return len(m.valuesOf(c.field)) == 0
	case "is not":
		return len(m.valuesOf(c.field)) > 0
	default:
		return c.compares(m)
	}
}

func (c clause) any(m match) bool {
	return slices.ContainsFunc(c.values, func(want string) bool {
		switch c.field {
		case "text", "summary", "description":
			return contains(m.valuesOf(c.field), want)
		case "project":
			p, _ := project(want)
			return p.Key == m.index.Project
		case "created", "updated":
			at, _ := moment(want, m.now)
			return m.when(c.field).Truncate(time.Minute).Equal(at.Truncate(time.Minute))
		}
		return slices.ContainsFunc(m.valuesOf(c.field), func(v string) bool { return strings.EqualFold(v, want) })
	})
}

// contains looks for every word of a text search; a phrase in quotes has to be there as it stands.
func contains(texts []string, want string) bool {
	text := strings.ToLower(strings.Join(texts, "\n"))
	want = strings.ToLower(want)
	if phrase := strings.Trim(want, `"`); phrase != want {
		return strings.Contains(text, phrase)
	}
	return !slices.ContainsFunc(strings.Fields(want), func(word string) bool { return !strings.Contains(text, strings.Trim(word, "*")) })
}

func (m match) valuesOf(field string) []string {
	one := func(s string) []string {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	switch field {
	case "project":
		return one(m.index.Project)
	case "labels":
		return m.index.Labels
	case "key", "issuekey", "issue", "id":
		return append([]string{m.index.Key, strconv.Itoa(m.ID)}, m.OldKeys...)
	case "status":
		return one(m.index.Status)
	case "issuetype", "type":
		return one(m.Type)
	case "level":
		return one(m.LevelName())
	case "assignee":
		return one(m.Assignee)
	case "reporter":
		return one(m.Reporter)
	case "parent":
		if m.Parent == 0 {
			return nil
		}
		parent, _ := m.s.issues.Get(rowKey(m.Parent))
		return []string{parent.Key, strconv.Itoa(m.Parent)}
	case "summary":
		return one(m.index.Summary)
	case "text", "description":
		return one(m.index.Text)
	}
	return nil
}

func (m match) when(field string) time.Time {
	if field == "updated" {
		return m.Updated
	}
	return m.Created
}

func (c clause) compares(m match) bool {
	var sign int
	switch c.field {
	case "created", "updated":
		at, _ := moment(c.values[0], m.now)
		sign = m.when(c.field).Compare(at)
	case "id", "key", "issuekey", "issue":
		sign = cmp.Compare(number(m.index.Key), number(c.values[0]))
		if n, err := strconv.Atoi(c.values[0]); err == nil {
			sign = cmp.Compare(m.ID, n)
		}
	default:
		return false
	}
	switch c.op {
	case "<":
		return sign < 0
	case "<=":
		return sign <= 0
	case ">":
		return sign > 0
	default:
		return sign >= 0
	}
}

// number is the number in a key.
func number(key string) int {
	_, digits, _ := strings.Cut(key, "-")
	n, _ := strconv.Atoi(digits)
	return n
}

// moment reads JQL's times: "2026/11/23 10:15", "2026-11-23", or from now: "-5m", "2h", "-1d", "-4w 2d".
func moment(s string, now time.Time) (time.Time, bool) {
	for _, layout := range []string{"2006/01/02 15:04", "2006-01-02 15:04", "2006/01/02", "2006-01-02"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, true
		}
	}
	units := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	text, negative := strings.CutPrefix(s, "-")
	var sum time.Duration
	for _, part := range strings.Fields(text) {
		unit, known := units[part[len(part)-1]]
		n, err := strconv.Atoi(part[:len(part)-1])
		if !known || err != nil {
			return time.Time{}, false
		}
		sum += time.Duration(n) * unit
	}
	if text == "" {
		return time.Time{}, false
	}
	if negative {
		sum = -sum
	}
	return now.Add(sum), true
}
