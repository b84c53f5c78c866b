package text

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func texts(rows []Line) []string {
	var out []string
	for _, r := range rows {
		out = append(out, r.String())
	}
	return out
}

func TestWrapKeepsWordsWhole(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  []string
	}{
		{"este mes voy a pagarte", 10, []string{"este mes", "voy a", "pagarte"}},
		{"hola", 10, []string{"hola"}},
		{"", 5, []string{""}},
		{"     ", 3, []string{""}},
		{"  sangría de dos", 9, []string{"  sangría", "de dos"}},
		{"otorrinolaringólogo sí", 6, []string{"otorri", "nolari", "ngólog", "o sí"}},
		{"a otorrinolaringólogo", 6, []string{"a", "otorri", "nolari", "ngólog", "o"}},
		{"你好我已经付款了", 5, []string{"你好", "我已", "经付", "款了"}},
		{"ok 你好", 5, []string{"ok 你", "好"}},
		{"👨‍👩‍👧👨‍👩‍👧", 3, []string{"👨‍👩‍👧", "👨‍👩‍👧"}},
		{"a" + strings.Repeat(" ", 500) + "b", 4, []string{"a", "b"}},
		{"你a", 1, []string{"…", "a"}},
	} {
		if got := texts(Clean(c.in).Wrap(c.width, Graphemes)); !slices.Equal(got, c.want) {
			t.Errorf("Wrap(%q, %d)\n got %q\nwant %q", c.in, c.width, got, c.want)
		}
	}
	if rows := Clean("a").Wrap(0, Graphemes); rows != nil {
		t.Errorf("a width of zero gave %q", texts(rows))
	}
}

func TestBlockKeepsItsAuthorsRows(t *testing.T) {
	b := CleanBlock("hola\r\n\nsoy Rosa y pago\rmañana", 0)
	if got, want := texts(b.Wrap(10, Graphemes)), []string{"hola", "", "soy Rosa y", "pago␍mañan", "a"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := b.Line().String(); got != "hola  soy Rosa y pago␍mañana" {
		t.Errorf("as a preview: %q", got)
	}
}

func TestFitAndPadAreExact(t *testing.T) {
	for _, c := range []struct {
		got, want string
	}{
		{Clean("Rosa Pérez").Fit(6, Graphemes).String(), "Rosa …"},
		{Clean("Rosa").Fit(4, Graphemes).String(), "Rosa"},
		{Clean("Rosa").Fit(1, Graphemes).String(), "…"},
		{Clean("Rosa").Fit(0, Graphemes).String(), ""},
		{Clean("Rosa").Fit(-3, Graphemes).String(), ""},
		{Clean("Rosa").Pad(6, Graphemes).String(), "Rosa  "},
		{Clean("12,50").PadLeft(7, Graphemes).String(), "  12,50"},
		{Clean("你好吗").Pad(4, Graphemes).String(), "你… "},
		{Clean("👨‍👩‍👧x").Pad(3, Graphemes).String(), "👨‍👩‍👧x"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// A terminal that adds up code points gets emoji in parts both ways of
// counting agree on, and letters as they are.
func TestWithoutMode2027EmojiAreTakenApart(t *testing.T) {
	for _, c := range []struct {
		in, want string
		width    int
	}{
		{"👨‍👩‍👧 hola", "👨👩👧 hola", 11},
		{"👍🏽 ❤️ 1️⃣", "👍 ❤ 1", 6},
		{"🇦🇷 ñandú", "🇦🇷 ñandú", 8},
		{"नमस्ते", "नमस्ते", 4},
	} {
		l := Clean(c.in)
		if got := l.For(Wcwidth); got.String() != c.want || l.Width(Wcwidth) != c.width {
			t.Errorf("%q is drawn %q, %d wide; want %q, %d", c.in, got, l.Width(Wcwidth), c.want, c.width)
		}
		if got := l.For(Graphemes).String(); got != c.in {
			t.Errorf("with 2027 %q is drawn %q", c.in, got)
		}
	}
}

// Long is shown short, and what is missing is counted.
func TestLimitsCountWhatTheyHide(t *testing.T) {
	long := CleanBlock(strings.Repeat("ñ", 6000), 0)
	if kept := utf8.RuneCountInString(long.String()); kept != MessageCap/2 || long.Hidden() != 6000-kept {
		t.Errorf("kept %d, says %d are hidden", kept, long.Hidden())
	}
	if all := CleanBlock(strings.Repeat("ñ", 6000), 1<<20); all.Hidden() != 0 {
		t.Errorf("opened in full it still hides %d", all.Hidden())
	}
	if b := CleanBlock("م\u200cم\u200cم\u200cم", 12); b.String() != "م\u200cم" || CleanBlock(b.String(), 12).Altered() {
		t.Errorf("a joiner was left with nothing to join: %+q", b)
	}
	if rows := CleanBlock(strings.Repeat("\n", 5000)+"fin", 0); len(rows.Lines()) != MessageRow || rows.Hidden() != 5000+3-MessageRow+1 {
		t.Errorf("newlines: %d rows, %d hidden", len(rows.Lines()), rows.Hidden())
	}
	if w := Name(strings.Repeat("Ana 你", 30)).Width(Graphemes); w > NameCells || w < NameCells-1 {
		t.Errorf("a name is %d wide", w)
	}
	if l := Clean(strings.Repeat("x", 10000)).String(); len(l) != LineCap || !strings.HasSuffix(l, ellipsis) {
		t.Errorf("a line of %d bytes", len(l))
	}
}

// Floods that cost a frame when the renderer meets them leave next to nothing.
func TestFloodsEndHere(t *testing.T) {
	for name, in := range map[string]string{
		"zero width": strings.Repeat("\u200b", 20000), "marks": "a" + strings.Repeat("\u0301", 30000),
		"joiners": strings.Repeat("\u200d", 20000), "tags": strings.Repeat("\U000e0041", 15000),
		"bells": strings.Repeat("\a", 60000), "skin tones": "👍" + strings.Repeat("🏽", 15000),
		"selectors": "❤" + strings.Repeat("\ufe0f", 20000),
	} {
		if b := CleanBlock(in, 0); len(b.String()) > 32 || !b.Altered() {
			t.Errorf("%s: %d bytes are left", name, len(b.String()))
		}
	}
	for name, in := range map[string]string{"C1": strings.Repeat("\u009b\u009d", 30000), "bad bytes": strings.Repeat("\xff", 60000)} {
		if b := CleanBlock(in, 0); len(b.String()) > MessageCap || b.Hidden() == 0 {
			t.Errorf("%s: %d bytes are left, %d hidden", name, len(b.String()), b.Hidden())
		}
	}
}

func TestSeamsAreCleanedToo(t *testing.T) {
	l := Concat(Clean(strings.Repeat("\u1100", 30)), Clean(strings.Repeat("\u1100", 30)))
	if !strings.ContainsRune(l.String(), mark) || !l.Altered() {
		t.Errorf("two halves met as one cluster: %+q", l)
	}
	if got := Concat(Literal("▌ "), Clean("Rosa"), Clean("")).String(); got != "▌ Rosa" {
		t.Errorf("got %q", got)
	}
}

func TestOtherSinks(t *testing.T) {
	if got := Title("Rosa\x07\x1b]52;c;QQ==\x07\nfin"); got != "Rosa␇␛]52,c,QQ==␇ fin" {
		t.Errorf("title %q", got)
	}
	b := Escaped("ñ\u009b2J\x1b[m\u200b\xff\\ \U000e0041\nfin", 0)
	if got, want := b.String(), "ñ\\x9b2J\\x1b[m\\u200b\\xff\\\\ \\U000e0041\\n\nfin"; got != want || b.Altered() {
		t.Errorf("escaped %q, want %q", got, want)
	}
}
