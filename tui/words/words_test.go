package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"ventanilla/keymap"

	"github.com/BurntSushi/toml"
)

// message is one entry of a catalogue file.
type message struct{ One, Other string }

func read(t *testing.T, lang string) map[string]message {
	t.Helper()
	b, err := files.ReadFile(lang + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]message
	if err := toml.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// declared returns the constants of ids.go by the type they have: name → value.
func declared(t *testing.T, kind string) map[string]string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "ids.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := spec.Type.(*ast.Ident); ok && of.Name == kind {
			out[spec.Names[0].Name] = strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`)
		}
		return true
	})
	if len(out) == 0 {
		t.Fatalf("no constants of type %s", kind)
	}
	return out
}

func TestEveryLanguageSaysEveryMessageWithTheSamePlaces(t *testing.T) {
	es, en := read(t, "es"), read(t, "en")
	for _, id := range slices.Sorted(maps.Keys(es)) {
		a, b := es[id], en[id]
		switch {
		case a.Other == "" || b.Other == "":
			t.Errorf("%q is empty or missing in one language", id)
		case (a.One == "") != (b.One == ""):
			t.Errorf("%q has a singular in one language only", id)
		case !slices.Equal(placesOf(a.Other), placesOf(b.Other)):
			t.Errorf("%q has the places %v in Spanish, %v in English", id, placesOf(a.Other), placesOf(b.Other))
		}
	}
	for id := range en {
		if _, ok := es[id]; !ok {
			t.Errorf("%q is missing in Spanish", id)
		}
	}
}

func TestACountrySaysOnlyWhatDiffersAndNothingNew(t *testing.T) {
	es, mx := read(t, "es"), read(t, "es-MX")
	for id, m := range mx {
		base, ok := es[id]
		switch {
		case !ok:
			t.Errorf("%q is said in Mexico only", id)
		case base == m:
			t.Errorf("%q is said as in es.toml", id)
		case (m.One == "") != (base.One == "") || m.Other == "" || !slices.Equal(placesOf(m.Other), placesOf(base.Other)):
			t.Errorf("%q has other forms or places than in es.toml", id)
		}
	}
	c, err := Load("es-MX")
	if err != nil || c.Say(You) != "tú" || c.Say(Nobody) != es[string(Nobody)].Other {
		t.Errorf("es-MX says %q and %q, %v", c.Say(You), c.Say(Nobody), err)
	}
	if ar, err := Load("es-AR"); err != nil || ar.Say(You) != "vos" {
		t.Errorf("es-AR: %v", err)
	}
}

// Mexicans do not say vos, nor the forms that go with it.
func TestMexicoIsNotSpokenToAsArgentina(t *testing.T) {
	all := read(t, "es")
	maps.Copy(all, read(t, "es-MX"))
	for id, m := range all {
		for _, word := range strings.FieldsFunc(m.One+" "+m.Other, func(r rune) bool { return !unicode.IsLetter(r) }) {
			switch w := strings.ToLower(word); w {
			case "vos", "sos", "podés", "querés", "tenés", "escribí", "elegí", "probá", "mirá", "tomá", "leé", "apretá":
				t.Errorf("%q says %q", id, w)
			}
		}
	}
}

func placesOf(s string) []string {
	var out []string
	for _, part := range strings.Split(s, "{{.")[1:] {
		name, _, _ := strings.Cut(part, "}}")
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestEveryIDHasAMessageAndEveryMessageAnID(t *testing.T) {
	es, ids, families := read(t, "es"), declared(t, "ID"), declared(t, "Family")
	known := map[string]bool{}
	for name, id := range ids {
		known[id] = true
		if _, ok := es[id]; !ok {
			t.Errorf("%s is %q, which no catalogue has", name, id)
		}
	}
	for id := range es {
		family, _, of := strings.Cut(id, ".")
		if !known[id] && !(of && slices.Contains(slices.Collect(maps.Values(families)), family+".")) {
			t.Errorf("%q is in the catalogue and no constant names it", id)
		}
	}
}

func TestEveryIDIsSaidSomewhere(t *testing.T) {
	said := map[string]bool{}
	sources, err := filepath.Glob("../*.go")
	if err != nil || len(sources) == 0 {
		t.Fatal("no sources of the screens", err)
	}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, b, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "words" {
					said[sel.Sel.Name] = true
				}
			}
			return true
		})
	}
	for _, kind := range []string{"ID", "Family"} {
		for name := range declared(t, kind) {
			if !said[name] {
				t.Errorf("%s is in the catalogue and no screen says it", name)
			}
		}
	}
}

func TestEveryActionAndScopeOfTheKeymapHasWords(t *testing.T) {
	for _, lang := range Languages() {
		c, err := Load(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range keymap.Default().Help(keymap.Everywhere) {
			if _, ok := c.Of(Action, string(b.Action)); !ok {
				t.Errorf("%s: %q has no words", lang, b.Message())
			}
			if _, ok := c.Of(ShortAction, string(b.Action)); !ok {
				t.Errorf("%s: %q has no short word", lang, b.Action)
			}
		}
		for _, s := range keymap.Scopes() {
			if _, ok := c.Of(ScopeName, string(s)); !ok {
				t.Errorf("%s: %q has no words", lang, s.Message())
			}
		}
	}
}

func TestPluralsAndPlaces(t *testing.T) {
	es, err := Load("es")
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{1: "VENCE EN 1 DÍA", 3: "VENCE EN 3 DÍAS", 0: "VENCE EN 0 DÍAS"} {
		if got := es.Count(NowDueIn, n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := es.With(IsTyping, Args{"Name": "{{.Evil}} Rosa"}); got != "{{.Evil}} Rosa está escribiendo…" {
		t.Errorf("a name was taken for a template: %q", got)
	}
	if got := es.Say("no-such-message"); got != "⟨no-such-message⟩" {
		t.Errorf("a missing message shows as %q", got)
	}
	if _, err := Load("xx"); err == nil {
		t.Error("a language nobody wrote was loaded")
	}
}
