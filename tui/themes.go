package tui

import (
	"image/color"

	"ventanilla/theme"

	tea "charm.land/bubbletea/v2"
)

// themes chooses the colours: one theme, or the one that fits the terminal.
type themes struct {
	fixed       *theme.Theme
	dark, light *theme.Theme
	onDark      bool // the terminal's ground, as far as it told
	told        bool
}

func newThemes(fixed *theme.Theme) (themes, error) {
	dark, err := theme.Builtin("noche")
	if err != nil {
		return themes{}, err
	}
	light, err := theme.Builtin("dia")
	return themes{fixed: fixed, dark: dark, light: light, onDark: true}, err
}

// pens makes the pens of the theme in force. A theme that is not for this
// terminal's ground brings its own.
func (t *themes) pens() *pens {
	chosen := t.dark
	if !t.onDark {
		chosen = t.light
	}
	if t.fixed != nil {
		chosen = t.fixed
	}
	return newPens(chosen, t.told && chosen.Dark() != t.onDark)
}

// ground takes note of the terminal's background.
func (m *Model) ground(c color.Color, dark bool) tea.Cmd {
	if c == nil || m.themes.told && m.themes.onDark == dark {
		return nil
	}
	m.themes.onDark, m.themes.told = dark, true
	m.v.pens = m.themes.pens()
	m.screen.all()
	return nil
}
