package mirror

import (
	"cmp"
	"slices"

	"ventanilla/client/wire"
)

// Tab is one of the lists a conversation can stand in. A conversation stands in
// one of them, or in none when it is resolved.
type Tab int8

// The tabs.
const (
	Mine       Tab = iota // open and in my charge
	Unassigned            // open and in nobody's charge
	Team                  // open and in a colleague's charge
	Snoozed               // put aside, whoever has it
	tabs           = iota
	nowhere    Tab = -1
)

// Order is how the rows of a tab are sorted. Both orders are total: ties are
// broken by id, so rows never swap by themselves.
type Order int8

// The orders.
const (
	// ByWaiting puts the longest wait first. Those who wait for nothing come after,
	// the newest activity first.
	ByWaiting Order = iota
	// ByPriority puts the highest priority first and sorts equals by waiting.
	ByPriority
	orders = iota
)

// entry is a conversation as the mirror keeps it. The rows are sorted by key,
// which changes only when the entry is moved to where the new key belongs.
type entry struct {
	wire.Summary
	key    key
	thread *thread // nil: not opened
}

// key is what decides in which tab and where in it a conversation stands.
type key struct {
	waiting  wire.Millis
	active   wire.Millis
	tab      Tab
	priority wire.Priority
}

func (m *Mirror) keyOf(s *wire.Summary) key {
	return key{s.Waiting, max(s.Last.At, s.Created), m.tabOf(s), s.Priority}
}

func (m *Mirror) tabOf(s *wire.Summary) Tab {
	switch {
	case s.Status == wire.Snoozed:
		return Snoozed
	case s.Status != wire.Open:
		return nowhere
	case s.Agent == "":
		return Unassigned
	case s.Agent == m.me.ID:
		return Mine
	}
	return Team
}

// compare orders a before b when it is negative.
func (o Order) compare(a, b key, aID, bID wire.ConversationID) int {
	if o == ByPriority && a.priority != b.priority {
		return cmp.Compare(b.priority, a.priority)
	}
	switch {
	case a.waiting != 0 && b.waiting != 0 && a.waiting != b.waiting:
		return cmp.Compare(a.waiting, b.waiting)
	case a.waiting != 0 && b.waiting == 0:
		return -1
	case a.waiting == 0 && b.waiting != 0:
		return 1
	case a.waiting == 0 && a.active != b.active:
		return cmp.Compare(b.active, a.active)
	}
	return cmp.Compare(aID, bID)
}

// table holds the rows of every tab in every order.
type table [tabs][orders][]*entry

// find returns where in rows a conversation with this key stands or would stand.
func (o Order) find(rows []*entry, k key, id wire.ConversationID) (int, bool) {
	return slices.BinarySearchFunc(rows, k, func(e *entry, k key) int {
		return o.compare(e.key, k, e.ID, id)
	})
}

// build sorts everything anew, which costs less than inserting one by one.
func (t *table) build(entries map[wire.ConversationID]*entry) {
	for tab := range t {
		t[tab] = [orders][]*entry{}
	}
	for _, e := range entries {
		if e.key.tab != nowhere {
			t[e.key.tab][0] = append(t[e.key.tab][0], e)
		}
	}
	for tab := range t {
		for o := range Order(orders) {
			if o > 0 {
				t[tab][o] = slices.Clone(t[tab][0])
			}
			slices.SortFunc(t[tab][o], func(a, b *entry) int {
				return o.compare(a.key, b.key, a.ID, b.ID)
			})
		}
	}
}

// move gives e its new key and puts it where that belongs. Within a tab only the
// rows between the old place and the new one shift.
func (t *table) move(e *entry, to key) {
	from := e.key
	if from == to {
		return
	}
	for o := range Order(orders) {
		switch {
		case from.tab == to.tab && to.tab != nowhere:
			o.shift(t[to.tab][o], e, to)
		default:
			t.remove(e, o)
			t.insert(e, to, o)
		}
	}
	e.key = to
}

func (o Order) shift(rows []*entry, e *entry, to key) {
	i, _ := o.find(rows, e.key, e.ID)
	j, _ := o.find(rows, to, e.ID)
	if j > i {
		j-- // e itself leaves from before j
		copy(rows[i:j], rows[i+1:j+1])
	} else {
		copy(rows[j+1:i+1], rows[j:i])
	}
	rows[j] = e
}

func (t *table) remove(e *entry, o Order) {
	if e.key.tab == nowhere {
		return
	}
	rows := &t[e.key.tab][o]
	if i, ok := o.find(*rows, e.key, e.ID); ok {
		*rows = slices.Delete(*rows, i, i+1)
	}
}

func (t *table) insert(e *entry, k key, o Order) {
	if k.tab == nowhere {
		return
	}
	rows := &t[k.tab][o]
	i, _ := o.find(*rows, k, e.ID)
	*rows = slices.Insert(*rows, i, e)
}

// Rows are the conversations of one tab in one order. They are valid until the
// mirror changes; asking the [View] again costs nothing.
type Rows struct {
	m     *Mirror
	rows  []*entry
	tab   Tab
	order Order
}

// Len is how many rows there are.
func (r Rows) Len() int { return len(r.rows) }

// At returns row i, counting from 0. Its Tags are shared and must not be changed.
func (r Rows) At(i int) wire.Summary { return r.rows[i].Summary }

// Index returns the row of a conversation, so that a cursor can stay on it while
// rows move.
func (r Rows) Index(id wire.ConversationID) (int, bool) {
	e, ok := r.m.entries[id]
	if !ok || e.key.tab != r.tab {
		return 0, false
	}
	return r.order.find(r.rows, e.key, id)
}
