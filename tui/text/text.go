// Package text is where words from outside become drawable. Panes draw [Line]
// and [Block] values, and only cleaning makes one: what could act on a
// terminal, hide, or break the grid is replaced by something that can be read.
// Escape sequences are never parsed, so none can swallow what follows it.
//
// It styles nothing and knows nothing of HTML, CSV, logs or the clipboard:
// what is safe to draw is not therefore safe elsewhere.
package text

import (
	"strings"
	"unicode/utf8"
)

// Limits of what is drawn. They bound the work as well as the picture.
const (
	MessageCap = 8 << 10 // bytes of a message before the rest is only counted
	MessageRow = 400     // rows a message may force by its own newlines
	LineCap    = 2 << 10 // bytes of a single row
	NameCells  = 48      // cells of a person's name
)

// Line is clean text for one row. The zero value is empty. Lines are
// comparable, so they can key a cache.
type Line struct {
	s       string
	cells   int  // width by grapheme clusters
	wc      int  // width by wcwidth, the sum over code points
	uneven  bool // holds an emoji whose two widths differ
	altered bool
}

// Clean makes untrusted text safe to draw on one row. Newlines become spaces;
// what exceeds [LineCap] is cut and ends in an ellipsis.
func Clean(raw string) Line {
	head, rest := bound(raw, LineCap)
	s, altered := scrub(head, false)
	if len(s) > LineCap || rest != "" {
		s = cut(s, LineCap-len(ellipsis)) + ellipsis
	}
	return measured(s, altered)
}

// Name is [Clean] for the names of people, at most [NameCells] wide.
func Name(raw string) Line { return Clean(raw).Fit(NameCells, Graphemes) }

// literal can only be written down in source, not computed.
type literal string

// Literal makes a Line of a constant of ours; a variable does not compile.
// Text of the catalogue, which may hold names by now, goes through [Clean].
func Literal(s literal) Line { return Clean(string(s)) }

// Concat joins lines into one. It cleans the seams, where two harmless halves
// could meet as one cluster.
func Concat(lines ...Line) Line {
	var sb strings.Builder
	altered := false
	for _, l := range lines {
		sb.WriteString(l.s)
		altered = altered || l.altered
	}
	s, again := scrub(sb.String(), false)
	return measured(s, altered || again)
}

// String returns the text, ready to be written to a terminal.
func (l Line) String() string { return l.s }

// Empty reports whether there is nothing to draw.
func (l Line) Empty() bool { return l.s == "" }

// Altered reports whether something was replaced: the reader should be told,
// and offered [Escaped].
func (l Line) Altered() bool { return l.altered }

// Block is clean text of several rows, as its author broke them.
type Block struct {
	lines   []Line
	hidden  int
	altered bool
}

// CleanBlock makes untrusted text safe to draw on several rows. At most limit
// bytes are kept, [MessageCap] when limit is zero or less.
func CleanBlock(raw string, limit int) Block {
	if limit <= 0 {
		limit = MessageCap
	}
	head, rest := bound(raw, limit)
	s, altered := scrub(head, true)
	kept := cutRows(cut(s, limit), MessageRow)
	b := Block{altered: altered}
	b.hidden = utf8.RuneCountInString(s[len(kept):]) + utf8.RuneCountInString(rest)
	for row := range strings.SplitSeq(kept, "\n") {
		b.lines = append(b.lines, measured(row, altered))
	}
	return b
}

// Lines returns the rows as their author broke them. The slice is the
// caller's.
func (b Block) Lines() []Line { return append([]Line(nil), b.lines...) }

// Hidden counts the characters left out by the limits; zero when all is there.
func (b Block) Hidden() int { return b.hidden }

// Altered reports whether something was replaced, as [Line.Altered] does.
func (b Block) Altered() bool { return b.altered }

// Line folds the rows into one, for a preview.
func (b Block) Line() Line { return Clean(b.String()) }

// String returns the rows joined by newlines.
func (b Block) String() string {
	var sb strings.Builder
	for i, l := range b.lines {
		if i > 0 {
			sb.WriteByte('\n')
		}
		sb.WriteString(l.s)
	}
	return sb.String()
}

// bound splits off what is too far away to be read at all, so that a flood of
// invisible characters costs no more than a long message does.
func bound(raw string, limit int) (head, rest string) {
	const room = 8 // raw bytes looked at for each byte that may be kept
	if len(raw) <= room*limit {
		return raw, ""
	}
	end := room * limit
	for end > room*limit-utf8.UTFMax && !utf8.RuneStart(raw[end]) {
		end--
	}
	return raw[:end], raw[end:]
}

// cut keeps at most limit bytes of clean text, whole clusters only.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	end := 0
	for end < len(s) {
		c := next(s[end:])
		if end+len(c.s) > limit {
			break
		}
		end += len(c.s)
	}
	return strings.TrimRight(s[:end], joiners) // a joiner with nothing after it is a stray
}

// cutRows keeps the first rows of s.
func cutRows(s string, rows int) string {
	for i := range len(s) {
		if s[i] != '\n' {
			continue
		}
		if rows--; rows == 0 {
			return s[:i]
		}
	}
	return s
}
