package tui

import (
	"ventanilla/keymap"
	"ventanilla/tui/ink"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
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
	return []keymap.Action{keymap.Accept, keymap.FieldNext, keymap.Leave, keymap.Back}
}

// drawFooter draws the last line: news if there is some, else what may follow a
// key, else what can be pressed here.
func drawFooter(width int, v *look, scope keymap.Scope) string {
	var r ink.Row
	r.Start(width, v.measure)
	switch {
	case v.notice.Text != "" && v.notice.Grave:
		r.Put(v.pens.alarm, text.Concat(text.Literal(" ✘ "), text.Clean(v.notice.Text), text.Literal(" ")))
	case v.notice.Text != "":
		r.Put(v.pens.plain.accent, text.Concat(text.Literal(" "), text.Clean(v.notice.Text)))
	case len(v.follow) > 0:
		for _, f := range v.follow {
			hint(&r, f.Keys, f.Binding.Action, v)
		}
	default:
		footerHints(&r, v, scope)
	}
	return r.End(v.pens.plain.ink)
}

func footerHints(r *ink.Row, v *look, scope keymap.Scope) {
	if v.Ready() && !v.writes() && scope != keymap.Input {
		r.Put(v.pens.banner, text.Concat(text.Literal(" "), v.say(words.ReadOnly), text.Literal(" ")))
	}
	for _, a := range hints(scope) {
		if key := v.keys.Key(scope, a); key != "" && allowed(v, a) {
			hint(r, key, a, v)
		}
	}
}

// hint draws a key and what it does, if both fit.
func hint(r *ink.Row, key string, a keymap.Action, v *look) {
	name, word := text.Clean(key), v.of(words.ShortAction, string(a))
	if r.Left() < name.Width(v.measure)+word.Width(v.measure)+3 {
		return
	}
	r.Pad(v.pens.plain.quiet, 1)
	r.Put(v.pens.key, name)
	r.Pad(v.pens.plain.quiet, 1)
	r.Put(v.pens.plain.quiet, word)
	r.Pad(v.pens.plain.quiet, 1)
}
