package tui

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/vt"
)

// glass is a real program that writes to a buffer we count. It runs in a
// synctest bubble, so its ticker is our clock and nothing waits for real.
type glass struct {
	*bench
	p    *tea.Program
	mu   sync.Mutex
	out  bytes.Buffer
	all  bytes.Buffer
	done chan struct{}
}

func (g *glass) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all.Write(p)
	return g.out.Write(p)
}

// newGlass runs the program; the bench's clock follows the bubble's.
func newGlass(t *testing.T, s setup) *glass { return newGlassWith(t, s, func(*bench) {}) }

// newGlassWith prepares the bench before the program runs.
func newGlassWith(t *testing.T, s setup, prepare func(*bench)) *glass {
	b := start(t, s)
	prepare(b)
	born := time.Now()
	b.m.now = func() time.Time { return noon.Add(time.Since(born)) }
	g := &glass{bench: b, done: make(chan struct{})}
	in, keys := io.Pipe()
	g.p = tea.NewProgram(b.m, tea.WithInput(in), tea.WithOutput(g), tea.WithWindowSize(b.m.screen.size.Width, b.m.screen.size.Height),
		tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color"}),
		tea.WithFPS(120), tea.WithoutSignals(), tea.WithoutSignalHandler())
	go func() {
		defer close(g.done)
		_, _ = g.p.Run()
	}()
	t.Cleanup(func() {
		g.p.Quit()
		_ = keys.Close()
		<-g.done
		time.Sleep(time.Minute) // for the ticks that the program had asked for
	})
	g.rest(1500 * time.Millisecond)
	return g
}

// rest lets time pass and gives what was written meanwhile.
func (g *glass) rest(d time.Duration) string {
	g.mu.Lock()
	g.out.Reset()
	g.mu.Unlock()
	time.Sleep(d)
	synctest.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.out.String()
}

// after sends messages and gives what the next frame writes.
func (g *glass) after(msgs ...tea.Msg) string {
	g.rest(0)
	for _, m := range msgs {
		g.p.Send(m)
	}
	time.Sleep(50 * time.Millisecond)
	synctest.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.out.String()
}

// plainRows is a queue without wide characters, which the renderer repaints
// whatever happens, and in which nobody waits.
func plainRows() []wire.Summary {
	var out []wire.Summary
	for _, r := range sampleRows() {
		if r.ID == "c4" || r.ID == "c2" || r.ID == "c8" {
			continue
		}
		r.Waiting = 0
		out = append(out, r)
	}
	return out
}

func TestBytesOnTheScreenStayWithinTheirBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGlass(t, setup{size: Size{120, 40}, rows: plainRows()})
		if first := g.all.Len(); first < 1000 {
			t.Fatalf("only %d bytes were painted: is anything shown?", first)
		}
		if got := g.rest(30 * time.Second); got != "" {
			t.Errorf("nothing changed and %d bytes were written: %q", len(got), got)
		}
		seq := g.seq
		feed := func(e wire.Event) tea.Msg {
			seq++
			return client.Update{Events: []client.Event{client.FeedPart{Feed: wire.Feed{UpTo: seq, Records: []wire.Record{{Seq: seq, Prev: seq - 1, At: wire.At(noon), Event: e}}}}}}
		}
		if got := g.after(feed(wire.Prioritised{Conversation: "c5", Priority: wire.High, By: "ana"})); len(got) == 0 || len(got) >= 100 {
			t.Errorf("one row changed: %d bytes, want under 100: %q", len(got), got)
		}
		for range 2 {
			if got := g.after(keyMsg("j")); len(got) == 0 || len(got) >= 250 {
				t.Errorf("the selection moved: %d bytes, want under 250: %q", len(got), got)
			}
		}
	})
}

func TestAWaitingClockAndATypedKeyAreCheap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := plainRows()
		rows[0].Waiting = ago(42 * time.Second)
		g := newGlass(t, setup{size: Size{120, 40}, rows: rows})
		if got := g.rest(time.Second); len(got) == 0 || len(got) >= 100 {
			t.Errorf("a clock of one row: %d bytes a second, want under 100: %q", len(got), got)
		}
		g.after(keyMsg("g"), keyMsg("g"), keyMsg("enter"))
		g.after(keyMsg("r"))
		g.after(keyMsg("h"))
		if got := g.after(keyMsg("o")); len(got) == 0 || len(got) >= 60 {
			t.Errorf("one typed character: %d bytes: %q", len(got), got)
		}
	})
}

func TestWhatTheProgramPaintsIsWhatTheModelDrew(t *testing.T) {
	var painted, drawn string
	synctest.Test(t, func(t *testing.T) {
		g := newGlass(t, setup{size: Size{120, 40}})
		for _, k := range []string{"j", "j", "]", "j", "[", "j", "enter", "r", "h", "o", "esc", "t", "esc", "?", "esc", "1"} {
			g.after(keyMsg(k))
		}
		painted, drawn = g.all.String(), g.m.View().Content
	})
	// The emulator answers questions; somebody has to take the answers. Closing
	// it races with that, so it is left to the end of the tests.
	em := vt.NewEmulator(120, 40)
	go func() { _, _ = io.Copy(io.Discard, em) }()
	_, _ = em.WriteString(strings.ReplaceAll(painted, "\n", "\r\n"))
	want := vt.NewEmulator(120, 40)
	_, _ = want.WriteString(strings.ReplaceAll(drawn, "\n", "\r\n"))
	if em.String() != want.String() {
		t.Errorf("on the terminal:\n%s\nthe model drew:\n%s", em.String(), want.String())
	}
}

// While the screen is old the badge counts seconds; nothing else may cost anything.
func TestTheBadgeRepaintsOnlyTheStatusLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard atomic.Int64 // in ns since noon
		g := newGlassWith(t, setup{size: Size{120, 40}, rows: plainRows()}, func(b *bench) {
			b.desk.hears = func() time.Time { return noon.Add(time.Duration(heard.Load())) }
		})
		hear := func() { heard.Store(int64(g.m.now().Sub(noon))) }
		hear()
		g.rest(time.Second)
		if got := g.rest(8 * time.Second); got != "" {
			t.Errorf("live and idle: %d bytes: %q", len(got), got)
		}
		g.rest(6 * time.Second) // the badge turns, the panes say their age
		if got := g.rest(time.Second); len(got) == 0 || len(got) >= 60 || strings.Contains(got, "\n") {
			t.Errorf("a second of age: %d bytes, want under 60: %q", len(got), got)
		}
		link := client.LinkChanged{State: client.Live, Latency: 31 * time.Millisecond}
		hear()
		g.after(client.Update{Events: []client.Event{link}})
		hear()
		link.Latency = 45 * time.Millisecond
		if got := g.after(client.Update{Events: []client.Event{link}}); len(got) == 0 || len(got) >= 60 {
			t.Errorf("another round trip: %d bytes, want under 60: %q", len(got), got)
		}
	})
}

// Figures of the renderer's own are not ours to bound; what View allocates is.
func TestViewAllocatesOnlyForWhatChanged(t *testing.T) {
	b := start(t, setup{size: Size{160, 45}})
	b.open("c1")
	b.answer(sampleContext("c1"))
	if n := testing.AllocsPerRun(100, func() { b.m.View() }); n > 0 {
		t.Errorf("a View of nothing new: %.0f allocations, want none", n)
	}
	for part, most := range map[Part]float64{QueuePart: 200, TalkPart: 250, CustomerPart: 900, statusPart: 60} {
		n := testing.AllocsPerRun(50, func() {
			b.m.screen.mark(part)
			b.m.View()
		})
		if n > most {
			t.Errorf("part %d drawn again: %.0f allocations, want at most %.0f", part, n, most)
		}
	}
}

func BenchmarkViewOneDirtyPane(b *testing.B) {
	for name, part := range map[string]Part{"queue": QueuePart, "conversation": TalkPart, "context": CustomerPart, "status": statusPart} {
		b.Run(name, func(b *testing.B) {
			w := start(b, setup{size: Size{160, 45}, rows: manyRows(5000)})
			w.open("c1")
			w.answer(sampleContext("c1"))
			b.ReportAllocs()
			for b.Loop() {
				w.m.screen.mark(part)
				w.m.View()
			}
		})
	}
}

func BenchmarkUpdateOneRecord(b *testing.B) {
	w := start(b, setup{size: Size{160, 45}, rows: manyRows(5000)})
	w.open("c1")
	b.ReportAllocs()
	for b.Loop() {
		w.records(wire.Said{Conversation: "m17", By: wire.ByCustomer, Text: "otra vez yo, ¿me responden?"})
	}
}

func BenchmarkTypeOneKey(b *testing.B) {
	w := start(b, setup{size: Size{160, 45}})
	w.open("c1")
	w.press("r")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%200 == 0 {
			w.m.v.drafts.of(DraftKey{"c1", ReplyKind}).Set("")
		}
		w.press("x")
	}
}
