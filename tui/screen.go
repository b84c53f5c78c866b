package tui

import (
	"slices"

	"ventanilla/tui/ink"

	tea "charm.land/bubbletea/v2"
)

// screen keeps what was drawn, part by part, so that a frame costs only what
// changed in it.
type screen struct {
	size  Size
	wish  wish
	plan  plan
	parts map[Part]drawn
	dirty map[Part]bool
	stale bool // something is dirty
	buf   []byte
	frame string
	title string
	// cursor is where the next character goes; x is -1 when nothing is written.
	x, y int
}

// drawn is a part as it was drawn last.
type drawn struct {
	size Size
	rows []string
}

// mark says that parts have to be drawn again.
func (s *screen) mark(parts ...Part) {
	if s.dirty == nil {
		s.dirty = make(map[Part]bool)
	}
	for _, p := range parts {
		s.dirty[p] = true
	}
	s.stale = true
}

// all says that everything has to be drawn again.
func (s *screen) all() {
	clear(s.parts)
	s.stale = true
}

// View implements [tea.Model]. It runs after every message, so it costs nothing
// when nothing changed.
func (m *Model) View() tea.View {
	if m.screen.stale {
		m.paint()
	}
	v := tea.NewView(m.screen.frame)
	v.AltScreen, v.ReportFocus = true, true
	v.WindowTitle = m.screen.title
	if m.screen.x >= 0 {
		v.Cursor = tea.NewCursor(m.screen.x, m.screen.y)
		v.Cursor.Blink = false
	}
	return v
}

func (m *Model) paint() {
	s := &m.screen
	s.wish.focus = m.v.focus
	p := arrange(s.size, s.wish)
	m.panes.talk.strip = true
	for _, part := range []Part{CustomerPart, customerLine} {
		if _, _, _, ok := p.find(part); ok {
			m.panes.talk.strip = false
		}
	}
	if s.parts == nil || !slices.EqualFunc(p, s.plan, slices.Equal) {
		s.parts = make(map[Part]drawn)
	}
	s.plan, s.x, s.y = p, -1, -1
	s.buf = s.buf[:0]
	for _, band := range p {
		columns := make([][]string, len(band))
		for i, c := range band {
			columns[i] = m.rows(c)
		}
		s.buf = ink.Join(s.buf, columns...)
	}
	s.frame = string(s.buf)
	m.placeCursor()
	m.lookOn()
	s.title = windowTitle(&m.v)
	clear(s.dirty)
	s.stale = false
}

// lookOn notes how far the conversation stands on the screen, for somebody who
// can see it.
func (m *Model) lookOn() {
	_, _, _, there := m.screen.plan.find(TalkPart)
	if !there || m.places.away || m.panes.sheet != nil {
		m.v.drafts.witness.covered()
		return
	}
	if m.v.shown != "" && m.panes.talk.newest > 0 {
		m.v.drafts.witness.drew(m.v.shown, m.panes.talk.newest, m.v.now)
	}
}

// rows draws a part, or gives it as it was drawn last. The sheet stands at the
// foot of the part it belongs to.
func (m *Model) rows(c cell) []string {
	d, ok := m.screen.parts[c.Part]
	if !ok || d.size != c.Size || m.screen.dirty[c.Part] {
		d = drawn{c.Size, m.draw(c)}
		m.screen.parts[c.Part] = d
	}
	if m.panes.sheet == nil || c.Part != m.sheetPart() {
		return d.rows
	}
	height := m.panes.sheet.Rows(c.Size, &m.v)
	sheet := m.panes.sheet.Draw(Size{c.Width, height}, &m.v)
	return slices.Concat(d.rows[:c.Height-height], sheet)
}

func (m *Model) draw(c cell) []string {
	v := &m.v
	switch c.Part {
	case QueuePart:
		if m.countsOnly() {
			return m.panes.counts.Draw(c.Size, v)
		}
		return m.panes.queue.Draw(c.Size, v)
	case TalkPart:
		return m.panes.talk.Draw(c.Size, v)
	case CustomerPart:
		return m.panes.customer.Draw(c.Size, v)
	case statusPart:
		return []string{drawStatus(c.Width, v)}
	case footerPart:
		return []string{m.panes.footer.draw(c.Width, v, m.scope(), m.subject())}
	case queueLine:
		return []string{drawQueueLine(c.Width, v)}
	case talkLine:
		return []string{drawTalkLine(c.Width, v)}
	case customerLine:
		return []string{drawCustomerLine(c.Width, v)}
	}
	return drawSmall(c.Size, m.panes.talk.composer, v)
}

// sheetPart is the part at whose foot a sheet stands: the one with the focus.
func (m *Model) sheetPart() Part {
	host := m.v.focus
	if _, ok := m.panes.sheet.(*prompt); ok {
		host = footerPart
	}
	if host == ComposerPart || isTall(m.panes.sheet) {
		host = TalkPart
	}
	for _, part := range []Part{host, m.v.focus, TalkPart, smallPart} {
		if _, _, _, ok := m.screen.plan.find(part); ok {
			return part
		}
	}
	return QueuePart
}

// isTall reports whether a sheet wants the room of the conversation.
func isTall(s Sheet) bool {
	switch s := s.(type) {
	case *linkSheet:
		return true
	case *picker:
		return s.tall
	}
	return false
}

// placeCursor finds where the next character goes, if something is written.
func (m *Model) placeCursor() {
	host, offset := m.host(), 0
	var t typist
	switch {
	case m.panes.sheet != nil:
		host = m.sheetPart()
		t = m.panes.sheet
	case m.v.focus == ComposerPart:
		t = m.panes.talk.composer
	case m.v.focus == QueuePart:
		t = m.panes.queue
	default:
		return
	}
	c, left, top, ok := m.screen.plan.find(host)
	x, y, on := t.Cursor()
	if !ok || !on {
		return
	}
	if m.panes.sheet != nil {
		offset = c.Height - m.panes.sheet.Rows(c.Size, &m.v)
	}
	if y+offset < c.Height && x < c.Width {
		m.screen.x, m.screen.y = left+x, top+offset+y
	}
}

// host is the part in which what has the focus is drawn.
func (m *Model) host() Part {
	if _, _, _, small := m.screen.plan.find(smallPart); small {
		return smallPart
	}
	if m.v.focus == ComposerPart {
		return TalkPart
	}
	return m.v.focus
}
