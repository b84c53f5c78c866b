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
// conversations, a thread the line before it in this one. After stale lines that
// is not known; the page that ends the staleness brings the line again.
func (t *thread) add(r wire.Record) {
	if t.stale {
		return
	}
	r.Prev = 0
	if n := len(t.lines); n > 0 {
		if t.lines[n-1].Seq >= r.Seq {
			return // the page that opened the conversation had it
		}
		r.Prev = t.lines[n-1].Seq
	}
	t.lines = append(t.lines, r)
}

// open takes the conversation's latest lines. Ours stay where they join them;
// ours that end before these begin make room, since nobody knows what lies between.
func (t *thread) open(page []wire.Record, more bool) {
	t.stale = false
	if len(page) == 0 {
		return
	}
	i, _ := t.find(page[0].Seq)
	j, _ := t.find(page[len(page)-1].Seq + 1)
	before, after := t.lines[:i], t.lines[j:]
	if i == 0 || before[i-1].Seq != page[0].Prev {
		before, t.more = nil, more
	}
	t.lines = slices.Concat(before, page, after)
}

// older takes an older page, unless it does not reach our first line.
func (t *thread) older(page []wire.Record, more bool) {
	if len(page) == 0 || len(t.lines) == 0 || page[0].Seq >= t.lines[0].Seq {
		return
	}
	i, overlaps := slices.BinarySearchFunc(page, t.lines[0], bySeq)
	if overlaps || page[i-1].Seq == t.lines[0].Prev {
		t.lines, t.more = slices.Concat(page[:i], t.lines), more
	}
}
