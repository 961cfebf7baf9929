package sheetstest

import (
	"slices"
	"strconv"

	"google.golang.org/api/sheets/v4"

	"hikeshi/activities/internal/google/fieldmask"
)

func (e *edit) addProtectedRange(r *sheets.AddProtectedRangeRequest) (object, error) {
	p := r.ProtectedRange
	if p == nil || p.Range == nil {
		return nil, invalid("protectedRange.range is required")
	}
	a, err := e.book.area(p.Range)
	if err != nil {
		return nil, err
	}
	if err := e.guard(a); err != nil {
		return nil, err
	}
	if p.WarningOnly && p.Editors != nil {
		return nil, invalid("Editors cannot be set on a range that only warns.")
	}
	if p.ProtectedRangeId == 0 {
		p.ProtectedRangeId = e.book.newID()
	}
	if t, _ := e.protected(p.ProtectedRangeId); t != nil {
		return nil, invalid("A protected range with id %d already exists.", p.ProtectedRangeId)
	}
	e.admit(p)
	a.tab.Protected = append(a.tab.Protected, p)
	return object{"addProtectedRange": object{"protectedRange": p}}, nil
}

// admit adds the caller to the editors: nobody locks themselves out.
func (e *edit) admit(p *sheets.ProtectedRange) {
	if p.WarningOnly {
		return
	}
	if p.Editors == nil {
		p.Editors = &sheets.Editors{}
	}
	if !slices.Contains(p.Editors.Users, e.c.who) {
		p.Editors.Users = append(p.Editors.Users, e.c.who)
	}
}

func (e *edit) protected(id int64) (*Tab, int) {
	for _, t := range e.book.Tabs {
		if at := slices.IndexFunc(t.Protected, func(p *sheets.ProtectedRange) bool { return p.ProtectedRangeId == id }); at >= 0 {
			return t, at
		}
	}
	return nil, 0
}

// guardedRange finds a protected range that the caller may change.
func (e *edit) guardedRange(id int64) (*Tab, int, error) {
	t, at := e.protected(id)
	if t == nil {
		return nil, 0, invalid("No protected range with ID: %d.", id)
	}
	if !e.s.mayEdit(e.c, t.Protected[at]) {
		return nil, 0, invalid("You do not have permission to edit this protected range.")
	}
	return t, at, nil
}

func (e *edit) updateProtectedRange(r *sheets.UpdateProtectedRangeRequest) error {
	mask, err := fieldmask.Parse(r.Fields)
	if err != nil || r.ProtectedRange == nil {
		return invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
	}
	t, at, err := e.guardedRange(r.ProtectedRange.ProtectedRangeId)
	if err != nil {
		return err
	}
	p := t.Protected[at]
	if wants(mask, "description") {
		p.Description = r.ProtectedRange.Description
	}
	if wants(mask, "warningOnly") {
		p.WarningOnly = r.ProtectedRange.WarningOnly
	}
	if wants(mask, "editors") {
		p.Editors = r.ProtectedRange.Editors
	}
	if wants(mask, "range") {
		a, err := e.book.area(r.ProtectedRange.Range)
		if err != nil || a.tab != t {
			return invalid("A protected range cannot move to another sheet.")
		}
		p.Range = r.ProtectedRange.Range
	}
	e.admit(p)
	return nil
}

func (e *edit) deleteProtectedRange(r *sheets.DeleteProtectedRangeRequest) error {
	t, at, err := e.guardedRange(r.ProtectedRangeId)
	if err == nil {
		t.Protected = slices.Delete(t.Protected, at, at+1)
	}
	return err
}

func (e *edit) addNamedRange(r *sheets.AddNamedRangeRequest) (object, error) {
	n := r.NamedRange
	if n == nil || n.Name == "" {
		return nil, invalid("namedRange.name is required")
	}
	if _, err := e.book.area(n.Range); err != nil {
		return nil, err
	}
	if n.NamedRangeId == "" {
		n.NamedRangeId = strconv.FormatInt(e.book.newID(), 36)
	}
	if slices.ContainsFunc(e.book.Named, func(have *sheets.NamedRange) bool { return have.NamedRangeId == n.NamedRangeId || have.Name == n.Name }) {
		return nil, invalid("A named range with the name or id \"%s\" already exists.", n.Name)
	}
	e.book.Named = append(e.book.Named, n)
	return object{"addNamedRange": object{"namedRange": n}}, nil
}
