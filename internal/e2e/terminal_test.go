package e2e

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// terminal is a real program in a pseudo-terminal, with an emulator that keeps its
// screen.
type terminal struct {
	t      *testing.T
	cmd    *exec.Cmd
	pty    *os.File
	mu     sync.Mutex // guards screen: its own lock does not cover all of it
	screen *vt.Emulator
	drawn  chan struct{} // holds one: something was drawn
	ended  chan struct{}
}

func startTerminal(t *testing.T, columns, rows int, cmd *exec.Cmd) *terminal {
	t.Helper()
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)})
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{
		t: t, cmd: cmd, pty: file, screen: vt.NewEmulator(columns, rows),
		drawn: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	var reading sync.WaitGroup
	reading.Go(term.read)
	reading.Go(func() { _, _ = io.Copy(file, term.screen) }) // what the emulator answers
	go func() { _ = cmd.Wait(); close(term.ended) }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-term.ended
		_ = file.Close()
		_ = term.screen.InputPipe().(io.Closer).Close()
		reading.Wait()
	})
	return term
}

func (term *terminal) read() {
	buf := make([]byte, 32<<10)
	for {
		n, err := term.pty.Read(buf)
		if n > 0 {
			term.mu.Lock()
			_, _ = term.screen.Write(buf[:n])
			term.mu.Unlock()
			select {
			case term.drawn <- struct{}{}:
			default:
			}
		}
		if err != nil {
			return
		}
	}
}

func (term *terminal) types(keys string) {
	term.t.Helper()
	if _, err := io.WriteString(term.pty, keys); err != nil {
		term.t.Fatalf("typing: %v", err)
	}
}

// sees waits until all of the texts stand on the screen, in one row each.
func (term *terminal) sees(texts ...string) {
	term.t.Helper()
	late := time.After(patience)
	for {
		screen := term.text()
		missing := ""
		for _, s := range texts {
			if !strings.Contains(screen, s) {
				missing = s
			}
		}
		if missing == "" {
			return
		}
		select {
		case <-term.drawn:
		case <-term.ended:
			term.t.Fatalf("the program ended; %q was not on its screen:\n%s", missing, screen)
		case <-late:
			term.t.Fatalf("%q never came on the screen:\n%s", missing, screen)
		}
	}
}

// seesEither waits until one of two texts stands on the screen and returns it.
func (term *terminal) seesEither(a, b string) string {
	term.t.Helper()
	late := time.After(patience)
	for {
		switch screen := term.text(); {
		case strings.Contains(screen, a):
			return a
		case strings.Contains(screen, b):
			return b
		}
		select {
		case <-term.drawn:
		case <-late:
			term.t.Fatalf("neither %q nor %q came on the screen:\n%s", a, b, term.text())
		}
	}
}

// text is the screen without colours.
func (term *terminal) text() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.screen.String()
}
