package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/creack/pty"
	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
)

// start measures the workstation through a pseudo terminal: from exec to a queue one
// can use, from a customer's message to its text on the glass, from a key to its
// letter. Beside it stand programs that only print.
func (b *bench) start(ctx context.Context) error {
	program := filepath.Join(b.dir, "bin", "ventanilla")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, "ventanilla/cmd/ventanilla")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building the workstation: %w: %s", err, out)
	}
	bare, ours, err := b.pair(ctx)
	if err != nil {
		return err
	}
	defer bare.stop()
	defer ours.stop()
	customers, err := ours.senders(ctx, 30)
	defer hangUp(customers)
	if err != nil {
		return err
	}
	if err := ours.takeAll(ctx); err != nil {
		return fmt.Errorf("filling the queue: %w", err)
	}
	secret := filepath.Join(b.dir, "token")
	if err := os.WriteFile(secret, []byte(token(staffOf-1)), 0o600); err != nil {
		return err
	}
	t := terminals{dir: b.dir, program: program, token: secret, bare: bare.addr, ours: ours.addr}
	if err := b.coldStarts(ctx, &t); err != nil {
		return err
	}
	return b.glass(ctx, &t, bare, customers[0])
}

// coldStarts times what somebody waits for who starts the program.
func (b *bench) coldStarts(ctx context.Context, t *terminals) error {
	var first, usable, printed []time.Duration
	for range 8 {
		g, err := t.open(ctx, t.printing()...)
		if err != nil {
			return err
		}
		took, err := g.until(ctx, g.began, 0, []byte(printedText))
		g.close()
		if err != nil {
			return err
		}
		printed = append(printed, took)
		if g, err = t.open(ctx, t.workstation()...); err != nil {
			return err
		}
		frame, err := g.until(ctx, g.began, 0, []byte("\x1b[?1049h"))
		if err == nil {
			took, err = g.until(ctx, g.began, 0, []byte("Vera"))
		}
		g.close()
		if err != nil {
			return err
		}
		first, usable = append(first, frame), append(usable, took)
	}
	b.report.latency("start → the screen is taken over (bare: a Go program prints)", spreadOf(printed), spreadOf(first), "")
	b.report.latency("start → a usable queue of 30 (bare: likewise)", spreadOf(printed), spreadOf(usable), "≤ 80 ms")
	return nil
}

// glass times messages and keys on an open workstation.
func (b *bench) glass(ctx context.Context, t *terminals, bare *process, customer *sender) error {
	raw, err := t.open(ctx, t.printing(bare.addr)...)
	if err != nil {
		return err
	}
	defer raw.close()
	screen, err := t.open(ctx, t.workstation()...)
	if err != nil {
		return err
	}
	defer screen.close()
	teller, err := bare.sender(ctx)
	if err != nil {
		return err
	}
	defer hangUp([]*sender{teller})
	if _, err := raw.until(ctx, raw.began, 0, []byte(joined)); err != nil {
		return err
	}
	if _, err := screen.until(ctx, screen.began, 0, []byte("Vera")); err != nil {
		return err
	}
	time.Sleep(300 * time.Millisecond) // until it has nothing to say any more
	var events [2][]time.Duration
	letters := []rune("αβγδεζηθικλμνξοπρστυφχψω")
	for _, letter := range append(letters, letters...) {
		text := strings.Repeat(string(letter), 6)
		for i, g := range []*glass{raw, screen} {
			from := g.here()
			began := time.Now()
			if err := []*sender{teller, customer}[i].sayText(text); err != nil {
				return err
			}
			took, err := g.until(ctx, began, from, []byte(text))
			if err != nil {
				return fmt.Errorf("a message on the glass: %w", err)
			}
			events[i] = append(events[i], took)
			time.Sleep(25 * time.Millisecond)
		}
	}
	b.report.latency("message → its text on the terminal (disk included)", spreadOf(events[0]), spreadOf(events[1]), "p50 ≤ 6 ms, p99 ≤ 16 ms")
	return b.keys(ctx, screen, letters)
}

// keys types into the composer.
func (b *bench) keys(ctx context.Context, screen *glass, letters []rune) error {
	for _, key := range []string{".", "r"} {
		if err := screen.press(key); err != nil {
			return err
		}
		time.Sleep(300 * time.Millisecond) // until the conversation and the composer are open
	}
	var typed []time.Duration
	for _, letter := range letters {
		from := screen.here()
		began := time.Now()
		if err := screen.press(string(letter)); err != nil {
			return err
		}
		took, err := screen.until(ctx, began, from, []byte(string(letter)))
		if err != nil {
			return fmt.Errorf("a key on the glass: %w", err)
		}
		typed = append(typed, took)
		time.Sleep(25 * time.Millisecond)
	}
	b.report.alone("key → its letter on the terminal, p50 / p95 / p99", spreadOf(typed).String(), "p50 ≤ 8 ms, p99 ≤ 20 ms")
	return nil
}

// takeAll puts the reading client's person in charge of every conversation.
func (p *process) takeAll(ctx context.Context) error {
	ws, err := p.greeted(ctx, nil, "")
	if err != nil {
		return err
	}
	defer ws.Close()
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	var sent, answered uint64
	for whole := false; !whole || answered < sent; {
		var f wire.FromDesk
		if err := ws.ReadJSON(&f); err != nil {
			return err
		}
		switch {
		case f.Outcome != nil:
			answered = f.Outcome.N
		case f.Snapshot != nil:
			whole = f.Snapshot.Last
			for _, c := range f.Snapshot.Conversations {
				sent++
				command, err := wire.NewCommandFrame(sent, 0, wire.Take{Conversation: c.ID})
				if err == nil {
					err = ws.WriteJSON(wire.FromClient{Command: &command})
				}
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// sayText sends a text and waits for the answer. The bare program's teller too.
func (s *sender) sayText(text string) error {
	s.n++
	var frame any = chatwire.FromCustomer{Say: &chatwire.Say{N: s.n, Settled: s.n - 1, Text: text}}
	if s.bare {
		frame = bareSay{N: s.n, Text: text}
	}
	if err := s.ws.WriteJSON(frame); err != nil {
		return err
	}
	return s.acknowledged(s.n)
}

// terminals opens programs in pseudo terminals of 120 by 40.
type terminals struct{ dir, program, token, bare, ours string }

func (t *terminals) workstation() []string {
	return []string{t.program, "--server", "http://" + t.ours, "--token-file", t.token, "--locale", "es-AR", "--theme", "noche"}
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
