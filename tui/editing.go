package tui

import (
	"errors"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/tui/edit"
	"ventanilla/tui/words"
)

// editing is a text that waits and is being changed. It is held while it is, and
// what is typed goes to the outbox every second, so that it is not lost either.
type editing struct {
	id     client.EntryID
	key    DraftKey
	before string // as it was
	held   bool   // before it was opened
	buffer edit.Buffer
}

func (e *editing) name() string { return "entry " + string(e.id) }

// editing is the text that waits and is edited in the composer in front of the
// agent; nil when a draft is.
func (v *look) editing() *editing {
	if e := v.outbox.editing; e != nil && e.key.Conversation == v.shown {
		return e
	}
	return nil
}

// editEntry opens a text that waits in the composer.
func (m *Model) editEntry(id client.EntryID) {
	if e := m.v.outbox.editing; e != nil {
		if e.id == id {
			m.focus(ComposerPart)
			return
		}
		if m.leaveEntry(); m.v.outbox.editing != nil {
			return // what was typed there is kept nowhere else yet
		}
	}
	entry, _ := m.v.outbox.find(id)
	key, text, says := textOf(entry.Command)
	if !says || key.Conversation != m.v.shown {
		m.tell(Notice{Text: m.v.words.Say(words.NothingToEdit)})
		return
	}
	if err := m.desk.Hold(id, true); err != nil {
		m.notChanged(err)
		return
	}
	e := &editing{id: id, key: key, before: text, held: entry.Held, buffer: edit.Buffer{Limit: wire.MaxText}}
	e.buffer.Set(text)
	m.v.outbox.editing = e
	m.v.drafts.scribe.has(e.name(), text)
	m.focus(ComposerPart)
}

// notChanged says why an entry could not be changed.
func (m *Model) notChanged(err error) {
	switch {
	case errors.Is(err, client.ErrOnItsWay):
		m.tell(Notice{Text: m.v.words.Say(words.OnItsWay)})
	case errors.Is(err, client.ErrNoEntry):
		m.tell(Notice{Text: m.v.words.Say(words.NothingToEdit)})
	default:
		m.tell(Notice{m.v.words.With(words.CommandRefused, words.Args{"Why": m.v.words.Say(words.DraftsNotKept)}), true})
	}
}

// offerEntry gives the scribe what was typed of a text that is edited.
func (m *Model) offerEntry() {
	e := m.v.outbox.editing
	if e == nil || e.buffer.Empty() {
		return
	}
	desk, seen := m.desk, m.v.drafts.witness.upTo(e.key.Conversation)
	m.v.drafts.scribe.give(e.name(), e.buffer.Text(), func(text string) error { return desk.Change(e.id, e.key.command(text, seen)) })
}

// confirmEntry lets a text that was edited leave as it is now.
func (m *Model) confirmEntry() {
	e := m.v.outbox.editing
	if e.buffer.Empty() || m.tooLong(&e.buffer) {
		return
	}
	if !m.putEntry(e) {
		return
	}
	m.release(e)
	m.panes.talk.window = window{}
}

// leaveEntry leaves a text that is edited: held, unless nothing was changed in
// one that was not. One that was emptied is as it was before.
func (m *Model) leaveEntry() {
	e := m.v.outbox.editing
	if e.buffer.Text() == e.before && !e.held {
		m.release(e)
		return
	}
	if e.buffer.Empty() {
		e.buffer.Set(e.before)
	}
	if !m.putEntry(e) {
		return
	}
	m.v.outbox.editing = nil
	m.tell(Notice{Text: m.v.words.Say(words.StaysHeld)})
}

// putEntry gives the outbox the text as it is now. Whoever wrote it has seen what
// stands above it.
func (m *Model) putEntry(e *editing) bool {
	text := e.buffer.Text()
	m.v.drafts.scribe.forget(e.name())
	if err := m.desk.Change(e.id, e.key.command(text, m.v.drafts.witness.upTo(e.key.Conversation))); err != nil {
		m.notChanged(err)
		return false
	}
	return true
}

func (m *Model) release(e *editing) {
	if err := m.desk.Hold(e.id, false); err != nil {
		m.notChanged(err)
		return
	}
	m.v.outbox.editing = nil
}

// takeBack drops an entry that has not left. A text becomes the draft.
func (m *Model) takeBack(id client.EntryID) {
	entry, ok := m.v.outbox.find(id)
	if !ok {
		m.tell(Notice{Text: m.v.words.Say(words.NothingToEdit)})
		return
	}
	e := m.v.outbox.editing
	if e != nil && e.id == id {
		m.v.drafts.scribe.forget(e.name())
	}
	if err := m.desk.TakeBack(id); err != nil {
		m.notChanged(err)
		return
	}
	m.v.outbox.drop(id)
	key, text, says := textOf(entry.Command)
	if !says {
		m.tell(Notice{Text: m.v.words.Say(words.NotDone)})
		return
	}
	if e != nil && e.id == id {
		text, m.v.outbox.editing = e.buffer.Text(), nil
	}
	m.v.drafts.giveBack(key, text)
	m.v.drafts.kinds[key.Conversation] = key.Kind
	m.tell(Notice{Text: m.v.words.Say(words.TakenBack)})
	m.screen.mark(TalkPart, QueuePart, smallPart)
}

// checkEntry ends the editing of a text that does not wait any more. What was
// typed stays as a draft.
func (m *Model) checkEntry() {
	e := m.v.outbox.editing
	if e == nil {
		return
	}
	if _, waits := m.v.outbox.find(e.id); waits {
		return
	}
	m.v.outbox.editing = nil
	if text := e.buffer.Text(); text != e.before && !e.buffer.Empty() {
		m.v.drafts.giveBack(e.key, text)
		m.tell(Notice{m.v.words.Say(words.EditGone), true})
	}
}

// tooLong reports, and says, that a text cannot be sent in one piece.
func (m *Model) tooLong(b *edit.Buffer) bool {
	over := b.Count() - wire.MaxText
	if over > 0 {
		m.tell(Notice{Text: m.v.words.With(words.TooLong, words.Args{"Count": over})})
	}
	return over > 0
}
