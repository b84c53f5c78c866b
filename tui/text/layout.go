package text

import (
	"strings"
	"unicode/utf8"
)

// Fit returns the line in at most width cells, ending in an ellipsis when
// something had to go.
func (l Line) Fit(width int, m Measure) Line {
	l = l.For(m)
	if l.Width(m) <= width {
		return l
	}
	if width <= 0 {
		return Line{altered: l.altered}
	}
	return measured(head(l.s, width-1, m)+ellipsis, l.altered)
}

// Pad returns the line in exactly width cells, text at the left.
func (l Line) Pad(width int, m Measure) Line {
	l = l.Fit(width, m)
	return l.spaced(0, width-l.Width(m))
}

// PadLeft returns the line in exactly width cells, text at the right, as
// figures are set.
func (l Line) PadLeft(width int, m Measure) Line {
	l = l.Fit(width, m)
	return l.spaced(width-l.Width(m), 0)
}

func (l Line) spaced(before, after int) Line {
	before, after = max(before, 0), max(after, 0)
	if before+after == 0 {
		return l
	}
	l.s = strings.Repeat(" ", before) + l.s + strings.Repeat(" ", after)
	l.cells += before + after
	l.wc += before + after
	return l
}

// head keeps the clusters of s that fit in width cells.
func head(s string, width int, m Measure) string {
	end := 0
	for end < len(s) {
		c := next(s[end:])
		if width -= c.width(m); width < 0 {
			break
		}
		end += len(c.s)
	}
	return s[:end]
}

// Wrap breaks the line into rows of at most width cells. Words stay whole
// when a row can hold them; spaces at a break are dropped. A character wider
// than the row is drawn as an ellipsis. A width below one gives no rows.
func (l Line) Wrap(width int, m Measure) []Line {
	if width < 1 {
		return nil
	}
	l = l.For(m)
	if l.Width(m) <= width {
		return []Line{l}
	}
	w := wrapper{width: width, m: m, altered: l.altered}
	for s := l.s; s != ""; {
		c := next(s)
		s = s[len(c.s):]
		w.add(c)
	}
	w.flush()
	return w.rows
}

// Wrap breaks every row of the block as [Line.Wrap] does.
func (b Block) Wrap(width int, m Measure) []Line {
	var rows []Line
	for _, l := range b.lines {
		rows = append(rows, l.Wrap(width, m)...)
	}
	return rows
}

// wrapper fills rows greedily: row is what is settled, word what may still
// move to the next row, gap how many spaces stand between them.
type wrapper struct {
	width   int
	m       Measure
	altered bool
	rows    []Line

	row, word                []byte
	rowCells, wordCells, gap int
}

func (w *wrapper) add(c cluster) {
	cells := c.width(w.m)
	if cells > w.width {
		c, cells = cluster{ellipsis, 1, 1}, 1
	}
	if c.s == " " {
		w.settle()
		w.gap++
		return
	}
	if cells > 1 && single(c.s) || w.wordCells == 2 && single(string(w.word)) {
		w.settle() // a row may end before or after an ideograph or an emoji
	}
	if w.rowCells+w.gap+w.wordCells+cells > w.width {
		w.makeRoom(cells)
	}
	w.word = append(w.word, c.s...)
	w.wordCells += cells
}

func single(s string) bool { return utf8.RuneCountInString(s) == 1 }

// makeRoom ends the row before the word, or the word itself when it has a row
// of its own and is still too long.
func (w *wrapper) makeRoom(cells int) {
	w.emit()
	if w.wordCells+cells > w.width {
		w.settle()
		w.emit()
	}
}

// settle moves the gap and the word onto the row; they are known to fit.
func (w *wrapper) settle() {
	if w.wordCells == 0 {
		return
	}
	for range w.gap {
		w.row = append(w.row, ' ')
	}
	w.row = append(w.row, w.word...)
	w.rowCells += w.gap + w.wordCells
	w.word, w.wordCells, w.gap = w.word[:0], 0, 0
}

// emit ends the row, if there is one; the spaces at the break go with it.
func (w *wrapper) emit() {
	if w.rowCells > 0 {
		w.rows = append(w.rows, measured(string(w.row), w.altered))
	}
	w.row, w.rowCells, w.gap = w.row[:0], 0, 0
}

func (w *wrapper) flush() {
	w.settle()
	w.emit()
	if len(w.rows) == 0 { // spaces only
		w.rows = append(w.rows, Line{altered: w.altered})
	}
}
