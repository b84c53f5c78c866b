package firewall

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

const (
	columns, rows = 100, 30
	steps         = 40
)

// screen is a real pseudo-terminal with an emulator behind it that answers
// what it is asked.
type screen struct {
	tty, master *os.File
	emulator    *vt.Emulator
	news        chan struct{}

	mu  sync.Mutex
	raw bytes.Buffer
}

func openScreen(t *testing.T) *screen {
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: rows, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	s := &screen{tty: tty, master: master, emulator: vt.NewEmulator(columns, rows), news: make(chan struct{}, 1)}
	var drawing, answering sync.WaitGroup
	drawing.Go(s.draw)
	answering.Go(func() { _, _ = io.Copy(master, s.emulator) })
	t.Cleanup(func() {
		_ = tty.Close()
		_ = master.Close()
		drawing.Wait()
		_ = s.emulator.InputPipe().(io.Closer).Close() // Close of the emulator itself races with Read
		answering.Wait()
	})
	return s
}

func (s *screen) draw() {
	buf := make([]byte, 32<<10)
	for {
		n, err := s.master.Read(buf)
		s.mu.Lock()
		s.raw.Write(buf[:n])
		_, _ = s.emulator.Write(buf[:n])
		s.mu.Unlock()
		select {
		case s.news <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// picture is everything a person sees: cells, styles, and the cursor.
func (s *screen) picture() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprint(s.emulator.Render(), s.emulator.CursorPosition())
}

func (s *screen) sent() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.String()
}

// waitFor waits until a step is drawn whole: its number is shown and the
// cursor, which moves last, is where it belongs.
func (s *screen) waitFor(t *testing.T, step int) {
	t.Helper()
	what := fmt.Sprintf("paso %d.", step)
	where := fmt.Sprintf("(%d,%d)", step%columns, step%rows)
	late := time.After(20 * time.Second)
	for {
		if p := s.picture(); strings.Contains(p, what) && strings.HasSuffix(p, where) {
			return
		}
		select {
		case <-s.news:
		case <-late:
			t.Fatalf("step %d never appeared in\n%s", step, s.picture())
		}
	}
}

// desk draws a different busy screen at every key.
type desk struct {
	step  int
	title string
}

func (desk) Init() tea.Cmd { return tea.Batch(tea.RequestBackgroundColor, tea.RequestTerminalVersion) }

func (d desk) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		if key.String() == "q" {
			return d, tea.Quit
		}
		d.step++
	}
	return d, nil
}

func (d desk) View() tea.View {
	v := tea.NewView(d.content())
	v.AltScreen, v.ReportFocus, v.MouseMode = true, true, tea.MouseModeCellMotion
	v.KeyboardEnhancements.ReportEventTypes = true
	v.WindowTitle = d.title
	v.Cursor = tea.NewCursor(d.step%columns, d.step%rows)
	v.Cursor.Color, v.Cursor.Shape = color.RGBA{0xe0, 0xa4, 0x58, 0xff}, tea.CursorBar
	return v
}

func (d desk) content() string {
	rng := rand.New(rand.NewPCG(7, uint64(d.step/2)))
	words := []string{"cuota", "ñandú", "你好", "👨‍👩‍👧", "🇦🇷", "❤️", "שלום", "$ 13.229,84", "────────────", "          "}
	lines := []string{fmt.Sprintf("paso %d.", d.step)}
	for len(lines) < rows {
		var sb strings.Builder
		for lipgloss.Width(sb.String()) < 60 {
			style := lipgloss.NewStyle().Foreground(lipgloss.Color(fmt.Sprintf("#%06x", rng.IntN(1<<24))))
			if rng.IntN(4) == 0 {
				style = style.Bold(true).Background(lipgloss.Color("#1c1a17")).Underline(true).Reverse(true).Strikethrough(true)
			}
			sb.WriteString(style.Render(words[rng.IntN(len(words))]) + " ")
		}
		lines = append(lines, sb.String())
	}
	top := 1 + d.step%4 // scroll, so that the renderer does too
	return strings.Join(append(lines[:1:1], append(lines[top:], lines[1:top]...)...), "\n")
}

// run plays the same keys into the program and returns the last screen before
// it left, and everything that was sent.
func run(t *testing.T, title string, wrap func(*os.File) io.Writer) (picture, sent string) {
	s := openScreen(t)
	p := tea.NewProgram(desk{title: title}, tea.WithInput(s.tty), tea.WithOutput(wrap(s.tty)),
		tea.WithEnvironment([]string{"TERM=xterm-kitty", "COLORTERM=truecolor"}), tea.WithoutSignalHandler())
	ended := make(chan error, 1)
	go func() { _, err := p.Run(); ended <- err }()
	s.waitFor(t, 0)
	for i := range steps {
		if _, err := s.master.WriteString("n"); err != nil {
			t.Fatal(err)
		}
		s.waitFor(t, i+1)
	}
	picture = s.picture()
	if _, err := s.master.WriteString("q"); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return picture, s.sent()
}

func bare(f *os.File) io.Writer { return f }

// The screen is the same with and without: nothing Bubble Tea needs is
// refused, and it still takes the writer for a terminal.
func TestBubbleTeaDrawsTheSameThroughTheFirewall(t *testing.T) {
	var w *Writer
	want, _ := run(t, "ventanilla: 3 esperan", bare)
	got, sent := run(t, "ventanilla: 3 esperan", func(f *os.File) io.Writer { w = New(f); return w })
	if got != want {
		t.Errorf("the screen differs\n%s\nwithout:\n%s", got, want)
	}
	if w.Dropped() != 0 {
		t.Errorf("%d sequences of Bubble Tea were dropped, the last %s", w.Dropped(), w.LastDropped())
	}
	for _, seq := range []string{"\x1b[?1049h", "\x1b[?2004h", "\x1b[?1004h", "\x1b[?1002h", "\x1b[?2026$p", "38;2;", "\x1b]2;ventanilla", "\x1b]11;?"} {
		if !strings.Contains(sent, seq) {
			t.Errorf("the run never sent %q, so it proves nothing about it", seq)
		}
	}
}

// Bubble Tea writes titles as they are given: a name with a bell and a
// clipboard write in it reached the terminal.
func TestAClipboardWriteInATitleDoesNotGetOut(t *testing.T) {
	const hostile = "Rosa\x07\x1b]52;c;Y3VydGE=\x07"
	if _, sent := run(t, hostile, bare); !strings.Contains(sent, "\x1b]52") {
		t.Error("without the firewall it does not either: this test has lost its subject")
	}
	var w *Writer
	_, sent := run(t, hostile, func(f *os.File) io.Writer { w = New(f); return w })
	if strings.Contains(sent, "\x1b]52") || w.Dropped() == 0 {
		t.Errorf("clipboard write sent %v, %d dropped", strings.Contains(sent, "\x1b]52"), w.Dropped())
	}
}
