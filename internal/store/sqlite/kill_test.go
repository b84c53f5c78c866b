package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/store/sqlite"
)

// writerDir makes the test binary a writer on the folder it names.
const writerDir = "VENTANILLA_TEST_WRITER_DIR"

// perUpdate is how many entries the writer appends in one update.
const perUpdate = 3

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerDir); dir != "" {
		fmt.Fprintln(os.Stderr, writeForever(dir)) // it ends by being killed
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeForever appends entries that name their seq, and prints the last of each
// update once the store has acknowledged it.
func writeForever(dir string) error {
	s, err := sqlite.Open(context.Background(), dir)
	if err != nil {
		return err
	}
	for {
		var seq uint64
		err := s.Update(context.Background(), func(tx desk.Tx) error {
			p, err := tx.Position()
			if err != nil {
				return err
			}
			for i := range uint64(perUpdate) {
				said := wire.Said{Conversation: "c", By: wire.ByCustomer, Text: lineOf(p.Seq + i + 1)}
				body, err := wire.EncodeEvent(1, said)
				if err != nil {
					return err
				}
				if seq, err = tx.Append(desk.Entry{At: 1, Event: said, Body: body, Conversation: "c", Text: said.Text}); err != nil {
					return err
				}
			}
			return tx.SaveLane(desk.LaneKey{Owner: "o"}, desk.Lane{Last: seq})
		})
		if err != nil {
			return err
		}
		fmt.Println(seq)
	}
}

func lineOf(seq uint64) string { return fmt.Sprintf("línea%d", seq) }

// writer is the test binary writing in another process.
type writer struct {
	cmd  *exec.Cmd
	acks *bufio.Scanner
}

func startWriter(t *testing.T, dir string) writer {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), writerDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return writer{cmd, bufio.NewScanner(wholeLines{bufio.NewReader(out)})}
}

// wholeLines drops what a killed process could not finish writing.
type wholeLines struct{ in *bufio.Reader }

func (w wholeLines) Read(p []byte) (int, error) {
	line, err := w.in.ReadSlice('\n')
	if err != nil {
		return 0, io.EOF
	}
	return copy(p, line), nil
}

// next waits for an acknowledgement; false when there will be none.
func (w writer) next(t *testing.T) (uint64, bool) {
	t.Helper()
	if !w.acks.Scan() {
		return 0, false
	}
	seq, err := strconv.ParseUint(w.acks.Text(), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return seq, true
}

// kill ends the writer as a power cut would, as far as a process can tell, and
// returns the last seq it has acknowledged.
func (w writer) kill(t *testing.T, last uint64) uint64 {
	t.Helper()
	if err := w.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for {
		seq, ok := w.next(t)
		if !ok {
			break
		}
		last = seq
	}
	_ = w.cmd.Wait() // says that it was killed
	return last
}

func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	kills := 3
	if os.Getenv("VENTANILLA_TORTURE") != "" {
		kills = 50
	}
	dir := t.TempDir()
	for round := range kills {
		w := startWriter(t, dir)
		var last uint64
		for range 1 + 7*round%40 {
			seq, ok := w.next(t)
			if !ok {
				t.Fatal("the writer stopped by itself")
			}
			last = seq
		}
		acknowledged := w.kill(t, last)
		s, err := sqlite.Open(t.Context(), dir)
		if err != nil {
			t.Fatalf("after kill %d: %v", round, err)
		}
		if err := s.View(t.Context(), func(r desk.Reader) error { return intact(r, acknowledged) }); err != nil {
			t.Errorf("after kill %d: %v", round, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// intact checks that the log holds all that was acknowledged, whole updates
// only, no hole, and that index and state agree with it.
func intact(r desk.Reader, acknowledged uint64) error {
	p, err := r.Position()
	if err != nil {
		return err
	}
	if p.Seq < acknowledged || p.Seq%perUpdate != 0 {
		return fmt.Errorf("the log ends at %d, acknowledged were %d, %d at a time", p.Seq, acknowledged, perUpdate)
	}
	entries, err := r.Entries(0, int(p.Seq)+1)
	if err != nil {
		return err
	}
	if len(entries) != int(p.Seq) {
		return fmt.Errorf("%d entries at position %d", len(entries), p.Seq)
	}
	for i, e := range entries {
		if want := uint64(i + 1); e.Seq != want || e.Event.(wire.Said).Text != lineOf(want) {
			return fmt.Errorf("entry %d says %v", e.Seq, e.Event)
		}
	}
	lane, _, err := r.Lane(desk.LaneKey{Owner: "o"})
	if err != nil || lane.Last != p.Seq {
		return fmt.Errorf("the lane stands at %d, the log at %d, %w", lane.Last, p.Seq, err)
	}
	return nil
}

func TestOneFolderHasOneDesk(t *testing.T) {
	dir := t.TempDir()
	w := startWriter(t, dir)
	last, ok := w.next(t)
	if !ok {
		t.Fatal("the writer did not start")
	}
	_, err := sqlite.Open(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("process %d since 20", w.cmd.Process.Pid)) {
		t.Errorf("a second desk got %v, want to hear of process %d", err, w.cmd.Process.Pid)
	}
	w.kill(t, last)

	s := open(t, dir) // nothing has to be cleaned up by hand
	if _, err := sqlite.Open(t.Context(), dir); err == nil || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("the same process opened it twice: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
}

func TestADamagedLockFileIsNoObstacle(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "desk.lock")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("a second desk got %v", err)
	}
}

func TestNobodyElseReadsTheFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	s := open(t, dir)
	if err := s.Update(t.Context(), func(tx desk.Tx) error { return reply(tx, 1) }); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 3 { // database, log, lock
		t.Fatalf("files %v, %v", files, err)
	}
	for _, f := range append(files, dir) {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", f, info.Mode())
		}
	}
}
