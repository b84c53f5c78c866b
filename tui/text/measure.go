package text

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Measure says how the terminal counts cells. Pass the one in force to every
// layout method; a width taken with one is wrong under the other.
type Measure uint8

const (
	// Wcwidth adds up code points, as terminals do that have not confirmed
	// mode 2027. Emoji of several code points are taken apart under it, so
	// that a row is never wider than asked whichever way it is counted;
	// scripts that only lose cells to clustering are left whole and given
	// the larger width.
	Wcwidth Measure = iota
	// Graphemes counts what a reader calls one character: terminals that
	// confirmed mode 2027.
	Graphemes
)

// cluster is one character as a reader sees it, with both its widths.
type cluster struct {
	s         string
	cells, wc int
}

func (c cluster) width(m Measure) int {
	if m == Graphemes {
		return c.cells
	}
	return c.wc
}

// uneven reports an emoji whose two widths differ. Letters that differ are no
// trouble: their wcwidth is the larger one and is what we reserve.
func (c cluster) uneven() bool {
	if c.cells == c.wc {
		return false
	}
	r, _ := utf8.DecodeRuneInString(c.s)
	return pictograph(r) || keycapBase(r) && strings.HasSuffix(c.s, string(keycap)) || c.cells > c.wc
}

// next returns the first cluster of s, which must not be empty. The borders
// are those the renderer uses.
func next(s string) cluster {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return cluster{s[:1], 1, 1}
	}
	c, cells := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	if _, size := utf8.DecodeRuneInString(c); size == len(c) {
		return cluster{c, cells, cells}
	}
	return cluster{c, cells, ansi.WcWidth.StringWidth(c)}
}

// measured wraps clean text in a Line.
func measured(s string, altered bool) Line {
	l := Line{s: s, altered: altered}
	if plain(s) {
		l.cells, l.wc = len(s), len(s)
		return l
	}
	for s != "" {
		c := next(s)
		s = s[len(c.s):]
		l.cells += c.cells
		l.wc += c.wc
		l.uneven = l.uneven || c.uneven()
	}
	return l
}

// For returns the line as it is drawn under m. The layout methods call it;
// it is for those who place text themselves.
func (l Line) For(m Measure) Line {
	if m == Graphemes || !l.uneven {
		return l
	}
	var sb strings.Builder
	for s := l.s; s != ""; {
		c := next(s)
		s = s[len(c.s):]
		if c.uneven() {
			takeApart(&sb, c.s)
		} else {
			sb.WriteString(c.s)
		}
	}
	return measured(sb.String(), l.altered)
}

// takeApart writes the parts of an emoji that stand on their own: a family as
// its members, a keycap as its digit.
func takeApart(sb *strings.Builder, s string) {
	for _, r := range s {
		if visible(r) && !combining(r) && !skinTone(r) {
			sb.WriteRune(r)
		}
	}
}

// Width is how many cells the line takes under m.
func (l Line) Width(m Measure) int {
	if m == Graphemes {
		return l.cells
	}
	return l.For(m).wc
}
