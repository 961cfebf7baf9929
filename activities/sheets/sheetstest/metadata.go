package sheetstest

import (
	"net/http"
	"slices"
	"strconv"

	"google.golang.org/api/sheets/v4"
)

// placedOn reports whether metadata hangs on the tab or on its rows or columns.
func placedOn(m *sheets.DeveloperMetadata, tab int64) bool {
	l := m.Location
	return l.DimensionRange != nil && l.DimensionRange.SheetId == tab || l.LocationType == "SHEET" && l.SheetId == tab
}

// createMetadata hangs a note for programs on the spreadsheet, a tab, one row or one column. Its id is taken once.
func (e *edit) createMetadata(r *sheets.CreateDeveloperMetadataRequest) (object, error) {
	m := r.DeveloperMetadata
	switch {
	case m == nil || m.MetadataKey == "":
		return nil, invalid("developerMetadata.metadataKey is required")
	case m.Visibility != "DOCUMENT" && m.Visibility != "PROJECT":
		return nil, invalid("developerMetadata.visibility is required")
	case m.Location == nil:
		return nil, invalid("developerMetadata.location is required")
	}
	if m.MetadataId == 0 {
		m.MetadataId = e.book.newID()
	}
	if slices.ContainsFunc(e.book.Metadata, func(have *sheets.DeveloperMetadata) bool { return have.MetadataId == m.MetadataId }) {
		return nil, invalid("Developer metadata with id %d already exists.", m.MetadataId)
	}
	if err := e.locate(m.Location); err != nil {
		return nil, err
	}
	e.book.Metadata = append(e.book.Metadata, m)
	return object{"createDeveloperMetadata": object{"developerMetadata": m}}, nil
}

// locate checks a location and fills in its type.
func (e *edit) locate(l *sheets.DeveloperMetadataLocation) error {
	switch d := l.DimensionRange; {
	case d != nil:
		t, rows, from, to, err := e.dimension(d)
		if err != nil {
			return err
		}
		if to-from != 1 || to > t.length(rows) {
			return invalid("Metadata can only hang on exactly one row or column of the grid.")
		}
		l.LocationType = "ROW"
		if !rows {
			l.LocationType = "COLUMN"
		}
	case l.Spreadsheet:
		l.LocationType = "SPREADSHEET"
	default:
		if e.book.tab(l.SheetId) == nil {
			return invalid("No sheet with id: %d", l.SheetId)
		}
		l.LocationType = "SHEET"
	}
	return nil
}

func (e *edit) deleteMetadata(r *sheets.DeleteDeveloperMetadataRequest) (object, error) {
	var deleted []any
	match, err := filter(r.DataFilter)
	if err != nil {
		return nil, err
	}
	e.book.Metadata = slices.DeleteFunc(e.book.Metadata, func(m *sheets.DeveloperMetadata) bool {
		if match(m) {
			deleted = append(deleted, m)
		}
		return match(m)
	})
	return object{"deleteDeveloperMetadata": object{"deletedDeveloperMetadata": deleted}}, nil
}

// filter reads the part of a DataFilter that looks metadata up.
func filter(f *sheets.DataFilter) (func(*sheets.DeveloperMetadata) bool, error) {
	if f == nil || f.DeveloperMetadataLookup == nil {
		return nil, invalid("The sandbox knows only filters by developerMetadataLookup.")
	}
	l := f.DeveloperMetadataLookup
	return func(m *sheets.DeveloperMetadata) bool {
		return (l.MetadataId == 0 || l.MetadataId == m.MetadataId) && (l.MetadataKey == "" || l.MetadataKey == m.MetadataKey) &&
			(l.MetadataValue == "" || l.MetadataValue == m.MetadataValue) && (l.Visibility == "" || l.Visibility == m.Visibility) &&
			(l.LocationType == "" || l.LocationType == m.Location.LocationType)
	}, nil
}

// searchMetadata finds metadata. https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.developerMetadata/search
func (s *Server) searchMetadata(c *call) (any, error) {
	var in sheets.SearchDeveloperMetadataRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	found := []any{}
	for _, m := range c.book.Metadata {
		for _, f := range in.DataFilters {
			match, err := filter(f)
			if err != nil {
				return nil, err
			}
			if match(m) {
				found = append(found, object{"developerMetadata": m, "dataFilters": []any{f}})
				break
			}
		}
	}
	return object{"matchedDeveloperMetadata": found}, nil
}

// getMetadata answers with one entry. https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.developerMetadata/get
func (s *Server) getMetadata(c *call) (any, error) {
	id, err := strconv.ParseInt(c.rest, 10, 64)
	if err != nil {
		return nil, invalid("Invalid value at 'metadata_id'")
	}
	at := slices.IndexFunc(c.book.Metadata, func(m *sheets.DeveloperMetadata) bool { return m.MetadataId == id })
	if at < 0 {
		return nil, plain(http.StatusNotFound)
	}
	return c.book.Metadata[at], nil
}
