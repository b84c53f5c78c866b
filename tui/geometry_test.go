package tui

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/tui/text"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// fits checks the promise of every drawing: as many rows as the screen is high,
// each exactly as wide, and a cursor inside.
func (b *bench) fits() {
	b.t.Helper()
	s := b.m.screen.size
	v := b.m.View()
	rows := strings.Split(v.Content, "\n")
	if len(rows) != max(s.Height, 1) {
		b.t.Fatalf("%d rows in a height of %d", len(rows), s.Height)
	}
	for y, r := range rows {
		if w := width(r, b.m.v.measure); w != s.Width {
			b.t.Fatalf("%v: row %d is %d cells wide: %q", s, y, w, ansi.Strip(r))
		}
	}
	if c := v.Cursor; c != nil && (c.X < 0 || c.Y < 0 || c.X >= s.Width || c.Y >= s.Height) {
		b.t.Fatalf("%v: the cursor is at %d,%d", s, c.X, c.Y)
	}
}

func width(row string, m text.Measure) int {
	if m == text.Graphemes {
		return ansi.StringWidth(row)
	}
	return ansi.StringWidthWc(row)
}

// scenes are the surfaces that have to fit. A new one is a row here.
var scenes = map[string]func(*bench){
	"nothing shown": func(*bench) {},
	"conversation":  func(b *bench) { b.open("c1"); b.answer(sampleContext("c1")) },
	"writing":       func(b *bench) { b.open("c1"); b.press("r"); b.write("hola 家 qué tal") },
	"a long note": func(b *bench) {
		b.open("c1")
		b.press("n")
		b.send(tea.PasteMsg{Content: strings.Repeat("larga 家 ", 900)})
	},
	"context":  func(b *bench) { b.open("c1"); b.answer(sampleContext("c1")); b.press("3") },
	"transfer": func(b *bench) { b.open("c1"); b.press("t", "enter") },
	"snooze":   func(b *bench) { b.press("j"); b.press("p") },
	"help":     func(b *bench) { b.press("?") },
	"search":   func(b *bench) { b.press("/"); b.write("ro") },
	"hits": func(b *bench) {
		b.press("/")
		b.write("zzz")
		b.press("enter")
		b.events(client.Answered{Token: b.desk.asked[len(b.desk.asked)-1].token, Answer: wire.Hits{Hits: []wire.Hit{{Conversation: "c2", Customer: "王小明", Seq: 14, Snippet: "我想 \x1b"}}}})
	},
	"grave notice": func(b *bench) { b.m.tell(Notice{strings.Repeat("algo salió mal ", 30), true}) },
}

func TestEverySurfaceFitsEverySize(t *testing.T) {
	sizes := []Size{{1, 1}, {1, 50}, {200, 1}, {2, 2}, {3, 9}, {20, 8}, {59, 15}, {60, 14}, {60, 15}, {61, 16}, {79, 23}, {80, 24}, {80, 60},
		{99, 44}, {99, 45}, {100, 15}, {100, 30}, {119, 39}, {120, 40}, {139, 20}, {140, 15}, {155, 50}, {156, 30}, {160, 45}, {250, 80}, {400, 120}}
	for name, scene := range scenes {
		t.Run(name, func(t *testing.T) {
			for _, m := range []text.Measure{text.Wcwidth, text.Graphemes} {
				b := start(t, setup{})
				b.m.v.measure = m
				b.m.screen.all()
				scene(b)
				for _, s := range sizes {
					b.send(tea.WindowSizeMsg{Width: s.Width, Height: s.Height})
					b.fits()
				}
			}
		})
	}
}

func TestTheSplitNeverBreaksTheLayout(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.open("c1")
	for _, size := range []Size{{120, 40}, {160, 45}, {90, 60}} {
		b.send(tea.WindowSizeMsg{Width: size.Width, Height: size.Height})
		for _, key := range []string{"+", "="} {
			for range 60 {
				b.press(key)
				b.fits()
			}
		}
	}
}

func TestPlansFillTheScreenExactly(t *testing.T) {
	for w := 1; w <= 400; w += 3 {
		for h := 1; h <= 120; h += 2 {
			for _, wanted := range []wish{{}, {focus: CustomerPart}, {focus: TalkPart, split: 60}, {slide: true, split: -40}} {
				height := 0
				for _, band := range arrange(Size{w, h}, wanted) {
					across := 0
					for _, c := range band {
						across += c.Width
						if c.Height != band[0].Height || c.Height < 1 || c.Width < 1 {
							t.Fatalf("%dx%d %+v: a cell of %v", w, h, wanted, c)
						}
					}
					if across != w {
						t.Fatalf("%dx%d %+v: a band of %d columns", w, h, wanted, across)
					}
					height += band[0].Height
				}
				if height != h {
					t.Fatalf("%dx%d %+v: %d rows", w, h, wanted, height)
				}
			}
		}
	}
}

// Whatever customers, colleagues and the lender's systems write, the panes fit
// and nothing reaches the terminal that it would obey but our own colours.
func FuzzPanesStandHostileText(f *testing.F) {
	f.Add("hola", uint16(160), uint8(45))
	f.Add("\x1b[2J家家家\u202e\r\x9b2J👩‍👩‍👧", uint16(80), uint8(24))
	f.Add("a\x1b]52;c;aG9sYQ==\x07\xff\xfe\u0301\u0301\u0301\u0301\u0301\u0301", uint16(1), uint8(1))
	f.Add("नमस्ते 1️⃣ ❤️ \u200d\u2028 🇦🇷🇦", uint16(120), uint8(40))
	f.Fuzz(func(t *testing.T, hostile string, w uint16, h uint8) {
		size := Size{int(w%400) + 1, int(h%120) + 1}
		b := start(t, setup{size: size, rows: []wire.Summary{
			{ID: "x", Customer: hostile, Channel: hostile, Queue: "q1", Agent: "ana", Status: wire.Open, Tags: []string{hostile}, Waiting: ago(0), Last: wire.Preview{By: wire.ByCustomer, Text: hostile}}}})
		b.m.carryOut(Show{Conversation: "x"})
		c, _ := b.m.v.Conversation("x")
		b.events(client.Opened{Timeline: wire.Timeline{Summary: c.Summary(), UpTo: b.seq, Records: []wire.Record{
			{Seq: 1, At: ago(0), Event: wire.Said{Conversation: "x", By: wire.ByCustomer, Text: hostile}},
			{Seq: 2, Prev: 1, At: ago(0), Event: wire.Noted{Conversation: "x", Agent: wire.AgentID(hostile), Text: hostile}},
			{Seq: 3, Prev: 2, At: ago(0), Event: wire.Routed{Conversation: "x", How: wire.Transferred, By: "leo", Agent: "ana", Reason: hostile}}}}})
		k := sampleContext("x")
		k.Who.Name, k.Who.Evidence, k.Who.Documents[0].Masked = known(hostile), hostile, known(hostile)
		k.Stops[0].Kind, k.Src, k.Offer.Reason, k.Loans[0].ID, k.Loans[0].TNA = hostile, hostile, hostile, hostile, known(hostile)
		k.Payments[0].Rail, k.Payments[0].Date = hostile, known(hostile)
		b.answer(k)
		check := func() {
			b.fits()
			obeyed(t, b.m.View())
		}
		check()
		b.press("r")
		b.send(tea.PasteMsg{Content: hostile})
		check()
		b.press("esc", "3")
		check()
		b.press("1", "/")
		b.send(tea.PasteMsg{Content: hostile})
		check()
	})
}

// obeyed fails when something is left that a terminal would obey.
func obeyed(t *testing.T, v tea.View) {
	t.Helper()
	if strings.ContainsFunc(v.WindowTitle, unicode.IsControl) {
		t.Fatalf("title %q", v.WindowTitle)
	}
	rest := v.Content
	for rest != "" {
		if i := strings.Index(rest, "\x1b"); i >= 0 {
			plainOnly(t, rest[:i])
			end := strings.IndexByte(rest[i:], 'm')
			if end < 0 || strings.Trim(rest[i+1:i+end], "[0123456789;:") != "" {
				t.Fatalf("a sequence that is not a colour: %q", rest[i:min(len(rest), i+20)])
			}
			rest = rest[i+end+1:]
			continue
		}
		plainOnly(t, rest)
		return
	}
}

func plainOnly(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Fatalf("not text: %q", s)
	}
	for _, r := range s {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			t.Fatalf("%U is left in %q", r, s)
		}
	}
}

func TestAHundredThousandLinesCostNoMoreThanAPage(t *testing.T) {
	b := start(t, setup{size: Size{160, 45}})
	b.m.carryOut(Show{Conversation: "c1"})
	c, _ := b.m.v.Conversation("c1")
	page := wire.Timeline{Summary: c.Summary(), UpTo: b.seq + 100_000}
	for i := range 100_000 {
		page.Records = append(page.Records, wire.Record{Seq: b.seq + uint64(i) + 1, Prev: b.seq + uint64(i), At: ago(time100k(i)),
			Event: wire.Said{Conversation: "c1", By: wire.ByCustomer, Text: fmt.Sprintf("línea número %d", i)}})
	}
	b.events(client.Opened{Timeline: page})
	b.shows("línea número 99999")
	b.press("pgup", "pgup", "up")
	b.hides("línea número 99999")
	b.press("g", "g")
	b.shows("línea número 0")
	b.press("G")
	b.shows("línea número 99999")
	if n := len(b.m.panes.talk.cache.rows); n > 500 {
		t.Errorf("%d lines were laid out to show a few pages", n)
	}
}
