package ink

import (
	"strings"
	"testing"

	"ventanilla/tui/text"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

func TestARowIsExactlyAsWideAsAsked(t *testing.T) {
	red := NewPen(lipgloss.NewStyle().Foreground(lipgloss.Color("#ff0000")).Bold(true).Padding(3))
	for width := range 40 {
		for _, s := range []string{"", "hola", "家家家家家家家家家家", "👩‍👩‍👧 familia", "una línea bastante más larga que la fila"} {
			var r Row
			r.Start(width, text.Graphemes)
			r.Glyphs(red, "▌ ")
			r.Column(red, text.Clean(s), 10)
			r.Figure(Pen{}, text.Clean(s), 7)
			r.Put(red, text.Clean(s))
			r.Repeat(Pen{}, "─", 3)
			got := r.End(Pen{})
			if w := ansi.StringWidth(got); w != width {
				t.Fatalf("%q in %d is %d cells: %q", s, width, w, got)
			}
			if strings.Contains(got, "\n") || width > 0 && strings.Contains(got, "\x1b") && !strings.HasSuffix(strings.TrimRight(got, " "), reset) && !strings.Contains(got, reset) {
				t.Fatalf("the pen is not put down: %q", got)
			}
		}
	}
}

func TestAPenCostsItsBytesOncePerStretch(t *testing.T) {
	red := NewPen(lipgloss.NewStyle().Foreground(lipgloss.Color("#ff0000")))
	var r Row
	r.Start(12, text.Graphemes)
	r.Put(red, text.Literal("uno"))
	r.Pad(red, 1)
	r.Put(red, text.Literal("dos"))
	if got := r.End(red); strings.Count(got, "\x1b") != 2 {
		t.Errorf("%q", got)
	}
}

func TestColumnsAreJoinedRowByRow(t *testing.T) {
	got := string(Join([]byte("top"), []string{"a", "c"}, []string{"b", "d"}))
	if got != "top\nab\ncd" {
		t.Errorf("%q", got)
	}
	if got := Blank(Pen{}, 70); got != strings.Repeat(" ", 70) {
		t.Errorf("%q", got)
	}
}
