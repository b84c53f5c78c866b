// Package archtest keeps the imports pointing the way docs/architecture.md says
// they do: a table of rules, each with its reason. It holds no code that runs in
// the product.
package archtest

import (
	"testing"
)

// ours is the module path with its slash. It has no dot, so nothing here may
// tell the standard library from the rest by one; go list says which is which.
const ours = "ventanilla/"

// outside stands for everything that is not the standard library.
const outside = "*"

// A rule says that what is imported, directly or through others, by the
// packages of from never includes the packages of never. A pattern ending in
// "/..." covers what lies below as well. What from itself covers is exempt.
type rule struct {
	from    string
	never   []string
	because string
}

var rules = []rule{
	{"ventanilla/internal/sqlitedb", []string{ours + "..."}, "how a file is opened does not depend on what is kept in it"},
}

// A gate says that only the packages of through import what directly. Every
// module we use has one, so a second user is a decision and not an accident.
// What a gate covers may import itself. Tests are free.
type gate struct {
	what    string
	through []string
	because string
}

var gates = []gate{
	{"modernc.org/sqlite/...", []string{"ventanilla/internal/sqlitedb"}, "one way to open a file, one place for its pragmas and error codes"},
}

// banned is what no build of ours may contain, tests included.
var banned = []struct{ pattern, because string }{
	{"github.com/charmbracelet/bubbletea/...", "Bubble Tea is charm.land/bubbletea/v2 here; the first version beside it means two programs fighting for one terminal"},
	{"github.com/charmbracelet/lipgloss/...", "styles of the first version do not compose with the second's"},
	{"github.com/charmbracelet/bubbles/...", "it drags Bubble Tea's first version in"},
}

// atLeast is the oldest version of a module that is known to be right.
var atLeast = []struct{ module, version, because string }{
	{"charm.land/lipgloss/v2", "v2.0.6", "older ones select a renderer that corrupts rows with wide glyphs"},
}

func TestImportsPointTheWayTheMapSays(t *testing.T) {
	for _, complaint := range judge(list(t), rules, gates) {
		t.Error(complaint)
	}
}

func TestNothingBannedIsBuilt(t *testing.T) {
	for _, p := range listWithTests(t) {
		for _, b := range banned {
			if matches(b.pattern, p.ImportPath) {
				t.Errorf("%s is in the build: %s", p.ImportPath, b.because)
			}
		}
	}
}

func TestModulesAreNewEnough(t *testing.T) {
	for _, m := range atLeast {
		if got := selected(t, m.module); older(got, m.version) {
			t.Errorf("%s is %s, want at least %s: %s", m.module, got, m.version, m.because)
		}
	}
}
