package tui

import (
	"ventanilla/tui/ink"
	"ventanilla/tui/text"
)

// border is the look of a pane's frame. A pane with the focus and a note have
// heavier lines, so that neither is told by its colour alone.
type border struct {
	pen                                  ink.Pen
	across, down                         string
	topLeft, topRight, lowLeft, lowRight string
	teeLeft, teeRight                    string
}

func lightBorder(p ink.Pen) border {
	return border{p, "─", "│", "╭", "╮", "╰", "╯", "├", "┤"}
}

func heavyBorder(p ink.Pen) border {
	return border{p, "━", "┃", "┏", "┓", "┗", "┛", "┣", "┫"}
}

// seg is a piece of text with its pen.
type seg struct {
	pen  ink.Pen
	line text.Line
}

// canvas collects the rows of one drawing. Its rows are as wide as its width.
type canvas struct {
	ink.Row
	size   Size
	m      text.Measure
	ground ink.Pen // of cells where nothing is
	rows   []string
}

// begin starts a drawing of a size; rows of the one before are not touched.
func (c *canvas) begin(s Size, v *look) {
	c.size, c.m, c.ground = s, v.measure, v.pens.plain.ink
	c.rows = make([]string, 0, max(s.Height, 0))
}

// open starts a row.
func (c *canvas) open() { c.Start(c.size.Width, c.m) }

// shut ends a row and keeps it.
func (c *canvas) shut(p ink.Pen) { c.rows = append(c.rows, c.End(p)) }

// inside starts a row of a framed pane. The cell of the border at its right is
// out of reach until outside, so that no text can run over it.
func (c *canvas) inside(b border) {
	c.Start(c.size.Width-1, c.m)
	c.Glyphs(b.pen, b.down)
}

// outside ends a row of a framed pane.
func (c *canvas) outside(b border, p ink.Pen) {
	c.To(p, 0)
	c.Grow(min(c.size.Width, 1))
	c.Glyphs(b.pen, b.down)
	c.shut(b.pen)
}

// top draws the upper edge with a title at the left and a label at the right.
func (c *canvas) top(b border, title []seg, label seg) {
	c.edge(b, b.topLeft, b.topRight, title, label)
}

// tee draws an edge between two parts of one pane.
func (c *canvas) tee(b border, title []seg, label seg) {
	c.edge(b, b.teeLeft, b.teeRight, title, label)
}

// bottom draws the lower edge.
func (c *canvas) bottom(b border, title []seg, label seg) {
	c.edge(b, b.lowLeft, b.lowRight, title, label)
}

func (c *canvas) edge(b border, left, right string, title []seg, label seg) {
	c.open()
	c.Glyphs(b.pen, left)
	room := label.line.Width(c.m) // the label goes first when there is no room for both
	if room > 0 {
		room += 3
	}
	beside := 2 // the corner and a stroke
	if len(title) > 0 {
		beside = 12
	}
	if c.Left() < room+beside {
		room = 0
	}
	if len(title) > 0 {
		c.Glyphs(b.pen, b.across)
		c.Glyphs(b.pen, " ")
		for _, s := range title {
			c.PutIn(s.pen, s.line, c.Left()-room-3)
		}
		c.Glyphs(b.pen, " ")
	}
	if room > 0 {
		c.Repeat(b.pen, b.across, c.Left()-room-1)
		c.Glyphs(b.pen, " ")
		c.Put(label.pen, label.line)
		c.Glyphs(b.pen, " ")
	}
	c.Repeat(b.pen, b.across, c.Left()-1)
	c.Glyphs(b.pen, right)
	c.shut(b.pen)
}

// finish pads or cuts to exactly the height asked for.
func (c *canvas) finish() []string {
	h := max(c.size.Height, 0)
	for len(c.rows) < h {
		c.rows = append(c.rows, ink.Blank(c.ground, c.size.Width))
	}
	return c.rows[:h]
}

// framed puts a finished row between the borders of a pane. The row is four
// cells narrower than the pane: the borders and a space inside each.
func (c *canvas) framed(b border, row string) {
	c.inside(b)
	c.Pad(c.ground, 1)
	if c.size.Width > 4 {
		c.Row.Row(row, c.size.Width-4)
	}
	c.outside(b, c.ground)
}

// says fills the rest of a pane but its last row with lines in the middle.
func (c *canvas) says(b border, p ink.Pen, lines ...text.Line) {
	var rows []text.Line
	for _, l := range lines {
		rows = append(rows, l.Wrap(max(1, c.size.Width-6), c.m)...)
	}
	room := c.size.Height - len(c.rows) - 1
	for i := range max(room, 0) {
		c.inside(b)
		if at := i - (room-len(rows))/2; at >= 0 && at < len(rows) {
			c.Pad(p, (c.size.Width-2-rows[at].Width(c.m))/2)
			c.Put(p, rows[at])
		}
		c.outside(b, c.ground)
	}
}
