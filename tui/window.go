package tui

import "ventanilla/client/mirror"

// window shows a part of a conversation that may be very long. It knows its
// place by a line's seq, so lines that come before or after move nothing; only
// lines that are seen are ever laid out.
type window struct {
	seq   uint64 // the line at the top
	row   int    // rows of it that are above the window
	moved bool   // not at the end; at the end the window follows what comes
}

// tall gives the rows of line i. Lines beyond the conversation's are what still
// waits to be sent.
type tall func(i int) []string

// place is a row of a line.
type place struct{ line, row int }

// start returns where the window begins.
func (w *window) start(c mirror.Conversation, n, height int, rows tall) place {
	if w.moved {
		i, ok := c.Find(w.seq)
		if ok || i < n {
			return place{i, clamp(w.row, 0, len(rows(i))-1)}
		}
		w.moved = false
	}
	return back(place{n, 0}, height, rows)
}

// back goes up n rows, or to the first.
func back(p place, n int, rows tall) place {
	for p.row < n {
		n -= p.row
		if p.line == 0 {
			return place{0, 0}
		}
		p.line--
		p.row = len(rows(p.line))
	}
	return place{p.line, p.row - n}
}

// ahead goes down n rows, or to the end.
func ahead(p place, n, lines int, rows tall) place {
	for p.line < lines {
		if left := len(rows(p.line)) - p.row; n < left {
			return place{p.line, p.row + n}
		} else {
			n -= left
		}
		p = place{p.line + 1, 0}
	}
	return place{lines, 0}
}

// scroll moves the window by n rows, up when n is negative. It reports whether
// the top of what is here was reached.
func (w *window) scroll(c mirror.Conversation, n, height, by int, rows tall) (top bool) {
	p := w.start(c, n, height, rows)
	if by < 0 {
		p = back(p, -by, rows)
	} else {
		p = ahead(p, by, n, rows)
	}
	w.hold(c, p, n, height, rows)
	return p == place{}
}

// hold keeps the window at p, or at the end when nothing lies below it.
func (w *window) hold(c mirror.Conversation, p place, n, height int, rows tall) {
	end := back(place{n, 0}, height, rows)
	if p.line > end.line || p.line == end.line && p.row >= end.row || p.line >= c.Len() {
		w.moved = false
		return
	}
	w.seq, w.row, w.moved = c.Line(p.line).Seq, p.row, true
}

// fill returns the rows to show from p on and how many lines end below them.
func fill(p place, n, height int, rows tall) (shown []string, below int) {
	shown = make([]string, 0, height)
	for ; p.line < n && len(shown) < height; p = (place{p.line + 1, 0}) {
		rs := rows(p.line)[p.row:]
		if room := height - len(shown); len(rs) > room {
			return append(shown, rs[:room]...), n - p.line
		}
		shown = append(shown, rs...)
	}
	return shown, n - p.line
}
