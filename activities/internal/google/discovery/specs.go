package discovery

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
)

// SpecsVariable names the folder that holds the Discovery documents.
const SpecsVariable = "CONTRACT_SPECS"

// Specs are the documents of Drive and Sheets.
type Specs []*Document

// LoadSpecs reads the documents from the folder that CONTRACT_SPECS names; nil if it names none.
func LoadSpecs() (Specs, error) {
	folder := os.Getenv(SpecsVariable)
	if folder == "" {
		return nil, nil
	}
	var specs Specs
	for _, pattern := range []string{"google-drive-v3.discovery*.json", "google-sheets-v4.discovery*.json"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil || len(files) == 0 {
			return nil, fmt.Errorf("%s: no file %s in %s", SpecsVariable, pattern, folder)
		}
		d, err := Load(files[len(files)-1]) // the newest, by name
		if err != nil {
			return nil, err
		}
		specs = append(specs, d)
	}
	return specs, nil
}

// Check lists what is wrong with a call of either service.
func (s Specs) Check(c Call) []string {
	for _, d := range s {
		if d.Describes(c) {
			return d.Check(c)
		}
	}
	return []string{fmt.Sprintf("%s %s: no such method", c.Method, c.URL.Path)}
}

// Watch serves requests with next and reports every call that is not as the documents describe. It returns the handler
// and a function that tells how many calls it has checked. Without documents it checks nothing.
func (s Specs) Watch(next http.Handler, report func(format string, args ...any)) (http.Handler, func() int) {
	if s == nil {
		return next, func() int { return 0 }
	}
	var mu sync.Mutex
	checked := 0
	watched := Record(next, func(c Call) {
		mu.Lock()
		defer mu.Unlock()
		checked++
		for _, problem := range s.Check(c) {
			report("%s %s: %s", c.Method, c.URL, problem)
		}
	})
	return watched, func() int {
		mu.Lock()
		defer mu.Unlock()
		return checked
	}
}
