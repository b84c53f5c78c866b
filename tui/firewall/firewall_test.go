package firewall

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// sink is a terminal that only remembers.
type sink struct {
	bytes.Buffer
	writes int
}

func (s *sink) Write(p []byte) (int, error) { s.writes++; return s.Buffer.Write(p) }
func (*sink) Close() error                  { return nil }
func (*sink) Fd() uintptr                   { return 0 }

func through(chunks ...string) (out string, w *Writer) {
	s := &sink{}
	w = New(s)
	for _, c := range chunks {
		if n, err := w.Write([]byte(c)); n != len(c) || err != nil {
			panic("a drop must not look like a failed write")
		}
	}
	return s.String(), w
}

func TestWhatTheProgramSendsPasses(t *testing.T) {
	for _, in := range []string{
		"hola ñandú 你好 👨‍👩‍👧 🇦🇷 שלום ␛[2J\r\n\b\t",
		"\x1b[m\x1b[0m\x1b[1;2;3;4;7;9m\x1b[22;23;24;27;29m\x1b[31;42;97;107m\x1b[39;49;59m",
		"\x1b[38;5;8m\x1b[48;2;8;8;8m\x1b[38;2;1;2;3;48;5;8;1m\x1b[4:3m\x1b[58:2::1:2:3m\x1b[38:2:8:8:8m",
		"\x1b[H\x1b[12;40H\x1b[5A\x1b[B\x1b[3C\x1b[4D\x1b[7G\x1b[8d\x1b[9`\x1b[2I\x1b[2Z",
		"\x1b[J\x1b[1J\x1b[2J\x1b[K\x1b[1K\x1b[2K\x1b[40X\x1b[40b\x1b[3@\x1b[3P\x1b[2L\x1b[2M\x1b[2S\x1b[2T\x1b[1;24r\x1b[r\x1bM",
		"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1002h\x1b[?1003h\x1b[?1006h\x1b[?1000;1006l\x1b[?1004h\x1b[?2026h\x1b[?2027h\x1b[?2031h\x1b[?7l\x1b[4h\x1b[4l",
		"\x1b[>4;2m\x1b[>4m\x1b[>1u\x1b[<1u\x1b[=1;1u\x1b[?u\x1b[c\x1b[>c\x1b[>0q\x1b[>q\x1b[?2026$p\x1b[?996n\x1b[?5W\x1b[5 q",
		"\x1b]2;ventanilla: Rosa Pérez ·  3\x07\x1b]0;x\x1b\\\x1b]2;\x07",
		"\x1b]10;?\x07\x1b]11;?\x1b\\\x1b]12;?\x07\x1b]12;#e0a458\x07\x1b]110\x07\x1b]111\x07\x1b]112\x07",
	} {
		if out, w := through(in); out != in || w.Dropped() != 0 {
			t.Errorf("%q came out as %q, last drop %s", in, out, w.LastDropped())
		}
	}
}

func TestEverythingElseIsDroppedAndCounted(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"clipboard", "a\x1b]52;c;QQ==\x07b", "ab"},
		{"clipboard, other end", "a\x1b]52;c;QQ==\x1b\\b", "ab"},
		{"notification", "\x1b]9;hola\x07\x1b]777;notify;a;b\x07\x1b]99;;x\x1b\\", ""},
		{"progress", "\x1b]9;4;1;50\x07", ""},
		{"link", "\x1b]8;;http://mal\x1b\\banco\x1b]8;;\x1b\\", "banco"},
		{"palette, colours, folder, font", "\x1b]4;1;red\x07\x1b]10;red\x07\x1b]11;#000000\x07\x1b]7;file:///\x07\x1b]50;?\x07", ""},
		{"title with bad bytes", "\x1b]2;a\xffb\x07", ""},
		{"title with C1", "\x1b]2;a\u009bb\x07", ""},
		{"title broken off", "\x1b]2;Rosa\x1b[1mX", "\x1b[1mX"},
		{"endless title", "\x1b]2;" + strings.Repeat("x", 2000) + "\x07", ""},
		{"DCS, APC, PM, SOS, screen title", "a\x1bP$qm\x1b\\b\x1b_Gx\x1b\\c\x1b^x\x1b\\d\x1bXx\x1b\\e\x1bkx\x1b\\f", "abcdef"},
		{"conceal", "\x1b[8mx\x1b[1;8mx\x1b[08mx", "xxx"},
		{"blink", "\x1b[5m\x1b[6m", ""},
		{"odd colours", "\x1b[38;8m\x1b[38m\x1b[38;5m\x1b[38;2;1;2m\x1b[38;5;256m\x1b[38;5;;8m", ""},
		{"odd numbers", "\x1b[+1m\x1b[1:8m\x1b[4:9m\x1b[99999b\x1b[1;2;3H", ""},
		{"window operations, reports", "\x1b[21t\x1b[6n\x1b[5n\x1b[x\x1b[1;1;1;1;1;1*y\x1b[3J\x1b[?1$q", ""},
		{"other modes", "\x1b[?1h\x1b[?3h\x1b[?25;47h\x1b[?9001h\x1b[20h\x1b[?h", ""},
		{"reset, charsets, save", "\x1bc\x1b(0\x1b#8\x1b7\x1b8\x1b=\x1bZ\x1bN", ""},
		{"controls", "\x00\x05\x07\x0b\x0c\x0e\x0f\x11\x13\x18\x1a\x7f", ""},
		{"C1", "\u0085\u009b2J\u009d52;c;x\u009c", "2J52;c;x"},
		{"bad bytes", "\x9b2J\xf0\x1b[2Jx\xc0\xaf\xed\xa0\x80", "2J\x1b[2Jx"},
		{"bidi, hidden", "a\u202eb\u2066c\u200fd\u2028e\ufefff\U000e0041g", "abcdefg"},
		{"broken CSI", "\x1b[12\nx\x1b[\x1b[1m\x1b[1\u00e9", "\nx\x1b[1mé"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, w := through(c.in)
			if out != c.want || w.Dropped() == 0 {
				t.Errorf("%q came out as %q, want %q; %d dropped", c.in, out, c.want, w.Dropped())
			}
		})
	}
}

// An opener without an end holds back only what is its own: the rest of the
// screen is still drawn.
func TestAnUnfinishedOpenerHidesNothing(t *testing.T) {
	if out, _ := through("a\x1b]0;se come la", " pantalla\x1b[2;1Hsigue", "\r\n"); out != "a\x1b[2;1Hsigue\r\n" {
		t.Errorf("got %q", out)
	}
}

func TestSplitWritesAreWhole(t *testing.T) {
	in := "ñ你\x1b[38;2;1;2;3mhola\x1b]2;título\x1b\\\x1b]52;c;QQ==\x07fin👨‍👩‍👧"
	want, _ := through(in)
	for cut := 1; cut < len(in); cut++ {
		if out, w := through(in[:cut], in[cut:]); out != want || w.Dropped() != 1 {
			t.Errorf("cut at %d: %q, %d dropped", cut, out, w.Dropped())
		}
	}
}

// What acts outside the screen passes once for each time it was asked for,
// and only as it was asked for.
func TestArmedSequencesPassOnce(t *testing.T) {
	s := &sink{}
	w := New(s)
	clip, note := Copy("CBU 123"), Notify(OSC777, "Rosa; P.\x07", "espera\x1b]52;c;x\x07")
	for _, seq := range []string{clip, note, Notify(OSC9, "a", "b"), Notify(OSC99, "a", "b"), Bell} {
		s.Reset()
		w.Arm(seq)
		for range 2 {
			if _, err := w.Write([]byte(seq)); err != nil {
				t.Fatal(err)
			}
		}
		if s.String() != seq {
			t.Errorf("armed %q, got %q", seq, s.String())
		}
	}
	s.Reset()
	w.Arm(clip)
	if _, err := w.Write([]byte(Copy("otra cosa"))); err != nil || s.Len() != 0 {
		t.Errorf("armed one copy, another came out: %q, %v", s.String(), err)
	}
	if want := "\x1b]777;notify;Rosa, P.␇;espera␛]52,c,x␇\x1b\\"; note != want {
		t.Errorf("notification %q, want %q", note, want)
	}
	for _, c := range []Channel{OSC9, OSC99} {
		if seq := Notify(c, "4;1;50", "b"); strings.Count(seq, ";") > 2 || strings.Contains(seq, "4;1") {
			t.Errorf("notification %q could be read as a command", seq)
		}
	}
}

// The name of what was dropped may be logged, so it never holds content.
func TestTheNameOfADropHoldsNoContent(t *testing.T) {
	for in, want := range map[string]string{
		"\x1b]52;c;secreto\x07": `OSC "52"`, "\x1b]secreto\x07": `OSC ""`, "\x1b[8m": "CSI 'm'",
		"\x1bPsecreto\x1b\\": "ESC 'P'", "\a": `character '\a'`, "\u009b": `character '\u009b'`,
	} {
		if _, w := through(in); w.LastDropped() != want {
			t.Errorf("%q is named %s, want %s", in, w.LastDropped(), want)
		}
	}
}

// A frame is one write to the terminal, so that it is drawn at once, and
// costs no memory.
func TestACleanFrameIsPassedOnAsItIs(t *testing.T) {
	s := &sink{}
	w := New(s)
	frame := []byte("\x1b[?2026h\x1b[H" + strings.Repeat("\x1b[38;2;1;2;3mhola ñandú 你好\x1b[m\r\n", 40) + "\x1b[?2026l")
	s.Grow(200 * len(frame))
	if _, err := w.Write(frame); err != nil || s.writes != 1 {
		t.Fatalf("%d writes, %v", s.writes, err)
	}
	if n := testing.AllocsPerRun(50, func() {
		if _, err := w.Write(frame); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for each frame", n)
	}
}

type broken struct{ sink }

var errGone = errors.New("gone")

func (*broken) Write([]byte) (int, error) { return 0, errGone }

func TestAFailedTerminalIsReported(t *testing.T) {
	if _, err := New(&broken{}).Write([]byte("x")); !errors.Is(err, errGone) {
		t.Errorf("got %v", err)
	}
}

// Whatever is written and however it is cut: the same comes out, all of it is
// on the list, and it passes a second firewall untouched.
func FuzzWriter(f *testing.F) {
	for _, s := range []string{
		"\x1b[38;2;1;2;3mhola\x1b]2;título\x1b\\\x1b]52;c;QQ==\x07fin", "\x1b[?1049h\x1b[8m\u009b2J\xf0\x1b[2J", "\x1bP$q\x1b\\\x1b]0;a\x1b",
		"\x1b\x1b\x1b[[m\x1b]]\x07\x1b(\x1b[1m", "\x1b[4:3;38:5:1;58;5;7m", "\x1b]2;a\x18b\x07c",
	} {
		f.Add([]byte(s), uint16(3), uint16(9))
	}
	f.Fuzz(func(t *testing.T, in []byte, a, b uint16) {
		want, w := through(string(in))
		i, j := int(a)%(len(in)+1), int(b)%(len(in)+1)
		i, j = min(i, j), max(i, j)
		if got, cut := through(string(in[:i]), string(in[i:j]), string(in[j:])); got != want || cut.Dropped() != w.Dropped() {
			t.Fatalf("cut at %d and %d: %q, whole: %q", i, j, got, want)
		}
		again, w2 := through(want)
		if again != want || w2.Dropped() != 0 {
			t.Fatalf("%q let through %q, of which %q remains", in, want, again)
		}
		for _, bad := range []string{"\x1b]52", "\x1b]8;", "\x1bP", "\x1b_", "\x1bc", "\x07\x07", "\x1b[8m", "\u009b", "\x00", "\x1b[3J"} {
			if strings.Contains(want, bad) {
				t.Fatalf("%q let through %q", in, want)
			}
		}
	})
}
