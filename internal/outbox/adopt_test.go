package outbox_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/internal/outbox"
)

// writerDir tells a copy of the test that it is a workstation that writes and is
// killed as it waits.
const writerDir = "VENTANILLA_OUTBOX_WRITER"

// writer keeps one text for each line it reads and says so.
func writer(dir string) int {
	b, err := outbox.Open(context.Background(), childConfig(dir))
	if err != nil {
		fmt.Println("open", err)
		return 1
	}
	fmt.Println("open")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Println(in.Text(), b.Add(client.EntryID(in.Text()), reply(in.Text()), noon))
	}
	return 0
}

// workstation is a running writer.
type workstation struct {
	cmd *exec.Cmd
	in  io.Writer
	out *bufio.Scanner
}

func startWorkstation(t *testing.T, dir string) *workstation {
	t.Helper()
	w := &workstation{cmd: exec.Command(os.Args[0])}
	w.cmd.Env = append(os.Environ(), writerDir+"="+dir)
	in, err := w.cmd.StdinPipe()
	must(t, err)
	out, err := w.cmd.StdoutPipe()
	must(t, err)
	w.in, w.out = in, bufio.NewScanner(out)
	must(t, w.cmd.Start())
	t.Cleanup(func() { _, _ = w.cmd.Process.Kill(), w.cmd.Wait() })
	w.expect(t, "open")
	return w
}

func (w *workstation) expect(t *testing.T, line string) {
	t.Helper()
	if !w.out.Scan() || w.out.Text() != line {
		t.Fatalf("a workstation said %q, not %q", w.out.Text(), line)
	}
}

func (w *workstation) write(t *testing.T, text string) {
	t.Helper()
	_, err := fmt.Fprintln(w.in, text)
	must(t, err)
	w.expect(t, text+" <nil>")
}

func (w *workstation) kill(t *testing.T) {
	t.Helper()
	must(t, w.cmd.Process.Kill())
	_ = w.cmd.Wait() // it was killed
}

func TestWhatTwoKilledWorkstationsLeftIsAllThereAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	a, b, runs := startWorkstation(t, dir), startWorkstation(t, dir), startWorkstation(t, dir)
	a.write(t, "uno")
	b.write(t, "dos")
	runs.write(t, "de quien trabaja")
	a.write(t, "tres")
	b.write(t, "cuatro")
	a.kill(t)
	b.kill(t)
	next := open(t, childConfig(dir))
	expect(t, next, "uno 0", "dos 0", "tres 0", "cuatro 0")
	if n := next.Elsewhere(); n != 0 {
		t.Errorf("%d are said to be elsewhere", n)
	}
	number(t, next, "uno", "dos")
	expect(t, open(t, childConfig(dir)))
	shut(t, next)
	expect(t, open(t, childConfig(dir)), "uno 1", "dos 2", "tres 0", "cuatro 0")
	runs.write(t, "sigue")
}

func TestWhatIsTakenOverGoesBehindWhatHasNumbersAndIsAsItWas(t *testing.T) {
	cfg := config(t)
	a, b := open(t, cfg), open(t, cfg)
	add(t, a, "uno", "dos")
	add(t, b, "tres", "cuatro")
	add(t, a, "cinco")
	number(t, a, "uno", "dos")
	must(t, b.Hold("tres", true))
	must(t, b.SaveDraft("c1", "reply", "borrador"))
	lane, _ := a.Lane()
	shut(t, a)
	shut(t, b)
	for range 2 { // also when it is opened again
		next := open(t, cfg)
		expect(t, next, "uno 1", "dos 2", "tres 0", "cuatro 0", "cinco 0")
		for e := range next.Entries() {
			if e.Held != (e.ID == "tres") || e.Command != reply(string(e.ID)) || !e.At.Equal(noon) {
				t.Errorf("entry = %+v", e)
			}
		}
		expectDrafts(t, next, outbox.Draft{Conversation: "c1", Kind: "reply", Text: "borrador"})
		if l, last := next.Lane(); l != lane || last != 2 || next.Damaged() != 0 {
			t.Errorf("lane %s, last %d, damaged %d", l, last, next.Damaged())
		}
		shut(t, next)
	}
}

// A text must not get to the customer before the one it was written after.
func TestWhatHasANumberInAnotherLaneKeepsItsConversationThere(t *testing.T) {
	cfg := config(t)
	a, b := open(t, cfg), open(t, cfg)
	add(t, a, "mío")
	add(t, b, "en camino", "después")
	must(t, b.Add("otra", wire.Note{Conversation: "c2", Text: "otra"}, noon))
	number(t, b, "en camino")
	lane, _ := b.Lane()
	shut(t, a)
	shut(t, b)
	next := open(t, cfg)
	expect(t, next, "mío 0", "otra 0")
	if n := next.Elsewhere(); n != 2 {
		t.Errorf("%d are said to be elsewhere", n)
	}
	rest := open(t, cfg)
	expect(t, rest, "en camino 1", "después 0")
	if l, last := rest.Lane(); l != lane || last != 1 || rest.Elsewhere() != 0 {
		t.Errorf("lane %s, not %s; last %d, elsewhere %d", l, lane, last, rest.Elsewhere())
	}
}

func TestWhatWasSeenOfAnotherLogStaysInItsLane(t *testing.T) {
	for name, c := range map[string]struct {
		ours, theirs string
		taken        bool
	}{
		"the same log":        {"e1", "e1", true},
		"another log":         {"e2", "e1", false},
		"they had met no log": {"e1", "", true},
		"we had met no log":   {"", "e1", true},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(t)
			a, b := open(t, cfg), open(t, cfg)
			must(t, errors.Join(a.Begin(c.ours), b.Begin(c.theirs)))
			add(t, a, "uno")
			must(t, b.Add("dos", wire.Reply{Conversation: "c1", Text: "dos", Seen: 7}, noon))
			shut(t, a)
			shut(t, b)
			next := open(t, cfg)
			if !c.taken {
				expect(t, next, "uno 0")
				if rest := open(t, cfg); next.Elsewhere() != 1 || rest.Epoch() != c.theirs {
					t.Errorf("%d elsewhere, of epoch %q", next.Elsewhere(), rest.Epoch())
				}
				return
			}
			expect(t, next, "uno 0", "dos 0")
			want := max(c.ours, c.theirs)
			if next.Epoch() != want {
				t.Errorf("the lane is of epoch %q, not %q", next.Epoch(), want)
			}
			shut(t, next)
			if again := open(t, cfg); again.Epoch() != want {
				t.Errorf("opened again it is of epoch %q, not %q", again.Epoch(), want)
			}
		})
	}
}

func TestALaneWhoseNumbersAreForAnUnknownLogTakesOnNone(t *testing.T) {
	cfg := config(t)
	a, b := open(t, cfg), open(t, cfg)
	add(t, a, "uno")
	number(t, a, "uno")
	must(t, b.Begin("e1"))
	add(t, b, "dos")
	shut(t, a)
	shut(t, b)
	next := open(t, cfg)
	expect(t, next, "uno 1")
	if next.Epoch() != "" || next.Elsewhere() != 1 {
		t.Errorf("epoch %q, %d elsewhere", next.Epoch(), next.Elsewhere())
	}
}

func TestADamagedRecordOfAnotherLaneIsSetAside(t *testing.T) {
	cfg := config(t)
	a, b := open(t, cfg), open(t, cfg)
	add(t, a, "uno")
	add(t, b, "dos", "tres")
	shut(t, a)
	shut(t, b)
	alter(t, cfg, "update entry set kind = 'note' where id = 2")
	next := open(t, cfg)
	expect(t, next, "uno 0", "tres 0")
	if next.Damaged() != 1 || next.Elsewhere() != 0 {
		t.Errorf("damaged %d, elsewhere %d", next.Damaged(), next.Elsewhere())
	}
}
