package theme

import (
	"math"
	"os"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

func TestEveryBuiltinThemeHasEveryRole(t *testing.T) {
	if len(Names()) < 3 {
		t.Fatalf("only %v", Names())
	}
	for _, name := range Names() {
		th, err := Builtin(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if th.Name() != name {
			t.Errorf("%s calls itself %q", name, th.Name())
		}
		if dark := luminance(th.surface) < 0.5; dark != th.Dark() {
			t.Errorf("%s says dark is %v of surface %v", name, th.Dark(), th.surface)
		}
	}
	for _, dark := range []bool{true, false} {
		if th, err := Builtin(Fitting(dark)); err != nil || th.Dark() != dark {
			t.Errorf("the theme fitting a terminal that is dark %v: %v, %v", dark, th, err)
		}
	}
	if _, err := Builtin("../theme"); err == nil {
		t.Error("a name left the folder of themes")
	}
}

// WCAG 2: 4.5 for text, 3 for what is only looked at; the themes made for
// contrast keep the stricter 7 and 4.5.
func TestEveryRoleCanBeRead(t *testing.T) {
	for _, name := range Names() {
		th, err := Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		text, other := 4.5, 3.0
		if strings.HasPrefix(name, "contraste") {
			text, other = 7, 4.5
		}
		for _, r := range Roles() {
			least := text
			if r == Border || r == BorderFocus || r == Quiet {
				least = other
			}
			if got := contrast(th.looks[r].fore, th.looks[r].back); got < least {
				t.Errorf("%s: %s has a contrast of %.2f, needs %.1f", name, r, got, least)
			}
		}
	}
}

// An agent must never take a note for a reply, nor a customer for a
// colleague.
func TestRolesThatMustDifferDo(t *testing.T) {
	for _, name := range Names() {
		th, err := Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2]Role{{ReplyFrame, NoteFrame}, {Ink, Note}, {Customer, Agent}, {Customer, Peer}, {Agent, Peer},
			{Live, Offline}, {Good, Bad}, {Good, Warn}, {Selection, SelectionIdle}, {Money, Stale}, {Border, BorderFocus}, {Banner, Alarm}} {
			if th.looks[pair[0]] == th.looks[pair[1]] {
				t.Errorf("%s: %s looks like %s", name, pair[0], pair[1])
			}
		}
	}
}

// Without colour the renderer drops colours and keeps the rest: the rows that
// matter must still differ from ordinary text.
func TestSelectionSurvivesWithoutColour(t *testing.T) {
	for _, name := range Names() {
		th, err := Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []Role{Selection, SelectionIdle, Banner, Alarm} {
			if !th.looks[r].reverse {
				t.Errorf("%s: %s is told by colour alone", name, r)
			}
		}
	}
}

func TestMistakesAreReportedWithTheirLine(t *testing.T) {
	src, err := os.ReadFile("builtin/noche.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown role", "ink = ", "inq = ", "line 10: unknown role \"inq\""},
		{"missing role", "money = \"#f2ece0 bold\"\n", "", "line 9: role \"money\" is missing"},
		{"bad colour", "quiet = \"#9c9588\"", "quiet = \"blurple\"", "line 11"},
		{"short colour", "\"#9c9588\"", "\"#9c9\"", "line 11"},
		{"bad attribute", "\"#e6e1d8 bold\"", "\"#e6e1d8 blink\"", "line 12"},
		{"no colour", "\"#e6e1d8 bold\"", "\"\"", "line 12"},
		{"bad background", "on #26231f\"", "on black\"", "line 50: roles.status"},
		{"unknown key", "dark = true", "dark = true\nshiny = true", "line 4: unknown key \"shiny\""},
		{"missing surface", "surface = \"#1c1a17\"\n", "", "\"surface\" is missing"},
		{"wrong type", "dark = true", "dark = \"yes\"", "line 3"},
		{"not TOML", "dark = true", "dark = = true", "line 3"},
		{"given twice", "quiet = ", "ink = ", "line 11"},
		{"colour alone", "reverse bold\"\nselection_idle", "\"\nselection_idle", "line 21: role \"selection\" needs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := strings.Replace(string(src), c.old, c.new, 1)
			if changed == string(src) {
				t.Fatal("the change changes nothing")
			}
			_, err := Read("mio.toml", strings.NewReader(changed))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "mio.toml") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// Painting is the cheap way to what Lip Gloss would render.
func TestPaintLooksLikeTheStyle(t *testing.T) {
	th, err := Builtin("noche")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Roles() {
		want := th.Style(r).Render("x") // one character: Lip Gloss underlines each by itself
		if got := th.Paint(r, "x"); drawn(t, got) != drawn(t, want) {
			t.Errorf("%s: %q, want %q", r, got, want)
		}
		if got := th.Paint(r, "hola que tal"); ansi.Strip(got) != "hola que tal" || lipgloss.Width(got) != 12 {
			t.Errorf("%s: %q", r, got)
		}
	}
	if got := th.Paint(Ink, ""); got != "" {
		t.Errorf("painting nothing gives %q", got)
	}
}

// drawn is the cell a terminal would show.
func drawn(t *testing.T, s string) string {
	e := vt.NewEmulator(4, 1)
	if _, err := e.WriteString(s); err != nil {
		t.Fatal(err)
	}
	return e.Render()
}

func FuzzRead(f *testing.F) {
	src, err := os.ReadFile("builtin/dia.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(src))
	f.Add("name = \"x\"\n[roles]\nink = \"#000000 on\"")
	f.Fuzz(func(t *testing.T, src string) {
		th, err := Read("x", strings.NewReader(src))
		if (th == nil) == (err == nil) {
			t.Fatalf("theme %v, error %v", th, err)
		}
	})
}

func contrast(a, b colour) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance is the relative luminance of WCAG 2.
func luminance(c colour) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}
