package tui

import (
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

// list is what the pane lists: a tab, or what the filter leaves of it.
type list struct {
	view     mirror.View
	rows     mirror.Rows
	filtered []wire.ConversationID // used when only is set
	only     bool
}

func (q *queue) list(v *look) list {
	l := list{view: v.View, rows: v.Rows(q.tab, q.order)}
	if q.search.open && !q.search.words.Empty() {
		l.only, l.filtered = true, q.search.filter(l.rows, filterKey{q.search.words.Text(), v.At(), q.tab, q.order})
	}
	return l
}

func (l list) len() int {
	if l.only {
		return len(l.filtered)
	}
	return l.rows.Len()
}

func (l list) at(i int) wire.Summary {
	if l.only {
		if c, ok := l.view.Conversation(l.filtered[i]); ok {
			return c.Summary()
		}
		return wire.Summary{ID: l.filtered[i]}
	}
	return l.rows.At(i)
}

func (l list) index(id wire.ConversationID) (int, bool) {
	if !l.only {
		return l.rows.Index(id)
	}
	for i, f := range l.filtered {
		if f == id {
			return i, true
		}
	}
	return 0, false
}

// place finds the cursor. When its conversation is gone from the list the place
// is remembered and nothing is selected, so no key acts on what slid under it.
func (q *queue) place(l list) (at int, here bool) {
	if i, ok := l.index(q.selected); ok && q.selected != "" {
		return i, true
	}
	return clamp(q.index, 0, max(0, l.len()-1)), false
}

func (q *queue) selectAt(l list, i int) {
	if l.len() == 0 {
		return
	}
	q.index = clamp(i, 0, l.len()-1)
	q.selected = l.at(q.index).ID
}
