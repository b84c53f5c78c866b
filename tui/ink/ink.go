// Package ink draws rows of cells: text in a style, cut and padded so that a
// row is exactly as wide as asked, whatever it holds. A style is turned into
// its bytes once, so that drawing a row costs a copy and not a renderer.
// It knows no panes, no colours of its own and nothing of where rows end up.
package ink

import (
	"strings"

	"ventanilla/tui/text"

	"charm.land/lipgloss/v2"
)

const (
	reset  = "\x1b[m"
	spaces = "                                                                "
)

// Pen is a style as the bytes that begin it. The zero Pen is the terminal's
// own style.
type Pen struct{ on string }

// NewPen keeps of a style what applies to single cells: colours and
// attributes. Sizes, margins and borders are the work of [Row].
func NewPen(s lipgloss.Style) Pen {
	on, _, _ := strings.Cut(s.Inline(true).Render("x"), "x")
	return Pen{on}
}

// Row fills one row from the left. Start begins it, Put and Pad add to it, End
// pads what is left and gives it back. The zero Row is ready for Start and may
// be used for any number of rows, one after the other.
type Row struct {
	b    []byte
	left int
	m    text.Measure
	pen  Pen
}

// Start begins a row of width cells.
func (r *Row) Start(width int, m text.Measure) {
	r.b, r.left, r.m, r.pen = r.b[:0], max(width, 0), m, Pen{}
}

// Left is how many cells are still free.
func (r *Row) Left() int { return r.left }

// Put adds text, cut with an ellipsis where the row ends.
func (r *Row) Put(p Pen, l text.Line) { r.PutIn(p, l, r.left) }

// PutIn adds text in at most width cells.
func (r *Row) PutIn(p Pen, l text.Line, width int) {
	l = l.Fit(min(width, r.left), r.m)
	r.write(p, l.String())
	r.left -= l.Width(r.m)
}

// Column adds text in exactly width cells, at the left of them.
func (r *Row) Column(p Pen, l text.Line, width int) {
	width = min(width, r.left)
	before := r.left
	r.PutIn(p, l, width)
	r.Pad(p, width-(before-r.left))
}

// Figure adds text in exactly width cells, at the right of them.
func (r *Row) Figure(p Pen, l text.Line, width int) {
	width = min(width, r.left)
	l = l.Fit(width, r.m)
	r.Pad(p, width-l.Width(r.m))
	r.PutIn(p, l, width)
}

// Glyphs adds marks of ours, each one cell wide; those that do not fit are left out.
func (r *Row) Glyphs(p Pen, s string) {
	for i, c := range s {
		if r.left == 0 {
			return
		}
		r.write(p, s[i:i+len(string(c))])
		r.left--
	}
}

// Repeat adds a mark of ours n times.
func (r *Row) Repeat(p Pen, mark string, n int) {
	for range min(n, r.left) {
		r.write(p, mark)
		r.left--
	}
}

// Pad adds n spaces.
func (r *Row) Pad(p Pen, n int) {
	n = min(n, r.left)
	for n > 0 {
		k := min(n, len(spaces))
		r.write(p, spaces[:k])
		r.left -= k
		n -= k
	}
}

// Row adds a row that is finished and cells wide.
func (r *Row) Row(finished string, cells int) {
	if r.pen.on != "" {
		r.b = append(r.b, reset...)
	}
	r.pen = Pen{}
	r.b = append(r.b, finished...)
	r.left -= cells
}

// Grow makes the row n cells wider than it was begun.
func (r *Row) Grow(n int) { r.left += n }

// To pads until width cells are left.
func (r *Row) To(p Pen, left int) { r.Pad(p, r.left-left) }

// End pads the row and returns it.
func (r *Row) End(p Pen) string {
	r.Pad(p, r.left)
	if r.pen.on != "" {
		r.b = append(r.b, reset...)
	}
	return string(r.b)
}

func (r *Row) write(p Pen, s string) {
	if s == "" {
		return
	}
	if p != r.pen {
		if r.pen.on != "" {
			r.b = append(r.b, reset...)
		}
		r.b = append(r.b, p.on...)
		r.pen = p
	}
	r.b = append(r.b, s...)
}

// Blank is an empty row of width cells.
func Blank(p Pen, width int) string {
	var r Row
	r.Start(width, text.Graphemes)
	return r.End(p)
}

// Join writes columns of rows side by side into b, which it returns. All
// columns must be equally tall; their rows are taken to be exactly filled.
func Join(b []byte, columns ...[]string) []byte {
	if len(columns) == 0 {
		return b
	}
	for y := range columns[0] {
		if len(b) > 0 {
			b = append(b, '\n')
		}
		for _, c := range columns {
			b = append(b, c[y]...)
		}
	}
	return b
}
