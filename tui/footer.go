package tui

import (
	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/ink"
	"ventanilla/tui/text"
	"ventanilla/tui/words"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	"charm.land/lipgloss/v2"
)

// hints are the actions worth a place at the foot of the screen, by where the
// focus is. Keys and words come from the key table.
func hints(s keymap.Scope) []keymap.Action {
	switch s {
	case keymap.Queue:
		return []keymap.Action{keymap.Open, keymap.Take, keymap.NextPriority, keymap.Reply, keymap.Resolve,
			keymap.Transfer, keymap.Snooze, keymap.Search, keymap.TabNext, keymap.Help}
	case keymap.Conversation:
		return []keymap.Action{keymap.Reply, keymap.Note, keymap.Take, keymap.Resolve, keymap.Transfer,
			keymap.Snooze, keymap.NextPriority, keymap.GoUnread, keymap.Help}
	case keymap.Context:
		return []keymap.Action{keymap.Refresh, keymap.Reply, keymap.PaneTalk, keymap.Back, keymap.Help}
	case keymap.Composer:
		return []keymap.Action{keymap.Send, keymap.NewLine, keymap.Flip, keymap.Leave, keymap.Help}
	}
	return []keymap.Action{keymap.Accept, keymap.Leave, keymap.Back}
}

// countsHints are for those who see figures and no conversations.
func countsHints() []keymap.Action {
	return []keymap.Action{keymap.Refresh, keymap.Command, keymap.Help}
}

// footer draws the last line. What can be pressed changes with the focus only,
// so those words are kept.
type footer struct {
	made  footerKey
	hints string
	cells int
	row   ink.Row
}

type footerKey struct {
	scope keymap.Scope
	width int
	pens  *pens
	role  string
	mine  bool
	about composing
}

// draw draws news if there is some, else what may follow a key, else what can be
// pressed here.
func (f *footer) draw(width int, v *look, scope keymap.Scope, subject *wire.Summary) string {
	r := &f.row
	r.Start(width, v.measure)
	switch {
	case v.notice.Text != "" && v.notice.Grave:
		r.Put(v.pens.alarm, text.Concat(text.Literal(" ✘ "), text.Clean(v.notice.Text), text.Literal(" ")))
	case v.notice.Text != "":
		r.Put(v.pens.plain.accent, text.Concat(text.Literal(" "), text.Clean(v.notice.Text)))
	default:
		r.Pad(v.pens.plain.ink, 1)
		line, cells := f.keys(r.Left(), v, scope, subject)
		r.Row(line, cells)
	}
	return r.End(v.pens.plain.ink)
}

func (f *footer) keys(width int, v *look, scope keymap.Scope, subject *wire.Summary) (line string, cells int) {
	if len(v.follow) > 0 {
		line = helpLine(width, v, following(v))
		return line, lipgloss.Width(line)
	}
	mine := subject != nil && subject.Agent == v.Me().ID
	made := footerKey{scope, width, v.pens, string(v.Me().Role), mine, v.composing()}
	if f.made != made || !v.Ready() {
		f.made, f.hints = made, helpLine(width, v, here(v, scope, mine))
		f.cells = lipgloss.Width(f.hints)
	}
	return f.hints, f.cells
}

// here lists what can be pressed where the focus is. What is mine cannot be taken.
func here(v *look, scope keymap.Scope, mine bool) []key.Binding {
	var out []key.Binding
	actions := hints(scope)
	switch {
	case v.countsOnly():
		actions = countsHints()
	case scope == keymap.Composer && v.composing() == decidesHeld:
		actions = []keymap.Action{keymap.SendAnyway, keymap.Leave, keymap.Flip, keymap.Help}
	case scope == keymap.Composer && v.composing() == editsWaiting:
		actions = []keymap.Action{keymap.Send, keymap.NewLine, keymap.TakeBack, keymap.Leave, keymap.Help}
	}
	for _, a := range actions {
		if k := v.keys.Key(scope, a); k != "" && allowed(v, a) && !(mine && a == keymap.Take) {
			out = append(out, binding(k, a, v))
		}
	}
	return out
}

// following lists what may follow the keys pressed so far.
func following(v *look) []key.Binding {
	var out []key.Binding
	for _, f := range v.follow {
		out = append(out, binding(f.Keys, f.Binding.Action, v))
	}
	return out
}

func binding(k string, a keymap.Action, v *look) key.Binding {
	return key.NewBinding(key.WithKeys(k), key.WithHelp(text.Clean(k).String(), v.of(words.ShortAction, string(a)).String()))
}

func helpLine(width int, v *look, bindings []key.Binding) string {
	h := help.New()
	h.ShortSeparator = "  "
	h.Styles.ShortKey, h.Styles.ShortDesc, h.Styles.ShortSeparator = v.pens.keyStyle, v.pens.quietStyle, v.pens.quietStyle
	for len(bindings) > 0 {
		line := h.ShortHelpView(bindings)
		if lipgloss.Width(line) <= width {
			return line
		}
		bindings = bindings[:len(bindings)-1] // given a width, the help cuts keys from their words
	}
	return ""
}
