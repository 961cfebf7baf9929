package settings_test

import (
	"testing"

	"hikeshi/workflows/incident"
)

const languages = `
language: en
slack:
  operators_channel: G0OPERATORS
  executives_channel: C0EXEC0001
  channel_languages: {C0JAPAN001: ja, C0WORLD001: en, G0OPERATORS: ja, C0EXEC0001: ja}
jira: {project: SEC, drill_project: DRILL}
audiences:
  group: {folder: fld}
  restricted: {folder: fld-r, security_level: CSIRT, language: ja}
organisations:
  - {id: acme, names: [Acme], security_level: Acme, folder: fld-a, language: ja}
  - {id: bravo, names: [Bravo], security_level: Bravo, folder: fld-b}
`

// What several people read is in the language of the channel that becomes the case's, else of the one in which it was
// asked for, else of the place where it goes, else of the installation.
func TestTheLanguageOfACase(t *testing.T) {
	c := load(t, languages)
	for name, test := range map[string]struct {
		request incident.Request
		want    string
	}{
		"anywhere":                           {incident.Request{Where: "C0GENERAL1"}, "en"},
		"at the command line":                {incident.Request{}, "en"},
		"in a Japanese channel":              {incident.Request{Where: "C0JAPAN001"}, "ja"},
		"an English channel becomes its own": {incident.Request{Where: "C0JAPAN001", Channel: "C0WORLD001"}, "en"},
		"for Acme":                           {incident.Request{Audience: "organisation", Organisations: []string{"acme"}}, "ja"},
		"for Acme, in an English channel":    {incident.Request{Audience: "organisation", Organisations: []string{"acme"}, Where: "C0WORLD001"}, "en"},
		"for Acme and Bravo":                 {incident.Request{Audience: "organisation", Organisations: []string{"acme", "bravo"}}, "en"},
		"restricted":                         {incident.Request{Audience: "restricted"}, "ja"},
	} {
		p, err := c.Place(test.request)
		if err != nil || p.Language != test.want || p.OperatorsLanguage != "ja" {
			t.Errorf("%s: %q, operators %q, %v; want %q", name, p.Language, p.OperatorsLanguage, err, test.want)
		}
		if group := p.Audience == incident.AudienceGroup; group && p.ExecutivesLanguage != "ja" || !group && p.ExecutivesLanguage != "" {
			t.Errorf("%s: executives read %q", name, p.ExecutivesLanguage)
		}
	}
	if lang := c.Desk().Language; lang != "ja" {
		t.Errorf("the operators' own notices are in %q", lang)
	}
}
