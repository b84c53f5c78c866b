package tui

import (
	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/words"
)

// needs says which command an action comes to; an action without one needs no
// right.
func needs(a keymap.Action) string {
	switch a {
	case keymap.Reply:
		return "reply"
	case keymap.Note, keymap.Flip:
		return "note"
	case keymap.Take:
		return "take"
	case keymap.Assign:
		return "assign"
	case keymap.Release:
		return "release"
	case keymap.Transfer:
		return "transfer"
	case keymap.Resolve:
		return "resolve"
	case keymap.Reopen:
		return "reopen"
	case keymap.Snooze:
		return "snooze"
	case keymap.Priority:
		return "prioritise"
	case keymap.Tags:
		return "tag"
	case keymap.CyclePresence:
		return "presence"
	}
	return ""
}

// allowed reports whether the desk lets my role do what an action comes to.
func allowed(v *look, a keymap.Action) bool {
	if v.countsOnly() && !withoutConversations(a) {
		return false
	}
	command := needs(a)
	return command == "" || !v.Ready() || v.Can(command)
}

// withoutConversations reports whether an action means something to those who see
// none.
func withoutConversations(a keymap.Action) bool {
	switch a {
	case keymap.Refresh, keymap.Command, keymap.Help, keymap.Quit, keymap.CyclePresence, keymap.Back,
		keymap.Accept, keymap.Leave, keymap.Up, keymap.Down, keymap.PageUp, keymap.PageDown:
		return true
	}
	return false
}

// work turns an action on a conversation into an intent; ok is false for
// actions that are no work. What my role may not do says who may.
func work(a keymap.Action, s *wire.Summary, v *look) (i Intent, ok bool) {
	command := needs(a)
	if command == "" || a == keymap.Flip && v.focus == ComposerPart {
		return nil, false
	}
	switch {
	case !v.Can(command):
		return denied(command, v), true
	case a == keymap.CyclePresence:
		return Command{nextPresence(v.myself())}, true
	case s == nil:
		return tell(v, words.NothingChosen), true
	}
	return workOn(a, *s, v), true
}

func workOn(a keymap.Action, s wire.Summary, v *look) Intent {
	switch a {
	case keymap.Reply:
		return chain{Show{Conversation: s.ID}, Write{ReplyKind}}
	case keymap.Note:
		return chain{Show{Conversation: s.ID}, Write{NoteKind}}
	case keymap.Flip:
		return flip(v.drafts.current(s.ID), v)
	case keymap.Take:
		return chain{Command{wire.Take{Conversation: s.ID}}, Show{Conversation: s.ID}}
	case keymap.Release:
		return Command{wire.Release{Conversation: s.ID}}
	case keymap.Reopen:
		return Command{wire.Reopen{Conversation: s.ID}}
	case keymap.Assign:
		return Ask{assignSheet(s, v)}
	case keymap.Transfer:
		return Ask{transferSheet(s, v)}
	case keymap.Resolve:
		return resolving(s, v)
	case keymap.Snooze:
		return Ask{snoozeSheet(s, v)}
	case keymap.Priority:
		return Ask{prioritySheet(s, v)}
	case keymap.Tags:
		return Ask{tagsSheet(s, v)}
	}
	return nil
}

// denied says who can, instead of doing nothing.
func denied(command string, v *look) Intent {
	if who, ok := v.words.Of(words.WhoCan, command); ok {
		return Tell{Notice{Text: who}}
	}
	return Tell{Notice{Text: v.words.With(words.RoleCannot, words.Args{"Role": v.of(words.RoleName, string(v.Me().Role)).String()})}}
}

// nextPresence goes round: online, away, on break.
func nextPresence(me wire.Agent) wire.SetPresence {
	switch me.State {
	case wire.Online:
		return wire.SetPresence{State: wire.Away}
	case wire.Away:
		return wire.SetPresence{State: wire.OnBreak}
	}
	return wire.SetPresence{State: wire.Online}
}

// subject is the conversation that work is done on: the one in front of the
// agent, or in the queue the one under the cursor.
func (m *Model) subject() *wire.Summary {
	id := m.v.shown
	if m.v.focus == QueuePart {
		id = m.panes.queue.selected
	}
	c, ok := m.v.Conversation(id)
	if !ok || id == "" {
		return nil
	}
	s := c.Summary()
	return &s
}
