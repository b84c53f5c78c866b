// Package words is the one catalogue of what the screens say, in Spanish and in
// English. Callers name a message by a constant of this package, so a sentence
// that does not exist does not compile, and a test finds those missing in one
// language and those nobody says. It holds no dates, no money and no figures
// (those are in locale) and nothing that customers wrote.
package words

import (
	"embed"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed es.toml es-MX.toml en.toml
var files embed.FS

// ID names one message.
type ID string

// Family is the beginning of the ids of messages that are chosen by a value
// from elsewhere: an action of the keymap, the kind of a stop sign.
type Family string

// Args fills the places of a message, {{.Name}}, by their names.
type Args map[string]any

// Catalogue says messages in one language. It does not change once loaded.
type Catalogue struct {
	localizer *i18n.Localizer
	plain     map[ID]string // those without places and plurals, ready to use
}

// Languages lists what [Load] takes.
func Languages() []string { return []string{"es", "en"} }

// Load reads the catalogue of a language, es or en, as a country says it: es-MX. A
// country has a file of its own for the messages that differ; the others, and
// countries without a file, say what the language says.
func Load(tag string) (*Catalogue, error) {
	lang, _, country := strings.Cut(tag, "-")
	bundle := i18n.NewBundle(language.Spanish)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	c := &Catalogue{i18n.NewLocalizer(bundle, lang), make(map[ID]string)}
	b, err := files.ReadFile(lang + ".toml")
	if err != nil {
		return nil, fmt.Errorf("words: no catalogue for language %q", lang)
	}
	if err := c.add(bundle, lang, b); err != nil || !country {
		return c, err
	}
	if b, err = files.ReadFile(tag + ".toml"); err != nil {
		return c, nil // as the language says it
	}
	return c, c.add(bundle, lang, b)
}

// add puts the messages of a file in front of those there are.
func (c *Catalogue) add(bundle *i18n.Bundle, lang string, file []byte) error {
	parsed, err := bundle.ParseMessageFileBytes(file, lang+".toml")
	if err != nil {
		return fmt.Errorf("words: reading the catalogue of %s: %w", lang, err)
	}
	for _, m := range parsed.Messages {
		delete(c.plain, ID(m.ID))
		if m.One == "" && !strings.Contains(m.Other, "{{") {
			c.plain[ID(m.ID)] = m.Other
		}
	}
	return nil
}

// Say returns a message.
func (c *Catalogue) Say(id ID) string {
	if s, ok := c.plain[id]; ok {
		return s
	}
	return c.localize(id, nil, nil)
}

// With returns a message with its places filled.
func (c *Catalogue) With(id ID, args Args) string { return c.localize(id, args, nil) }

// Count returns the form of a message that n of something takes. The message
// finds n as {{.Count}}.
func (c *Catalogue) Count(id ID, n int) string {
	return c.localize(id, Args{"Count": n}, n)
}

// CountWith is [Catalogue.Count] for a message that has other places too.
func (c *Catalogue) CountWith(id ID, n int, args Args) string { return c.localize(id, args, n) }

// Of returns the message of a family for a value, and whether there is one:
// values come from a desk that may be newer than this catalogue.
func (c *Catalogue) Of(f Family, value string) (string, bool) {
	s, ok := c.plain[ID(string(f)+value)]
	return s, ok
}

// localize shows the id where there is no message, so that it is seen.
func (c *Catalogue) localize(id ID, args Args, count any) string {
	s, err := c.localizer.Localize(&i18n.LocalizeConfig{MessageID: string(id), TemplateData: args, PluralCount: count})
	if err != nil {
		return "⟨" + string(id) + "⟩"
	}
	return s
}
