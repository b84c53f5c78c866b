package tui

import (
	"time"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/locale"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// Size is a rectangle in terminal cells.
type Size struct{ Width, Height int }

// Pane is one rectangle of the workstation. Panes are pure: they read what the
// root lets them look at, keep only how they are looked at (cursor, scroll,
// folds), and say what they want done by returning an [Intent].
type Pane interface {
	// Scope selects the keys that reach this pane while it has the focus.
	Scope() keymap.Scope

	// Handle reacts to an action; a nil intent asks for nothing.
	Handle(keymap.Action, *look) Intent

	// Draw fills the size: as many rows as it is high, each exactly as wide.
	Draw(Size, *look) []string
}

// typist is a pane in which text is written.
type typist interface {
	// Type takes a key that is no command there; text is what it writes, if it does.
	Type(key, text string, v *look) Intent
	// Paste takes a paste, raw.
	Paste(raw string, v *look) Intent
	// Cursor is where the next character goes, in cells from the pane's corner.
	Cursor() (x, y int, ok bool)
}

// look is what panes may look at. It is made by the root, once for each message,
// and read only; nothing in it may be kept.
type look struct {
	mirror.View
	now     time.Time // by the desk's clock, in the agent's zone
	words   *words.Catalogue
	locale  locale.Locale
	pens    *pens
	keys    keymap.Map
	measure text.Measure
	focus   Part
	shown   wire.ConversationID
	link    link
	outbox  *outbox
	drafts  *drafts
	file    *file // the context of the shown conversation's customer
	notice  Notice
	follow  []keymap.Follow // what may follow the keys pressed so far
}

// say returns a message of the catalogue, ready to draw.
func (v *look) say(id words.ID) text.Line { return text.Clean(v.words.Say(id)) }

// with returns a message with its places filled, ready to draw. What fills them
// may be hostile.
func (v *look) with(id words.ID, args words.Args) text.Line {
	return text.Clean(v.words.With(id, args))
}

// of returns the message of a family, or the value itself when it is new to us.
func (v *look) of(f words.Family, value string) text.Line {
	if s, ok := v.words.Of(f, value); ok {
		return text.Clean(s)
	}
	return text.Clean(value)
}

// name is how a colleague is called.
func (v *look) name(id wire.AgentID) text.Line {
	if a, ok := v.Agent(id); ok {
		return text.Name(a.Name)
	}
	return text.Name(string(id))
}

// myself is me with the present state: a greeting may be older than the list of
// the staff that follows it.
func (v *look) myself() wire.Agent {
	me := v.Me()
	if a, ok := v.Agent(me.ID); ok {
		me.State, me.Reason, me.Since = a.State, a.Reason, a.Since
	}
	return me
}

// writes reports whether my role can write to customers or colleagues at all.
func (v *look) writes() bool { return v.Can("reply") || v.Can("note") }
