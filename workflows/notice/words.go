package notice

import (
	"embed"
	"io/fs"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"gopkg.in/yaml.v3"
)

//go:embed text/*.yaml
var texts embed.FS

// words is one language's messages.
type words struct {
	*i18n.Localizer
	lang string
}

var english, japanese = load()

func load() (en, ja words) {
	b := i18n.NewBundle(language.English)
	b.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	files, err := fs.Glob(texts, "text/*.yaml") // topic.language.yaml
	for _, file := range files {
		if err == nil {
			_, err = b.LoadMessageFileFS(texts, file)
		}
	}
	if err != nil {
		panic(err) // embedded: the tests load it before anybody else does
	}
	return words{i18n.NewLocalizer(b, "en"), "en"}, words{i18n.NewLocalizer(b, "ja", "en"), "ja"}
}

func in(lang string) words {
	if lang == "ja" {
		return japanese
	}
	return english
}

// say renders the message with that id; pairs are names and values for its template. An id without a message is
// returned as it is, which the tests exclude for our own ids.
//
//workflowcheck:ignore go-i18n reads embedded texts; its templates are the same for every replay
func (w words) say(id string, pairs ...string) string {
	data := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		data[pairs[i]] = pairs[i+1]
	}
	text, err := w.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data})
	if err != nil {
		return id
	}
	return text
}

// word is what one of the case's own words is called, such as a state; a word of newer code stays as it is.
func (w words) word(kind, value string) string {
	id := kind + "_" + strings.ReplaceAll(value, " ", "_")
	if text := w.say(id); text != id {
		return text
	}
	return value
}
