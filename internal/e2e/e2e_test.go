// Package e2e holds tests that start what users start: the real binary, in a real
// terminal, with a real browser on the other side. It has no code of its own.
package e2e

import (
	"bufio"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/store/sqlite"
)

// patience bounds waits across processes. It is for broken builds, not a measure.
const patience = 60 * time.Second

// binary builds the program once for all tests.
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "ventanilla-e2e-")
	if err != nil {
		panic(err)
	}
	built = filepath.Join(dir, "ventanilla")
	build := exec.Command("go", "build", "-o", built, "ventanilla/cmd/ventanilla")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// ventanilla is a command of the binary with a home of its own.
func ventanilla(t *testing.T, home string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(built, args...)
	cmd.Env = []string{
		"HOME=" + home, "XDG_STATE_HOME=" + home, "XDG_DATA_HOME=" + home, "PATH=" + os.Getenv("PATH"),
		"TERM=xterm-256color", "COLORTERM=truecolor", "LANG=es_AR.UTF-8",
	}
	return cmd
}

// desks are what the tests start and kill.
type served struct {
	t          *testing.T
	cmd        *exec.Cmd
	data, addr string
}

func startDesk(t *testing.T, data, addr string) *served {
	t.Helper()
	cmd := ventanilla(t, t.TempDir(), "serve", "--data", data, "--listen", addr, "--seed-customers", "--no-chat-limits")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &served{t: t, cmd: cmd, data: data}
	t.Cleanup(s.kill)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "desk "); ok {
			s.addr = strings.TrimPrefix(strings.TrimSpace(at), "http://")
			return s
		}
	}
	t.Fatal("the desk did not say where it is")
	return nil
}

// kill ends the desk as a power cut would.
func (s *served) kill() {
	if s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Signal(syscall.SIGKILL)
		_ = s.cmd.Wait()
	}
}

// agent makes an account and returns the file of a session's token.
func (s *served) agent(login, name string, role wire.Role) string {
	s.t.Helper()
	add := ventanilla(s.t, s.t.TempDir(), "user", "add", "--data", s.data, "--login", login, "--name", name, "--role", string(role), "--password-stdin")
	add.Stdin = strings.NewReader("una contraseña larga\n")
	if out, err := add.CombinedOutput(); err != nil {
		s.t.Fatalf("user add: %v\n%s", err, out)
	}
	store, err := sqlite.Attach(context.Background(), s.data)
	if err != nil {
		s.t.Fatal(err)
	}
	defer store.Close()
	var token string
	err = store.View(context.Background(), func(r desk.Reader) error {
		u, _, err := r.UserByLogin(login)
		if err != nil {
			return err
		}
		in, err := desk.StartSession(context.Background(), store, time.Now(), u)
		token = in.Token
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	file := filepath.Join(s.t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return file
}

func (s *served) workstation(file string, columns, rows int) *terminal {
	s.t.Helper()
	return startTerminal(s.t, columns, rows, ventanilla(s.t, s.t.TempDir(), "--server", "http://"+s.addr, "--token-file", file))
}

// customer opens the page as a known customer of the loan book.
func (s *served) customer(ref, name string) page {
	s.t.Helper()
	mint := ventanilla(s.t, s.t.TempDir(), "customer-token", "--data", s.data, "--ref", ref, "--name", name, "--page", "http://"+s.addr+"/chat")
	out, err := mint.Output()
	if err != nil {
		s.t.Fatal(err)
	}
	return openPage(s.t, strings.TrimSpace(string(out)))
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

// A browser and a terminal talk, both ways, through a desk that is killed in
// between; nothing is lost and nothing doubled.
func TestBrowserAndTerminalTalkThroughAKilledDesk(t *testing.T) {
	data, addr := t.TempDir(), free(t)
	first := startDesk(t, data, addr)
	token := first.agent("ana", "Ana", wire.RoleAgent)
	rosa := first.customer("c-1001", "Rosa Peralta")
	ana := first.workstation(token, 160, 45)

	rosa.says("hola, este mes voy a pagarte más tarde 🙏 ¿se puede?")
	ana.sees(" 1 Equipo") // one waits for somebody
	ana.types(".")        // the next by priority
	ana.sees("Rosa Peralta", "pagarte más tarde")
	ana.types("r")
	ana.sees("respuesta al cliente")
	ana.types("¡Hola Rosa! Sí, ya te cuento cómo. 家族 👍\r")
	rosa.shows("¡Hola Rosa! Sí, ya te cuento cómo. 家族 👍", 1)
	ana.sees("13.229,84") // Rosa's instalment, to the cent

	first.kill()
	rosa.says("escrito sin conexión ñandú")
	ana.types("respuesta durante el corte\r")
	startDesk(t, data, addr)
	// Whose words come first is chance. When it is the customer's, the reply was
	// written without knowing them and is held until the agent says so.
	if ana.seesEither("NO SE ENVIÓ", "│ respuesta durante el corte") == "NO SE ENVIÓ" {
		ana.sees("│ escrito sin conexión ñandú")
		ana.types("\x19")
	}
	rosa.shows("respuesta durante el corte", 1)
	ana.sees("escrito sin conexión ñandú")
	rosa.shows("escrito sin conexión ñandú", 1)

	long := strings.Repeat("á", 3980) + " FINAL"
	rosa.says(long)
	ana.sees("FINAL")
}
