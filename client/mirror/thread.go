package mirror

import (
	"cmp"
	"slices"

	"ventanilla/client/wire"
)

// thread holds the lines of an opened conversation, oldest first, without holes:
// in each line Prev is the seq of the line before.
type thread struct {
	lines []wire.Record
	more  bool // there are older lines at the desk
	// stale says that lines may be missing at the end: a snapshot jumped over the
	// records in between and the conversation has not been opened again since.
	stale bool
}

func (t *thread) find(seq uint64) (int, bool) {
	return slices.BinarySearchFunc(t.lines, seq, func(r wire.Record, seq uint64) int {
		return cmp.Compare(r.Seq, seq)
	})
}

// add appends a line from the feed. A feed names the record before it among all
// conversations, a thread the line before it in this one.
func (t *thread) add(r wire.Record) {
	r.Prev = 0
	if n := len(t.lines); n > 0 {
		if t.lines[n-1].Seq >= r.Seq {
			return // the page that opened the conversation had it
		}
		r.Prev = t.lines[n-1].Seq
	}
	t.lines = append(t.lines, r)
}

// merge joins a page with the lines there are. Where page and lines do not touch
// nobody knows what lies between, so only one of them can stay: an older page
// that does not reach our first line is left out, lines that end before a newer
// page begins make room for it.
func (t *thread) merge(page []wire.Record, more bool) {
	if len(page) == 0 {
		return
	}
	first, last := page[0], page[len(page)-1]
	if len(t.lines) > 0 && last.Seq < t.lines[0].Seq {
		if t.lines[0].Prev == last.Seq {
			t.lines, t.more = slices.Concat(page, t.lines), more
		}
		return
	}
	t.stale = false
	i, _ := t.find(first.Seq)
	j, found := t.find(last.Seq)
	if found {
		j++
	}
	before, after := t.lines[:i], t.lines[j:]
	if i == 0 || before[i-1].Seq != first.Prev {
		before, t.more = nil, more
	}
	t.lines = slices.Concat(before, page, after)
}
