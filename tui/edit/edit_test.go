package edit

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"ventanilla/tui/text"
)

func TestTypingAndMovingByCharacter(t *testing.T) {
	var b Buffer
	for _, s := range []string{"n", "i", "ñ", "e", "\u0301", "👩‍👩‍👧", "家"} {
		b.Insert(s)
	}
	if b.Text() != "niñe\u0301👩‍👩‍👧家" {
		t.Fatalf("text = %q", b.Text())
	}
	for _, want := range []string{"niñe\u0301👩‍👩‍👧", "niñe\u0301", "niñ", "ni"} {
		b.Key("backspace")
		if b.Text() != want {
			t.Fatalf("after backspace: %q, want %q", b.Text(), want)
		}
	}
}

func TestAPasteArrivesClean(t *testing.T) {
	var b Buffer
	b.Insert("hola ")
	b.Insert("uno\r\ndos\x1b[2J\u202etres\x07")
	got := b.Text()
	if strings.ContainsFunc(got, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) || strings.ContainsRune(got, '\u202e') {
		t.Fatalf("something a terminal would obey is left in %q", got)
	}
	if !strings.HasPrefix(got, "hola uno\ndos") {
		t.Errorf("words were lost: %q", got)
	}
}

func TestTheLimitCutsAndSaysHowMuch(t *testing.T) {
	b := Buffer{Limit: 10}
	if n := b.Insert("áéíóú"); n != 0 {
		t.Fatalf("dropped %d of five", n)
	}
	if n := b.Insert("1234567"); n != 2 || b.Text() != "áéíóú12345" {
		t.Fatalf("dropped %d, text %q", n, b.Text())
	}
	b.Key("home")
	if n := b.Insert("x"); n != 1 || b.Count() != 10 {
		t.Fatalf("a full text took another: dropped %d, %q", n, b.Text())
	}
}

func TestASingleRowStaysOne(t *testing.T) {
	b := Buffer{Single: true}
	b.Insert("uno\ndos\r\ntres")
	if b.Text() != "uno dos tres" {
		t.Errorf("text = %q", b.Text())
	}
}

func TestWordsWrapAndTheCursorIsWhereTheNextOneGoes(t *testing.T) {
	for _, c := range []struct {
		in          string
		width       int
		rows        []string
		row, column int
	}{
		{"", 10, []string{""}, 0, 0},
		{"hola", 10, []string{"hola"}, 0, 4},
		{"hola que tal", 9, []string{"hola que", "tal"}, 1, 3},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}, 2, 2},
		{"a\n", 4, []string{"a", ""}, 1, 0},
		{"家家家", 4, []string{"家家", "家"}, 1, 2},
		{"hola   ", 5, []string{"hola"}, 0, 4},
	} {
		var b Buffer
		b.Insert(c.in)
		rows := b.Rows(c.width, text.Graphemes)
		var got []string
		for _, r := range rows {
			got = append(got, strings.TrimRight(r.String(), " "))
		}
		row, column := b.Cursor(c.width, text.Graphemes)
		if strings.Join(got, "|") != strings.Join(c.rows, "|") || row != c.row || column != c.column {
			t.Errorf("%q in %d: %q, cursor %d,%d; want %q, %d,%d", c.in, c.width, got, row, column, c.rows, c.row, c.column)
		}
	}
}

func TestUpAndDownKeepTheColumn(t *testing.T) {
	var b Buffer
	b.Insert("una fila larga\nx\notra fila larga")
	b.Rows(40, text.Graphemes)
	b.Key("up")
	b.Key("up")
	if row, column := b.Cursor(40, text.Graphemes); row != 0 || column != 14 {
		t.Errorf("cursor at %d,%d, want the end of the first row", row, column)
	}
	if b.Key("up") {
		t.Error("there is a row above the first")
	}
}

func FuzzBuffer(f *testing.F) {
	f.Add("hola \x1b[2J 家家 👩‍👩‍👧", "e\u0301", []byte("ubdlrwk"), uint8(7))
	f.Add("\n\n  \u200d\u0301", "\u200d", []byte("lllbb"), uint8(1))
	names := map[byte]string{'u': "up", 'd': "down", 'l': "left", 'r': "right", 'b': "backspace", 'w': "ctrl+w",
		'k': "ctrl+k", 'x': "delete", 'h': "home", 'e': "end", 'f': "alt+f", 'B': "alt+b", 'U': "ctrl+u"}
	f.Fuzz(func(t *testing.T, first, second string, keys []byte, w uint8) {
		width := int(w%60) + 1
		b := Buffer{Limit: 300}
		b.Insert(first)
		for i, k := range keys {
			if i > 200 {
				break
			}
			b.Rows(width, text.Wcwidth)
			if name, ok := names[k]; ok {
				b.Key(name)
			} else {
				b.Insert(second)
			}
			if b.at < 0 || b.at > len(b.s) || !utf8.ValidString(b.s) || b.Count() > 300 {
				t.Fatalf("cursor %d in %q (%d characters)", b.at, b.s, b.Count())
			}
		}
		for _, m := range []text.Measure{text.Wcwidth, text.Graphemes} {
			for _, row := range b.Rows(width, m) {
				if row.Width(m) > width && width > 1 {
					t.Fatalf("row %q is %d cells in %d", row, row.Width(m), width)
				}
			}
			if row, column := b.Cursor(width, m); column >= width && width > 0 || row >= len(b.Rows(width, m)) {
				t.Fatalf("cursor at %d,%d in a width of %d", row, column, width)
			}
		}
	})
}
