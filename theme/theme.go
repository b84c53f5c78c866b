// Package theme names the colours of the workstation by what they are for. A
// theme is a TOML file that gives every role a look; the program ships a few
// and reads others. It decides no layout and draws nothing by itself.
//
// Colours are written in full and lowered to what the terminal shows by the
// renderer; under NO_COLOR only the attributes remain, so roles told apart by
// their background must have one.
package theme

import (
	"embed"
	"fmt"
	"image/color"
	"path"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
)

//go:embed builtin/*.toml
var builtin embed.FS

// Theme gives every [Role] its look. It is made once and does not change;
// styles are ready, because making one for each row of each frame is what
// frames spend their time on.
type Theme struct {
	name    string
	dark    bool
	surface colour
	looks   [roleCount]look
	styles  [roleCount]lipgloss.Style
	opening [roleCount]string
}

// closing ends whatever a role began.
const closing = "\x1b[m"

// Names lists the themes shipped with the program.
func Names() []string {
	files, err := builtin.ReadDir("builtin")
	if err != nil {
		return nil // unreachable: the folder is part of the binary
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), path.Ext(f.Name())))
	}
	return names
}

// Builtin returns a theme shipped with the program.
func Builtin(name string) (*Theme, error) {
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("finding theme %q: the program ships %s", name, strings.Join(Names(), ", "))
	}
	f, err := builtin.Open("builtin/" + name + ".toml")
	if err != nil {
		return nil, fmt.Errorf("opening theme %q: %w", name, err)
	}
	defer f.Close()
	return Read(name+".toml", f)
}

// Fitting names the theme for a terminal with a dark or a light background,
// for those who chose none.
func Fitting(dark bool) string {
	if dark {
		return "noche"
	}
	return "dia"
}

// Name is what the theme calls itself.
func (t *Theme) Name() string { return t.name }

// Dark reports whether the theme is for a dark terminal.
func (t *Theme) Dark() bool { return t.dark }

// Surface is the background of everything that has none of its own.
func (t *Theme) Surface() color.Color { return t.surface }

// Style returns the look of a role for those who lay out with Lip Gloss. It
// costs microseconds to render, and Lip Gloss underlines code point by code
// point, which takes emoji apart; for text of one row use [Theme.Paint].
func (t *Theme) Style(r Role) lipgloss.Style { return t.styles[r] }

// Paint gives s the look of a role. The text must hold no styles of its own,
// and be clean: what was foreign goes through package text first.
func (t *Theme) Paint(r Role, s string) string {
	if s == "" {
		return ""
	}
	return t.opening[r] + s + closing
}

// prepare makes the styles from the looks.
func (t *Theme) prepare() {
	for r := range roleCount {
		l := t.looks[r]
		if !l.hasBack {
			l.back = t.surface
			t.looks[r] = l
		}
		t.styles[r] = lipgloss.NewStyle().Foreground(l.fore).Background(l.back).
			Bold(l.bold).Faint(l.faint).Italic(l.italic).Underline(l.underline).Reverse(l.reverse)
		t.opening[r], _, _ = strings.Cut(t.styles[r].Underline(false).Render("x"), "x")
		if l.underline {
			t.opening[r] = "\x1b[4;" + strings.TrimPrefix(t.opening[r], "\x1b[")
		}
	}
}
