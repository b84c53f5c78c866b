package edit

import (
	"strings"

	"ventanilla/tui/text"
)

// wrapping is the text laid out for a width, kept until something changes.
type wrapping struct {
	s     string
	width int
	m     text.Measure
	ready bool
	rows  []span
}

// span is one row on screen: bytes from..to of the text.
type span struct{ from, to int }

// Rows returns the text wrapped to width cells; there is always one row.
func (b *Buffer) Rows(width int, m text.Measure) []text.Line {
	spans := b.wrap(width, m)
	rows := make([]text.Line, len(spans))
	for i, sp := range spans {
		rows[i] = text.Clean(b.s[sp.from:sp.to]).For(m)
		if rows[i].Width(m) > width { // spaces that hang over the edge, or one emoji that is wider
			rows[i] = text.Clean(strings.TrimRight(b.s[sp.from:sp.to], " ")).Fit(width, m)
		}
	}
	return rows
}

// Cursor says at which row and cell of [Buffer.Rows] the next character goes.
func (b *Buffer) Cursor(width int, m text.Measure) (row, column int) {
	spans := b.wrap(width, m)
	row = b.rowOf(spans)
	return row, min(b.columnOf(spans[row]), max(width-1, 0))
}

// rowOf finds the row of the cursor. Between two rows of one paragraph it is at
// the start of the second.
func (b *Buffer) rowOf(spans []span) int {
	for i := len(spans) - 1; i > 0; i-- {
		if b.at >= spans[i].from {
			return i
		}
	}
	return 0
}

func (b *Buffer) columnOf(sp span) int { return text.Clean(b.s[sp.from:b.at]).Width(b.wrapped.m) }

// vertical moves the cursor a row up or down, keeping its column. It reports
// whether there was such a row, so that the caller may leave the text.
func (b *Buffer) vertical(up bool) bool {
	if !b.wrapped.ready {
		return false
	}
	spans := b.wrap(b.wrapped.width, b.wrapped.m)
	row := b.rowOf(spans)
	if b.goal == 0 {
		b.goal = b.columnOf(spans[row]) + 1
	}
	if up {
		row--
	} else {
		row++
	}
	if row < 0 || row >= len(spans) {
		return false
	}
	b.at = b.atColumn(spans[row], b.goal-1)
	return true
}

func (b *Buffer) atColumn(sp span, column int) int {
	end := sp.to
	if end < len(b.s) && b.s[end] != '\n' && end > sp.from {
		end = b.before(end) // behind the last one is already the next row
	}
	for at, x := sp.from, 0; at < end; {
		c := cluster(b.s[at:])
		if x += b.cells(c); x > column {
			return at
		}
		at += len(c)
	}
	return end
}

func (b *Buffer) cells(c string) int {
	if len(c) == 1 {
		return 1
	}
	return text.Clean(c).Width(b.wrapped.m)
}

func (b *Buffer) wrap(width int, m text.Measure) []span {
	w := &b.wrapped
	if w.ready && w.s == b.s && w.width == width && w.m == m {
		return w.rows
	}
	*w = wrapping{s: b.s, width: width, m: m, ready: true, rows: w.rows[:0]}
	from := 0
	for {
		i := strings.IndexByte(b.s[from:], '\n')
		if i < 0 {
			b.wrapRow(from, len(b.s), max(width, 1))
			return w.rows
		}
		b.wrapRow(from, from+i, max(width, 1))
		from += i + 1
	}
}

// wrapRow breaks bytes from..to, which hold no newline, after spaces where it
// can. Spaces may hang over the edge, so that typing one moves nothing.
func (b *Buffer) wrapRow(from, to, width int) {
	start, brk, x, sinceBrk := from, from, 0, 0
	for at := from; at < to; {
		c := cluster(b.s[at:to])
		cells := b.cells(c)
		if c == " " {
			at++
			x++
			brk, sinceBrk = at, 0
			continue
		}
		if x+cells > width && at > start {
			if brk == start || sinceBrk+cells > width {
				brk, sinceBrk = at, 0
			}
			b.wrapped.rows = append(b.wrapped.rows, span{start, brk})
			start, x = brk, sinceBrk
		}
		at += len(c)
		x += cells
		sinceBrk += cells
	}
	b.wrapped.rows = append(b.wrapped.rows, span{start, to})
}
