package torture

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/store/sqlite"
)

// patience bounds waits across processes. It is for broken builds, not a measure.
const patience = 3 * time.Minute

// process is something that is killed, frozen and started again, by one fault at
// a time.
type process struct {
	mu    sync.Mutex
	cmd   *exec.Cmd
	start func() (*exec.Cmd, error)
	ended bool
}

// kill ends it as a power cut would and starts it again after a while.
func (p *process) kill(ctx context.Context, pause time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end()
	rest(ctx, pause)
	return p.begin()
}

// freeze stops it for a while, as standby does.
func (p *process) freeze(ctx context.Context, pause time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return nil
	}
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	rest(ctx, pause)
	return p.cmd.Process.Signal(syscall.SIGCONT)
}

func (p *process) begin() (err error) {
	if p.ended {
		return nil
	}
	p.cmd, err = p.start()
	return err
}

func (p *process) end() {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	p.cmd = nil
}

// stop ends it for good.
func (p *process) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	p.end()
}

// rest waits, less when the run is over.
func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// served is the desk under torture.
type served struct {
	process
	t          *testing.T
	data, addr string
	log        *os.File
	full       sync.Mutex // the disk is filled
}

func newServed(t *testing.T, data, log string) *served {
	t.Helper()
	s := &served{t: t, data: data, addr: free(t)}
	var err error
	if s.log, err = os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		t.Fatal(err)
	}
	s.process.start = s.serve
	t.Cleanup(s.stop)
	return s
}

// free returns an address that nobody serves, so that a desk can come back to it.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// serve starts the binary and returns when it serves. On a full disk it may not be
// able to; it is started until it is.
func (s *served) serve() (*exec.Cmd, error) {
	deadline := time.Now().Add(patience)
	for {
		cmd, err := s.try()
		if err == nil || time.Now().After(deadline) {
			return cmd, err
		}
		rest(context.Background(), 100*time.Millisecond)
	}
}

func (s *served) try() (*exec.Cmd, error) {
	cmd := exec.Command(built, "serve", "--data", s.data, "--listen", s.addr, "--no-chat-limits")
	cmd.Env = []string{"HOME=" + s.data, "PATH=" + os.Getenv("PATH")}
	cmd.Stderr = s.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "desk ") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return cmd, nil
		}
	}
	_ = cmd.Process.Kill()
	return nil, fmt.Errorf("the desk did not start: %w", cmd.Wait())
}

// hire makes an account as an operator does and returns a session's token.
func (s *served) hire(login string) string {
	s.t.Helper()
	add := exec.Command(built, "user", "add", "--data", s.data, "--login", login, "--name", login, "--role", "agent", "--password-stdin")
	add.Env = []string{"HOME=" + s.data, "PATH=" + os.Getenv("PATH")}
	add.Stdin = strings.NewReader("una contraseña larga\n")
	if out, err := add.CombinedOutput(); err != nil {
		s.t.Fatalf("user add: %v\n%s", err, out)
	}
	var token string
	s.view(func(r desk.Reader, store *sqlite.Store) error {
		u, _, err := r.UserByLogin(login)
		if err != nil {
			return err
		}
		in, err := desk.StartSession(context.Background(), store, time.Now(), u)
		token = in.Token
		return err
	})
	return token
}

// view reads the desk's database from beside it.
func (s *served) view(read func(desk.Reader, *sqlite.Store) error) {
	s.t.Helper()
	store, err := sqlite.Attach(context.Background(), s.data)
	if err != nil {
		s.t.Fatal(err)
	}
	defer store.Close()
	if err := store.View(context.Background(), func(r desk.Reader) error { return read(r, store) }); err != nil {
		s.t.Fatal(err)
	}
}

// filler is the file that takes the room there is.
func (s *served) filler() string { return filepath.Join(s.data, "filler") }

// fill takes all the room on the desk's disk for a while.
func (s *served) fill(ctx context.Context, pause time.Duration) error {
	s.full.Lock()
	defer s.full.Unlock()
	f, err := os.Create(s.filler())
	if err != nil {
		return err
	}
	block := bytes.Repeat([]byte{1}, 64<<10)
	for n := len(block); n > 0; {
		if _, err := f.Write(block[:n]); err != nil {
			n /= 2
		}
	}
	rest(ctx, pause)
	_ = f.Close()
	return os.Remove(s.filler())
}

// entries is the whole log.
func (s *served) entries() (all []desk.Entry, at wire.Position) {
	s.t.Helper()
	s.view(func(r desk.Reader, _ *sqlite.Store) error {
		var err error
		if at, err = r.Position(); err != nil {
			return err
		}
		for {
			page, err := r.Entries(uint64(len(all)), 1000)
			all = append(all, page...)
			if err != nil || len(page) == 0 {
				return err
			}
		}
	})
	return all, at
}
