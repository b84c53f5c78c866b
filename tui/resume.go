package tui

import (
	"slices"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/tui/words"
)

// linkChanged takes how the link stands now. Without one nobody knows who else is
// here.
func (m *Model) linkChanged(e client.LinkChanged) {
	m.v.link.change(e, m.v.now)
	if m.v.link.offline() {
		m.mirror.Alone()
	}
	m.tick()
	m.screen.mark(statusPart, QueuePart, TalkPart, talkLine, CustomerPart, customerLine)
}

// tellChanged says what is not as it was when the last link ended. What is on the
// screen stays until the new state is whole, but for the customer's money: who may
// see it may be somebody else now.
func (m *Model) tellChanged(w wire.Welcome) {
	p, before := &m.places, m.v.Me()
	m.v.link.story.head = w.Head
	switch {
	case p.epoch == "":
	case p.epoch != w.Epoch:
		m.tell(Notice{m.v.words.Say(words.DeskRestored), true})
	case before.Role != w.You.Role:
		role := m.v.of(words.RoleName, string(w.You.Role)).String()
		m.tell(Notice{m.v.words.With(words.RoleChanged, words.Args{"Role": role}), true})
		m.forgetContext()
	case p.rights != w.Rights:
		m.tell(Notice{Text: m.v.words.Say(words.RightsChanged)})
		m.forgetContext()
	}
	p.epoch, p.rights = w.Epoch, w.Rights
}

// forgetContext drops the money on the screen; whether it may be seen is asked anew.
func (m *Model) forgetContext() {
	m.v.file = &file{}
	if m.v.shown != "" && !m.v.link.lean {
		m.askContext()
	}
}

// changedHands asks for the context again: who has a conversation decides what may
// be seen.
func (m *Model) changedHands() {
	if m.v.link.lean {
		m.v.file = &file{}
		return
	}
	m.askContext()
}

// snapshot takes a part of a snapshot. With the last one what was open and is not
// there any more is put away.
func (m *Model) snapshot(s wire.Snapshot) {
	m.mirror.Snapshot(s)
	m.panes.queue.begin(&m.v)
	m.screen.all()
	if !s.Last || !m.v.Ready() {
		return
	}
	for _, id := range slices.Clone(m.places.opened) {
		if _, here := m.v.Conversation(id); !here {
			m.lost(id)
		}
	}
}
