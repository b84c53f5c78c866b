package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/creack/pty"
	"github.com/gorilla/websocket"
)

// terminals opens programs in pseudo terminals of 120 by 40.
type terminals struct{ dir, program, token, desk string }

// terminals makes a home for workstations of a desk, with a session's token in it.
func (b *bench) terminals(desk string, user int) (*terminals, error) {
	program, err := b.program()
	if err != nil {
		return nil, err
	}
	dir, err := b.folder()
	if err != nil {
		return nil, err
	}
	t := &terminals{dir: dir, program: program, token: filepath.Join(dir, "token"), desk: desk}
	return t, os.WriteFile(t.token, []byte(token(user)), 0o600)
}

func (t *terminals) workstation(more ...string) []string {
	return append([]string{t.program, "--server", "http://" + t.desk, "--token-file", t.token, "--locale", "es-AR", "--theme", "noche"}, more...)
}

// signsIn is a workstation that asks for a password, and seals with it what waits.
func (t *terminals) signsIn(login string) []string {
	return []string{t.program, "--server", "http://" + t.desk, "--login", login, "--locale", "es-AR", "--theme", "noche"}
}

// seat is a workstation in a terminal at the end of a cable.
type seat struct {
	*glass
	cable *cable
}

// sit starts a workstation of a process over a cable.
func (b *bench) sit(ctx context.Context, p *process, delay time.Duration, args func(*terminals) []string) (*seat, error) {
	c, err := lay(p.addr, delay, 0)
	if err != nil {
		return nil, err
	}
	t, err := b.terminals(c.addr, staff(p.kind)-1)
	if err != nil {
		c.close()
		return nil, err
	}
	g, err := t.open(ctx, args(t)...)
	if err != nil {
		c.close()
		return nil, err
	}
	return &seat{g, c}, nil
}

// has waits until a text has been shown and nothing passes on the cable any more.
func (s *seat) has(ctx context.Context, text string, quiet time.Duration) error {
	if _, err := s.until(ctx, s.began, 0, []byte(text)); err != nil {
		return err
	}
	return s.cable.settled(ctx, quiet)
}

func (s *seat) leave() {
	s.glass.close()
	s.cable.close()
}

// printing is this program as the bare counterpart of a screen.
func (t *terminals) printing(addr ...string) []string {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return append([]string{self, "print"}, addr...)
}

func (t *terminals) open(ctx context.Context, args ...string) (*glass, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "LANG=es_AR.UTF-8", "HOME="+t.dir,
		"XDG_CONFIG_HOME="+t.dir, "XDG_STATE_HOME="+t.dir, "XDG_DATA_HOME="+t.dir, "XDG_CACHE_HOME="+t.dir)
	g := &glass{cmd: cmd, changed: make(chan struct{}), began: time.Now()}
	var err error
	if g.tty, err = pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 120}); err != nil {
		return nil, fmt.Errorf("starting in a terminal: %w", err)
	}
	g.all.Go(g.read)
	return g, nil
}

// glass is a terminal with a program in it: the bytes it wrote and when.
type glass struct {
	cmd   *exec.Cmd
	tty   *os.File
	began time.Time
	all   sync.WaitGroup

	mu      sync.Mutex
	shown   []byte
	at      time.Time // when the last bytes came
	ended   bool
	changed chan struct{}
}

func (g *glass) read() {
	buf := make([]byte, 32<<10)
	for {
		n, err := g.tty.Read(buf)
		g.mu.Lock()
		g.at = time.Now()
		g.shown = append(g.shown, buf[:n]...)
		g.ended = err != nil
		close(g.changed)
		g.changed = make(chan struct{})
		g.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// here is how much was written so far.
func (g *glass) here() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.shown)
}

// until waits for bytes after a place and returns how long after began they came.
func (g *glass) until(ctx context.Context, began time.Time, from int, text []byte) (time.Duration, error) {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		g.mu.Lock()
		found, at, ended, changed := bytes.Contains(g.shown[from:], text), g.at, g.ended, g.changed
		g.mu.Unlock()
		switch {
		case found:
			return at.Sub(began), nil
		case ended:
			return 0, fmt.Errorf("the program ended before it showed %q, but after %q", text, lastOf(g.shown[from:], 400))
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-limit.C:
			return 0, fmt.Errorf("%w for %q after %q", errPatience, text, lastOf(g.shown[from:], 3000))
		}
	}
}

func lastOf(b []byte, n int) []byte { return b[max(0, len(b)-n):] }

func (g *glass) press(keys string) error {
	_, err := g.tty.WriteString(keys)
	return err
}

func (g *glass) close() {
	_ = g.cmd.Process.Kill()
	_ = g.cmd.Wait()
	_ = g.tty.Close()
	g.all.Wait()
}

const printedText = "ready"

// printOnly is the bare counterpart of a screen: it says that it is there and then
// prints what comes, without any library for terminals.
func printOnly(addr string) error {
	fmt.Println(printedText)
	if addr == "" {
		time.Sleep(patience)
		return nil
	}
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+addr+"/follow?head", nil)
	if err != nil {
		return err
	}
	defer ws.Close()
	for {
		_, frame, err := ws.ReadMessage()
		if err != nil {
			return err
		}
		if _, err := os.Stdout.Write(append([]byte("\x1b[2;4H"), frame...)); err != nil {
			return err
		}
	}
}
