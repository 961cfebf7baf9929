package discovery

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
)

// Document is a Discovery document.
type Document struct {
	ServicePath string               `json:"servicePath"`
	Parameters  map[string]*schema   `json:"parameters"`
	Schemas     map[string]*schema   `json:"schemas"`
	Resources   map[string]*resource `json:"resources"`

	methods []*method
}

type resource struct {
	Methods   map[string]*method   `json:"methods"`
	Resources map[string]*resource `json:"resources"`
}

type method struct {
	ID          string             `json:"id"`
	HTTPMethod  string             `json:"httpMethod"`
	FlatPath    string             `json:"flatPath"`
	Path        string             `json:"path"`
	Parameters  map[string]*schema `json:"parameters"`
	Request     *schema            `json:"request"`
	Response    *schema            `json:"response"`
	MediaUpload *struct {
		Protocols map[string]struct {
			Path string `json:"path"`
		} `json:"protocols"`
	} `json:"mediaUpload"`

	route, upload *regexp.Regexp
	params        int // in the path
}

// schema describes a value or a parameter.
type schema struct {
	Ref                  string             `json:"$ref"`
	Type                 string             `json:"type"`
	Format               string             `json:"format"`
	Enum                 []string           `json:"enum"`
	Minimum              string             `json:"minimum"`
	Maximum              string             `json:"maximum"`
	Location             string             `json:"location"`
	Required             bool               `json:"required"`
	Repeated             bool               `json:"repeated"`
	Properties           map[string]*schema `json:"properties"`
	AdditionalProperties *schema            `json:"additionalProperties"`
	Items                *schema            `json:"items"`
}

// Load reads a document from a file.
func Load(path string) (*Document, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d, err := Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("read Discovery document %s: %w", path, err)
	}
	return d, nil
}

// Parse reads a document.
func Parse(raw []byte) (*Document, error) {
	var d Document
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, err
	}
	for _, r := range d.Resources {
		d.collect(r)
	}
	if len(d.methods) == 0 {
		return nil, fmt.Errorf("it describes no methods")
	}
	slices.SortFunc(d.methods, func(a, b *method) int { // a word in a path goes before a parameter at its place
		if a.params != b.params {
			return a.params - b.params
		}
		return len(b.FlatPath) - len(a.FlatPath)
	})
	return &d, nil
}

func (d *Document) collect(r *resource) {
	for _, m := range r.Methods {
		if m.FlatPath == "" {
			m.FlatPath = m.Path
		}
		m.params = strings.Count(m.FlatPath, "{")
		m.route = template("/" + d.ServicePath + m.FlatPath)
		if m.MediaUpload != nil {
			m.upload = template(m.MediaUpload.Protocols["simple"].Path)
		}
		d.methods = append(d.methods, m)
	}
	for _, below := range r.Resources {
		d.collect(below)
	}
}

var parameter = regexp.MustCompile(`\\\{[^}]*\\\}`)

// template turns a path with {parameters} into an expression for encoded paths.
func template(path string) *regexp.Regexp {
	return regexp.MustCompile("^" + parameter.ReplaceAllString(regexp.QuoteMeta(path), `[^/]+`) + "$")
}

// find returns the method of a request; upload is true where it came by the path for contents.
func (d *Document) find(httpMethod string, u *url.URL) (m *method, upload bool) {
	path := u.EscapedPath()
	session := u.Query().Get("upload_id") != "" // pieces of an upload are sent with PUT or POST
	for _, m := range d.methods {
		if m.HTTPMethod == httpMethod && m.route.MatchString(path) {
			return m, false
		}
		if m.upload != nil && (m.HTTPMethod == httpMethod || session) && m.upload.MatchString(path) {
			return m, true
		}
	}
	return nil, false
}
