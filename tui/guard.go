package tui

import (
	"time"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/keymap"
	"ventanilla/tui/edit"
	"ventanilla/tui/ink"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// guard holds a reply back that the desk refused because there were lines its
// writer had not seen. The text is in the draft; the guard shows the difference
// above it until the agent decides.
type guard struct {
	after  uint64 // the newest line that had been seen
	newest uint64 // the desk knows of lines up to here
	shown  uint64 // how far the difference stood on the screen; 0: it did not
	read   uint64 // how far it did before the last of it came; 0: it came at once
	from   time.Time
	liner  liner
}

// drew notes how far the difference stands on the screen.
func (g *guard) drew(last uint64, now time.Time) {
	if last == g.shown {
		return
	}
	if !now.Before(g.from.Add(readingTime)) {
		g.read = g.shown
	}
	g.shown, g.from = last, now
}

// seen is how far the difference was seen by who presses a key now. What has only
// just joined it was not.
func (g *guard) seen(now time.Time) uint64 {
	if g.read > 0 && now.Before(g.from.Add(readingTime)) {
		return g.read
	}
	return g.shown
}

// stale holds back a reply that the desk refused so.
func (d *drafts) stale(r wire.Reply, newest uint64) {
	g, ok := d.guards[r.Conversation]
	if !ok {
		g = &guard{after: r.Seen}
		d.guards[r.Conversation] = g
	}
	g.after, g.newest, g.shown, g.read = min(g.after, r.Seen), max(g.newest, newest), 0, 0
}

// guard is what holds the text in front of the agent back; nil when nothing does.
func (v *look) guard() *guard {
	key, _ := v.writing()
	if key.Kind != ReplyKind || v.editing() != nil {
		return nil
	}
	return v.drafts.guards[key.Conversation]
}

// writing is the text that the composer shows: one that waits and is edited, or
// the draft of the shown conversation.
func (v *look) writing() (DraftKey, *edit.Buffer) {
	if e := v.editing(); e != nil {
		return e.key, &e.buffer
	}
	key := v.drafts.current(v.shown)
	return key, v.drafts.of(key)
}

// news are the lines that came after what had been seen and are not the agent's
// own; ok is false while some are missing.
func (g *guard) news(v *look) (lines []int, c mirror.Conversation, ok bool) {
	c, known := v.Conversation(v.shown)
	if !known || !c.Opened() || c.Stale() || c.Len() == 0 || c.Line(c.Len()-1).Seq < g.newest {
		return nil, c, false
	}
	i, found := c.Find(g.after)
	if found {
		i++
	}
	for ; i < c.Len(); i++ {
		if !own(c.Line(i).Event, v.Me().ID) {
			lines = append(lines, i)
		}
	}
	return lines, c, true
}

// own reports whether an agent did what a line tells.
func own(e wire.Event, me wire.AgentID) bool {
	switch e := e.(type) {
	case wire.Said:
		return e.By == wire.ByAgent && e.Agent == me
	case wire.Noted:
		return e.Agent == me
	case wire.Routed:
		return e.By == me
	case wire.StatusChanged:
		return e.By == me
	}
	return false
}

// rows lays the difference out.
func (g *guard) rows(width int, v *look) []string {
	g.liner.v, g.liner.width = v, max(1, width)
	lines, c, ok := g.news(v)
	if !ok {
		return g.liner.plain(v.pens.plain.quiet, v.say(words.GuardLoading))
	}
	var out []string
	for n, i := range lines {
		s := shapeOf(c, i, 0, v)
		s.head, s.mark = s.head || n == 0 || lines[n-1] != i-1, false
		out = append(out, g.liner.rows(c.Line(i), s)...)
	}
	if s := c.Summary(); s.Agent != "" && s.Agent != v.Me().ID {
		out = append(out, g.liner.plain(v.pens.plain.warn, v.with(words.GuardTaken, words.Args{
			"Name": v.name(s.Agent).String(), "Flip": v.keys.Key(keymap.Composer, keymap.Flip)}))...)
	}
	return out
}

// draw puts the end of the difference into a number of rows of a frame.
func (g *guard) draw(out *canvas, b border, room int, v *look) {
	all := g.rows(out.size.Width-4, v)
	if above := len(all) - room; above > 0 && room > 1 {
		out.inside(b)
		out.Pad(out.ground, 1)
		out.Put(v.pens.plain.quiet, text.Clean(v.words.Count(words.GuardAbove, above+1)))
		out.outside(b, out.ground)
		all = all[above+1:]
	} else if above > 0 {
		all = all[above:]
	}
	for _, r := range all {
		out.framed(b, r)
	}
	if _, c, ok := g.news(v); ok && room > 0 {
		g.drew(c.Line(c.Len()-1).Seq, v.now)
	}
}

// plain is a line of ours, wrapped.
func (l *liner) plain(p ink.Pen, line text.Line) []string {
	l.begin(Size{l.width, 0}, l.v)
	for _, row := range line.Wrap(l.width, l.m) {
		l.open()
		l.Put(p, row)
		l.shut(l.ground)
	}
	return l.canvas.rows
}

// sendAnyway lets what was held back leave as it is.
func (m *Model) sendAnyway() {
	key, draft := m.v.writing()
	g := m.v.guard()
	switch {
	case g == nil || draft.Empty():
		return
	case g.shown == 0:
		m.tell(Notice{Text: m.v.words.Say(words.GuardUnseen)})
		return
	case m.tooLong(draft):
		return
	}
	seen := g.seen(m.v.now)
	m.v.drafts.witness.saw(key.Conversation, seen)
	m.leaves(key, wire.Reply{Conversation: key.Conversation, Text: draft.Text(), Seen: seen, Anyway: true})
}

// reconsider takes the agent back to the text: what was shown counts as seen.
func (m *Model) reconsider() {
	if g := m.v.guard(); g != nil {
		m.v.drafts.witness.saw(m.v.shown, g.seen(m.v.now))
		delete(m.v.drafts.guards, m.v.shown)
	}
}

// heldBack says that the desk refused a reply as written before newer lines.
func (m *Model) heldBack(r wire.Reply, newest uint64) {
	m.v.drafts.stale(r, newest)
	note := DraftKey{r.Conversation, NoteKind}
	if m.v.drafts.of(note).Empty() {
		m.v.drafts.kinds[r.Conversation] = ReplyKind
	}
	if r.Conversation == m.v.shown && m.v.drafts.current(r.Conversation).Kind == ReplyKind {
		return // the composer shows it
	}
	name := text.Name(string(r.Conversation))
	if c, ok := m.v.Conversation(r.Conversation); ok {
		name = text.Name(c.Summary().Customer)
	}
	m.tell(Notice{m.v.words.With(words.GuardElsewhere, words.Args{"Name": name.String()}), true})
}

// previewCells is how much of a line a notice quotes.
const previewCells = 40

// unresolved says what is new in a conversation that the desk did not resolve, and
// reports whether that is known here.
func (m *Model) unresolved(r wire.Resolve, newest uint64) bool {
	c, ok := m.v.Conversation(r.Conversation)
	if !ok {
		return false
	}
	s := c.Summary()
	said := wire.Event(wire.Said{By: s.Last.By, Text: s.Last.Text})
	if i, here := c.Find(newest); here {
		said = c.Line(i).Event
	} else if s.Last.Seq != newest || s.Last.By != wire.ByCustomer {
		return false
	}
	who, quote := text.Name(s.Customer), ""
	switch e := said.(type) {
	case wire.Noted:
		who, quote = m.v.name(e.Agent), e.Text
	case wire.Said:
		if quote = e.Text; e.By == wire.ByAgent {
			who = m.v.name(e.Agent)
		}
	}
	short := []rune(text.Clean(quote).String())
	if len(short) > previewCells {
		short = append(short[:previewCells], '…')
	}
	m.tell(Notice{m.v.words.With(words.ResolveStale, words.Args{"Who": who.String(), "Text": string(short)}), true})
	return true
}
