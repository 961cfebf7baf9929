package site

import (
	"net/http"
	"slices"

	"hikeshi/activities/fake"
)

// pagerPage shows the pages, the newest first: an on-call service asks nobody who they are.
func (s *Site) pagerPage(*http.Request, fake.Person) (string, any, bool) {
	list := s.Pager.Pages()
	slices.Reverse(list)
	return "Pager", list, true
}
