// Package archtest keeps the imports pointing the way docs/architecture.md says
// they do: a table of rules, each with its reason. It holds no code that runs in
// the product.
package archtest

import (
	"slices"
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
	{"ventanilla/client/wire/...", []string{outside}, "either end must be able to use the protocol alone"},
	{"ventanilla/client/...", []string{"charm.land/...", "github.com/charmbracelet/..."}, "a bot or a test is a client too"},
	{"ventanilla/client/...", []string{"ventanilla/internal/..."}, "clients see the desk only through the wire"},
	{"ventanilla/client/...", []string{"ventanilla/tui/...", "ventanilla/keymap/...", "ventanilla/theme/..."}, "the terminal is one of many fronts"},
	{"ventanilla/tui/...", []string{"ventanilla/internal/..."}, "the terminal sees the desk only through a client"},
	{"ventanilla/keymap/...", []string{outside}, "keys are data"},
	{"ventanilla/theme/...", []string{"ventanilla/..."}, "colours are data"},

	{"ventanilla/internal/desk", slices.Concat(implementations, carriers), "rules do not know where they are kept nor who carries them"},
	{"ventanilla/internal/desk", []string{"database/sql/...", "net/http/..."}, "rules do not know where they are kept nor who carries them"},
	{"ventanilla/internal/gateway", implementations, "the gateway asks the desk, whatever is behind it"},
	{"ventanilla/internal/finance", []string{"ventanilla/...", "database/sql/...", "net/..."}, "sums need no connection"},
	{"ventanilla/internal/inmem", []string{outside}, "a listener carries bytes, whatever they mean"},
	{"ventanilla/internal/sqlitedb", []string{"ventanilla/..."}, "how a file is opened does not depend on what is kept in it"},
	{"ventanilla/internal/store/sqlite", slices.Concat(implementations, carriers), "no implementation knows another"},
	{"ventanilla/internal/bus/local", slices.Concat(implementations, carriers), "no implementation knows another"},
	{"ventanilla/internal/channel/webchat", slices.Concat(implementations, carriers), "no implementation knows another"},
	{"ventanilla/internal/finance/libro", slices.Concat(implementations, carriers), "no implementation knows another"},
	{"ventanilla/internal/replay", slices.Concat(implementations, carriers, []string{"ventanilla/internal/desk"}), "a replay is customers and agents, so what it measures is what they get"},
}

// implementations are the parts that can be exchanged for others of their kind.
var implementations = []string{
	"ventanilla/internal/store/...",
	"ventanilla/internal/bus/...",
	"ventanilla/internal/channel/...",
	"ventanilla/internal/finance/libro/...",
}

// carriers stand between the rules and the world.
var carriers = []string{"ventanilla/internal/gateway/...", "ventanilla/internal/server/..."}

// A gate says that only the packages of through import what directly. Every
// module we use has one, so a second user is a decision and not an accident; so
// has every part of ours that can be exchanged. What a gate covers may import
// itself. Tests are free.
type gate struct {
	what    string
	through []string
	because string
}

var gates = []gate{
	{"ventanilla/internal/store/sqlite/...", []string{"ventanilla/internal/server", "ventanilla/cmd/ventanilla", "ventanilla/internal/backup"}, "one package puts the desk together; the operator's commands open its file, and so does what copies it"},
	{"ventanilla/internal/bus/local/...", []string{"ventanilla/internal/server"}, "one package puts the desk together"},
	{"ventanilla/internal/channel/webchat/...", []string{"ventanilla/internal/server", "ventanilla/internal/demo", "ventanilla/cmd/ventanilla"}, "one package puts the desk together; the demo and a command sign customers' tokens as a lender would"},
	{"ventanilla/internal/finance/libro/...", []string{"ventanilla/internal/server"}, "one package puts the desk together"},
	{"ventanilla/internal/powercut/...", nil, "it serves tests, so no package of the product imports it"},
	{"ventanilla/internal/gateway/...", []string{"ventanilla/internal/server"}, "one package puts the desk together"},

	{"charm.land/bubbles/v2/...", []string{"ventanilla/tui"}, "the footer and the help are drawn from the table of keys"},
	{"charm.land/bubbletea/v2/...", []string{"ventanilla/tui"}, "one program, one terminal"},
	{"charm.land/fang/v2/...", []string{"ventanilla/cmd/ventanilla"}, "commands are read in one place"},
	{"charm.land/lipgloss/v2/...", []string{"ventanilla/theme", "ventanilla/tui", "ventanilla/tui/ink"}, "the theme makes styles, panes choose among them, ink lays them on cells"},
	{"github.com/BurntSushi/toml/...", []string{"ventanilla/theme", "ventanilla/tui/words"}, "themes and catalogues are TOML, each with one reader"},
	{"github.com/adrg/xdg/...", []string{"ventanilla/internal/signin", "ventanilla/cmd/ventanilla"}, "where a person's files lie is known to the sign-in, and to the command that opens a desk's folder"},
	{"github.com/charmbracelet/ultraviolet/...", []string{"ventanilla/tui"}, "some of the terminal's answers reach us in its types"},
	{"github.com/charmbracelet/x/ansi/...", []string{"ventanilla/tui", "ventanilla/tui/text"}, "text decides what may be drawn; the root asks the terminal for its modes"},
	{"github.com/creack/pty/...", []string{"ventanilla/internal/bench"}, "what an agent sees is measured through a terminal"},
	{"github.com/gofrs/flock/...", []string{"ventanilla/internal/store/sqlite", "ventanilla/internal/outbox"}, "one holder of a data directory, one running client of a lane"},
	{"github.com/gorilla/websocket/...", []string{
		"ventanilla/client", "ventanilla/client/chat", "ventanilla/client/clienttest",
		"ventanilla/internal/gateway", "ventanilla/internal/channel/webchat", "ventanilla/internal/bench",
	}, "a socket has two ends, staff's and customers'; the benchmarks measure what it costs bare"},
	{"github.com/ncruces/go-sqlite3/...", []string{"ventanilla/internal/powercut"}, "a second SQLite whose disk a test can fail; the product has one driver"},
	{"github.com/nicksnyder/go-i18n/v2/...", []string{"ventanilla/tui/words"}, "one catalogue"},
	{"github.com/rivo/uniseg/...", []string{"ventanilla/tui/edit"}, "the cursor moves by what people call characters"},
	{"github.com/spf13/cobra/...", []string{"ventanilla/cmd/ventanilla"}, "commands are read in one place"},
	{"github.com/zalando/go-keyring/...", []string{"ventanilla/internal/signin"}, "secrets are kept in one place"},
	{"golang.org/x/crypto/...", []string{"ventanilla/internal/desk", "ventanilla/internal/outbox"}, "passwords are checked in one place, and seal one file where there is no keyring"},
	{"golang.org/x/sync/...", []string{"ventanilla/internal/server"}, "the server waits for all it has started"},
	{"golang.org/x/term/...", []string{"ventanilla/cmd/ventanilla"}, "a password is typed unseen"},
	{"golang.org/x/text/...", []string{"ventanilla/tui/words"}, "one catalogue"},
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
