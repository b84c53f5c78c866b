package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Whatever comes in: nothing left to obey, cleaning again changes nothing,
// no row wider than asked however it is counted, nothing lost by wrapping.
func FuzzClean(f *testing.F) {
	for _, s := range []string{
		"mi pago \x1b[1mno llega", "\x1b]52;c;aG9sYQ==\x07factura \u2067txt", "\xfe\xed\x00 recibo 家",
		"👨‍👩‍👧 🇦🇷🇲🇽🇦 👍🏽🏽 ❤️ 1️⃣ क्षि", "\u1100\u1161\u11a8\u0301\u0301\u200d", "می\u200cخواهم\u200c", "a\r\r\n\n\tb", "क\u094d\u200d\u200dष\u200c",
		strings.Repeat("क\u094d", 40), strings.Repeat("\u200b", 90), "\u0600\u0d4ea\U000110bd1", "#\ufe0f#\ufe0f\u20e3\u20e3",
	} {
		f.Add(s, 7)
	}
	f.Fuzz(func(t *testing.T, in string, width int) {
		width &= 0x7f
		checkLine(t, in, width)
		checkBlock(t, in, width)
		if s := Title(in); !ownFixedPoint(s) || strings.ContainsAny(s, ";\n") || ansi.StringWidth(s) > TitleCells {
			t.Fatalf("Title(%+q) = %+q", in, s)
		}
		if s := Escaped(in, 0).String(); obeyed(s) != -1 || strings.ContainsFunc(s, invisible) {
			t.Fatalf("Escaped(%+q) = %+q", in, s)
		}
	})
}

func checkLine(t *testing.T, in string, width int) {
	l := Clean(in)
	if i := obeyed(l.String()); i >= 0 || strings.Contains(l.String(), "\n") {
		t.Fatalf("Clean(%+q) = %+q, obeyed at %d", in, l, i)
	}
	if again := Clean(l.String()); again.String() != l.String() {
		t.Fatalf("not a fixed point: %+q, then %+q", l, again)
	}
	for s := l.String(); s != ""; {
		c := next(s)
		s = s[len(c.s):]
		if n := utf8.RuneCountInString(c.s); n > maxRunes {
			t.Fatalf("Clean(%+q) leaves a cluster of %d code points", in, n)
		}
	}
	for _, m := range []Measure{Wcwidth, Graphemes} {
		checkWidth(t, l.Fit(width, m), width, m)
		if got := l.Pad(width, m); counted(got.String(), m) != width {
			t.Fatalf("Pad(%d, %d) of %+q is %d wide", width, m, in, counted(got.String(), m))
		}
		if got := l.PadLeft(width, m); counted(got.String(), m) != width {
			t.Fatalf("PadLeft(%d, %d) of %+q is %d wide", width, m, in, counted(got.String(), m))
		}
		checkWrap(t, l, width+8, m)
	}
}

func checkBlock(t *testing.T, in string, width int) {
	b := CleanBlock(in, 0)
	if i := obeyed(b.String()); i >= 0 {
		t.Fatalf("CleanBlock(%+q) = %+q, obeyed at %d", in, b, i)
	}
	if again := CleanBlock(b.String(), 0); again.String() != b.String() {
		t.Fatalf("not a fixed point: %+q, then %+q", b, again)
	}
	for _, m := range []Measure{Wcwidth, Graphemes} {
		for _, row := range b.Wrap(width, m) {
			checkWidth(t, row, width, m)
		}
	}
}

// checkWrap wraps wide enough for any single character, where nothing but
// spaces may go.
func checkWrap(t *testing.T, l Line, width int, m Measure) {
	var sb strings.Builder
	for _, row := range l.Wrap(width, m) {
		checkWidth(t, row, width, m)
		sb.WriteString(row.String())
	}
	want, got := strings.ReplaceAll(l.For(m).String(), " ", ""), strings.ReplaceAll(sb.String(), " ", "")
	if widest(l.For(m), m) <= width && got != want {
		t.Fatalf("Wrap(%d, %d) turned %+q into %+q", width, m, want, got)
	}
}

func widest(l Line, m Measure) (cells int) {
	for s := l.String(); s != ""; {
		c := next(s)
		s = s[len(c.s):]
		cells = max(cells, c.width(m))
	}
	return cells
}

// checkWidth counts l independently of what the package stored about it.
func checkWidth(t *testing.T, l Line, width int, m Measure) {
	if l.Width(m) != counted(l.String(), m) {
		t.Fatalf("%+q says it is %d wide under %d and is %d", l, l.Width(m), m, counted(l.String(), m))
	}
	if counted(l.String(), m) > width || m == Wcwidth && ansi.StringWidth(l.String()) > width {
		t.Fatalf("%+q is wider than %d under %d", l, width, m)
	}
}

func counted(s string, m Measure) int {
	if m == Graphemes {
		return ansi.GraphemeWidth.StringWidth(s)
	}
	return ansi.WcWidth.StringWidth(s)
}

func ownFixedPoint(s string) bool { return Clean(s).String() == s && !Clean(s).Altered() }

// obeyed is where s holds something a terminal may act on or hide, or -1. It
// is written from the papers, not from the package's tables.
func obeyed(s string) int {
	if !utf8.ValidString(s) {
		return 0
	}
	return strings.IndexFunc(s, func(r rune) bool {
		switch {
		case r == '\n', r == zwj, r == zwnj, r == vs15, r == vs16: // where they may stand is the table tests' business
			return false
		}
		return invisible(r)
	})
}

func invisible(r rune) bool {
	switch r {
	case '\n':
		return false
	case 0x2800, 0x3164, 0xffa0, 0x115f, 0x1160, 0x034f, 0xfffc:
		return true
	}
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp,
		unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point) ||
		r != ' ' && unicode.Is(unicode.Zs, r)
}
