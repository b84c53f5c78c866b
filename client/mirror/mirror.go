// Package mirror folds what a desk sends into the state a client shows. It is
// not a cache with opinions: it neither asks nor waits, has no locks, no
// goroutines and no clock. Whoever owns a Mirror applies the frames in the order
// they came and reads it through a [View].
package mirror

import (
	"maps"
	"slices"
	"strings"
	"time"

	"ventanilla/client/wire"
)

// Mirror is one client's copy of what it may see of a desk.
type Mirror struct {
	cursor       Cursor
	me           wire.Agent
	can          map[string]bool
	workspace    string
	dispositions []string
	ready        bool // a whole snapshot was shown once
	staff        staff
	entries      map[wire.ConversationID]*entry
	table        table
	signs        map[wire.ConversationID]signs
	viewers      map[wire.ConversationID][]wire.Viewer
	words        words
	epoch        string // of the log that the lines are of
	aside        *aside // the snapshot that is arriving
}

// aside is a snapshot in the making. What is shown stays as it is until it is
// whole, but for the very first one, when nothing is shown yet.
type aside struct {
	staff   staff
	entries map[wire.ConversationID]*entry
}

// New returns a mirror that knows nothing and waits for a welcome and a snapshot.
func New() *Mirror {
	return &Mirror{
		entries: make(map[wire.ConversationID]*entry),
		signs:   make(map[wire.ConversationID]signs),
		viewers: make(map[wire.ConversationID][]wire.Viewer),
		words:   make(words),
	}
}

// At is the position everything shown is complete through.
func (m *Mirror) At() wire.Position { return m.cursor.At() }

// Welcome starts a connection: who I am and what I may do. What is shown stays;
// half a snapshot from the connection before is thrown away.
func (m *Mirror) Welcome(w wire.Welcome) {
	m.aside = nil
	m.Alone()
	_ = m.cursor.Welcome(w) // a resume we cannot follow makes every Feed a gap
	same := m.me.ID == w.You.ID
	m.me = w.You
	m.can = make(map[string]bool, len(w.Can))
	for _, name := range w.Can {
		m.can[name] = true
	}
	m.workspace, m.dispositions = w.Name, w.Dispositions
	if !same {
		m.sort()
	}
}

// Snapshot takes a part of a snapshot. The state is swapped in whole with the
// last part, so nothing that is shown goes meanwhile; only when nothing was ever
// shown whole the parts are shown as they come, most important first, and
// [View.Ready] says that it is not all. Lines of opened conversations stay,
// marked stale until the conversation is opened again, and go with a conversation
// that went, or all of them with a log that was replaced.
func (m *Mirror) Snapshot(s wire.Snapshot) {
	counts, err := m.cursor.Snapshot(s)
	if err != nil {
		m.aside = nil
	}
	if !counts {
		return
	}
	if m.aside == nil {
		m.aside = &aside{entries: make(map[wire.ConversationID]*entry)}
	}
	m.aside.staff.add(s.Agents, s.Queues)
	for _, summary := range s.Conversations {
		m.words.share(&summary)
		m.aside.entries[summary.ID] = &entry{Summary: summary}
	}
	switch {
	case s.Last:
		m.swap()
	case !m.ready:
		m.preview()
	}
}

// preview shows the part that is here of the first snapshot. It waits until that
// has doubled, because each time all is sorted anew; so what a link that broke
// had brought stays until the next one has brought more.
func (m *Mirror) preview() {
	if len(m.aside.entries) < max(1, 2*len(m.entries)) {
		return
	}
	m.entries, m.staff = maps.Clone(m.aside.entries), m.aside.staff
	m.sort()
}

func (m *Mirror) swap() {
	replaced := m.epoch != m.cursor.At().Epoch
	m.epoch = m.cursor.At().Epoch
	for id, old := range m.entries {
		if e, still := m.aside.entries[id]; still && old.thread != nil {
			e.thread = old.thread
			e.thread.stale = true
			if replaced { // the same seq is another line in another log
				e.thread.lines, e.thread.more = nil, true
			}
		}
	}
	m.entries, m.staff = m.aside.entries, m.aside.staff
	m.aside, m.ready = nil, true
	if i := m.staff.find(m.me.ID); i >= 0 {
		m.me = m.staff.agents[i]
	}
	clear(m.signs)
	m.sort()
}

func (m *Mirror) sort() {
	for _, e := range m.entries {
		e.key = m.keyOf(&e.Summary)
	}
	m.table.build(m.entries)
}

// Feed applies the records that are new and moves the position. It applies
// nothing and returns [ErrGap] when one is missing before them.
func (m *Mirror) Feed(f wire.Feed) error {
	fresh, err := m.cursor.Feed(f)
	if err != nil {
		return err
	}
	for _, r := range fresh {
		m.apply(r)
	}
	return nil
}

func (m *Mirror) apply(r wire.Record) {
	switch e := r.Event.(type) {
	case wire.PresenceChanged:
		m.staff.presence(e, r.At)
		if e.Agent == m.me.ID {
			m.me.State, m.me.Reason, m.me.Since = e.State, e.Reason, r.At
		}
	case wire.QueueChanged:
		m.staff.add(nil, []wire.Queue{e.Queue})
	case wire.StaffChanged:
		m.staff.change(e)
		if e.Agent.ID == m.me.ID {
			m.me = e.Agent
		}
	case wire.Gone:
		m.drop(e.Conversation)
	default:
		m.fold(r)
	}
}

func (m *Mirror) drop(id wire.ConversationID) {
	if e, ok := m.entries[id]; ok {
		m.table.move(e, key{tab: nowhere})
		delete(m.entries, id)
	}
	delete(m.signs, id)
	delete(m.viewers, id)
}

// fold changes one conversation. An event about one that was never shown has
// nothing to change: what brings a conversation into view carries its summary.
func (m *Mirror) fold(r wire.Record) {
	id, about := wire.About(r.Event)
	if !about {
		return
	}
	e, known := m.entries[id]
	if !known {
		switch r.Event.(type) {
		case wire.Opened, wire.Appeared:
			e = &entry{key: key{tab: nowhere}}
			m.entries[id] = e
		default:
			return
		}
	}
	e.Fold(r.Seq, r.At, r.Event)
	m.settle(e, r.Event)
	m.table.move(e, m.keyOf(&e.Summary))
	if e.thread != nil && wire.InTimeline(r.Event) {
		e.thread.add(r)
	}
}

// settle does what folding does not: a message ends its author's typing, and a
// summary does not hold on to more text than it shows.
func (m *Mirror) settle(e *entry, ev wire.Event) {
	said, ok := ev.(wire.Said)
	if !ok {
		m.words.share(&e.Summary)
		return
	}
	m.stopped(said)
	if len(e.Last.Text) < len(said.Text) {
		e.Last.Text = strings.Clone(e.Last.Text)
	}
}

// Timeline merges a page of a conversation. One that reaches to where the feed is
// holds the latest lines and opens the conversation; any other is an older page
// and counts only where it joins the lines there are, so that they never have a
// hole between them. Lines that are there already are not doubled.
func (m *Mirror) Timeline(t wire.Timeline) {
	page := t.Records
	if !slices.IsSortedFunc(page, bySeq) {
		page = slices.SortedFunc(slices.Values(page), bySeq)
	}
	e, known := m.entries[t.Summary.ID]
	if t.UpTo < m.cursor.At().Seq {
		if known && e.thread != nil {
			e.thread.older(page, t.More)
		}
		return
	}
	if !known {
		e = &entry{key: key{tab: nowhere}}
		m.entries[t.Summary.ID] = e
	}
	e.Summary = t.Summary
	m.words.share(&e.Summary)
	m.table.move(e, m.keyOf(&e.Summary))
	if e.thread == nil {
		e.thread = &thread{more: t.More}
	}
	e.thread.open(page, t.More)
}

// Forget ends what [Mirror.Timeline] began: the lines go, the summary stays.
func (m *Mirror) Forget(id wire.ConversationID) {
	if e, ok := m.entries[id]; ok {
		e.thread = nil
	}
}

// Typing notes that somebody writes; the sign holds for [wire.TypingLasts] after
// now or until their message comes. My own typing is not shown to me.
func (m *Mirror) Typing(t wire.Typing, now time.Time) {
	if t.By == wire.ByAgent && t.Agent == m.me.ID {
		return
	}
	m.sign(t, now)
}
