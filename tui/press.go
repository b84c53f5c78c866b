package tui

import (
	"time"

	"ventanilla/keymap"

	tea "charm.land/bubbletea/v2"
)

// typedKeys are the keys of a sequence that has begun.
type typedKeys struct {
	pending []string
	follow  []keymap.Follow
	press   int // counts key presses, so that a late hint is known for one
	since   time.Time
}

const (
	hintAfter    = 400 * time.Millisecond
	sequenceEnds = 5 * time.Second
)

// scope says what keys mean now.
func (m *Model) scope() keymap.Scope {
	switch {
	case m.panes.sheet != nil:
		return m.panes.sheet.Scope()
	case m.v.focus == ComposerPart:
		return m.panes.talk.composer.Scope()
	case m.v.focus == TalkPart:
		return m.panes.talk.Scope()
	case m.v.focus == CustomerPart:
		return m.panes.customer.Scope()
	}
	return m.panes.queue.Scope()
}

// press judges a key by the table: it begins a sequence, is an action, or is text.
func (m *Model) press(msg tea.KeyPressMsg) tea.Cmd {
	m.desk.Active()
	scope := m.scope()
	m.keys.press++
	r := m.v.keys.Press(scope, m.keys.pending, msg.String())
	m.keys.pending, m.keys.follow, m.keys.since = r.Pending, r.Follow, m.v.now
	m.v.follow = nil
	m.screen.mark(footerPart, m.host())
	m.read()
	if r.Action != keymap.Send && r.Action != keymap.SendAnyway { // who sends has looked before
		m.v.drafts.witness.key(m.v.now)
	}
	switch {
	case r.Pending != nil:
		n := m.keys.press
		return tea.Tick(hintAfter, func(time.Time) tea.Msg { return hintDue{n} })
	case r.Action != "":
		return m.act(r.Action)
	case scope.Typing():
		return m.carryOut(m.typist().Type(msg.String(), msg.Text, &m.v))
	}
	return nil
}

// read takes a key as a sign that a grave notice was seen.
func (m *Model) read() {
	if m.v.notice.Grave && m.v.now.After(m.places.noticeUntil) {
		m.v.notice = Notice{}
	}
}

func (m *Model) paste(raw string) tea.Cmd {
	m.desk.Active()
	if !m.scope().Typing() {
		return nil
	}
	m.v.drafts.witness.key(m.v.now)
	m.screen.mark(footerPart, m.host())
	return m.carryOut(m.typist().Paste(raw, &m.v))
}

// typist is what text goes to; there is one whenever the scope is one for typing.
func (m *Model) typist() typist {
	switch {
	case m.panes.sheet != nil:
		return m.panes.sheet
	case m.v.focus == ComposerPart:
		return m.panes.talk.composer
	}
	return m.panes.queue
}

// pane is what has the focus.
func (m *Model) pane() Pane {
	switch {
	case m.panes.sheet != nil:
		return m.panes.sheet
	case m.v.focus == ComposerPart:
		return m.panes.talk.composer
	case m.v.focus == TalkPart:
		return m.panes.talk
	case m.v.focus == CustomerPart:
		return m.panes.customer
	case m.countsOnly():
		return m.panes.counts
	}
	return m.panes.queue
}

// act carries out an action: what is the same everywhere first, then what the
// pane with the focus makes of it.
func (m *Model) act(a keymap.Action) tea.Cmd {
	if i, ok := m.everywhere(a); ok {
		return m.carryOut(i)
	}
	if m.panes.sheet == nil {
		if i, ok := work(a, m.subject(), &m.v); ok {
			return m.carryOut(i)
		}
	}
	return m.carryOut(m.pane().Handle(a, &m.v))
}

// everywhere is what an action means wherever the focus is.
func (m *Model) everywhere(a keymap.Action) (Intent, bool) {
	switch a {
	case keymap.Quit:
		return Leave{}, true
	case keymap.Help:
		if m.panes.sheet != nil {
			return Close{}, true
		}
		return Ask{helpSheet(m.scope(), &m.v)}, true
	case keymap.Command:
		return Ask{newPrompt()}, true
	case keymap.Refresh:
		if m.v.focus == CustomerPart {
			return Refresh{}, true
		}
		return Reload{}, true
	}
	if m.panes.sheet != nil {
		return nil, false
	}
	return m.moves(a)
}

// moves are the actions that go somewhere.
func (m *Model) moves(a keymap.Action) (Intent, bool) {
	switch a {
	case keymap.PaneQueue:
		return Focus{QueuePart}, true
	case keymap.PaneTalk:
		return Focus{TalkPart}, true
	case keymap.PaneContext:
		return Focus{CustomerPart}, true
	case keymap.PaneNext:
		return Focus{m.beside(1)}, true
	case keymap.PanePrevious:
		return Focus{m.beside(-1)}, true
	case keymap.ToggleContext:
		return m.toggleContext(), true
	case keymap.Widen:
		return m.split(2), true
	case keymap.Narrow:
		return m.split(-2), true
	case keymap.NextPriority:
		return m.nextPriority(), true
	case keymap.NextOpen:
		return m.otherOpen(1), true
	case keymap.PreviousOpen:
		return m.otherOpen(-1), true
	case keymap.Search:
		return m.searchFrom()
	case keymap.Outbox:
		return Ask{newOutboxSheet(&m.v)}, true
	}
	return nil, false
}

// searchFrom opens the search over the queue from the other panes: letters that
// are meant for it must not be read as commands.
func (m *Model) searchFrom() (Intent, bool) {
	if m.v.focus == QueuePart || m.countsOnly() {
		return nil, false
	}
	m.panes.queue.search.begin()
	return Focus{QueuePart}, true
}

// toggleContext shows the customer's context where it is not seen: beside the
// conversation if there is room, else by going to it.
func (m *Model) toggleContext() Intent {
	wanted := m.screen.wish
	wanted.focus = m.v.focus
	_, _, _, seen := arrange(m.screen.size, wanted).find(CustomerPart)
	wanted.slide = !seen
	m.screen.wish.slide = !seen
	m.screen.all()
	if seen {
		if m.v.focus == CustomerPart {
			return Focus{TalkPart}
		}
		return nil
	}
	if _, _, _, fits := arrange(m.screen.size, wanted).find(CustomerPart); !fits {
		return Focus{CustomerPart}
	}
	return nil
}

// split moves the edge between the left pane and the others.
func (m *Model) split(by int) Intent {
	if m.v.focus != QueuePart {
		by = -by
	}
	m.screen.wish.split = clamp(m.screen.wish.split+by, -40, 60)
	m.screen.all()
	return nil
}

// beside is the next thing to go to with tab, in reading order.
func (m *Model) beside(by int) Part {
	order := []Part{QueuePart, TalkPart, ComposerPart, CustomerPart}
	if !m.composes() {
		order = []Part{QueuePart, TalkPart, CustomerPart}
	}
	for i, p := range order {
		if p == m.v.focus {
			return order[(i+by+len(order))%len(order)]
		}
	}
	return QueuePart
}

// composes reports whether there is a composer.
func (m *Model) composes() bool { return m.v.shown != "" && m.v.writes() }

// showHints tells what may follow, a moment after a sequence began.
func (m *Model) showHints(press int) {
	if press == m.keys.press && m.keys.pending != nil {
		m.v.follow = m.keys.follow
		m.screen.mark(footerPart)
	}
}

// forgetPending ends a sequence that nobody finished.
func (m *Model) forgetPending() {
	if m.keys.pending != nil && m.v.now.Sub(m.keys.since) > sequenceEnds {
		m.keys.pending, m.v.follow = nil, nil
		m.screen.mark(footerPart)
	}
}
