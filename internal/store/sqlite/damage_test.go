package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// written is a folder whose desk has stopped, with 300 messages in it.
func written(t *testing.T) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint64(300) {
		if err := speak(s, t, n+1); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, filepath.Join(dir, FileName)
}

// spoil changes a file in place.
func spoil(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, change(b), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// wipePage overwrites the beginning of the page with the last message.
func wipePage(b []byte) []byte {
	const page = 4096
	at := bytes.LastIndex(b, []byte(`"ev":"said"`)) / page * page
	copy(b[at:at+200], bytes.Repeat([]byte{0xa5}, 200))
	return b
}

func TestADeskDoesNotStartOnDamage(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"a page":          wipePage,
		"cut short":       func(b []byte) []byte { return b[:len(b)/2] },
		"another file":    func([]byte) []byte { return []byte(strings.Repeat("no soy una base ", 1000)) },
		"a wiped heading": func(b []byte) []byte { copy(b, make([]byte, 100)); return b },
	} {
		t.Run(name, func(t *testing.T) {
			dir, path := written(t)
			spoil(t, path, change)
			s, err := Open(t.Context(), dir)
			if err == nil {
				_ = s.Close()
			}
			if !errors.Is(err, desk.ErrDamaged) || !strings.Contains(err.Error(), path) {
				t.Errorf("opening it: %v", err)
			}
			report, err := Check(t.Context(), dir)
			if err == nil && len(report.Findings) == 0 {
				t.Error("the check finds nothing")
			}
			if err != nil && !errors.Is(err, desk.ErrDamaged) {
				t.Errorf("checking it: %v", err)
			}
		})
	}
}

func TestWhatCanBeReadGoesOnBeingRead(t *testing.T) {
	dir, path := written(t)
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err == nil { // in place: the desk keeps its handle
		_, err = f.WriteAt(wipePage(b), 0)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	// Whatever the cache of one connection still has, a new one reads the disk.
	s.db.Read.SetMaxIdleConns(0)
	s.readers.idle = nil
	err = s.View(t.Context(), func(r desk.Reader) error {
		_, err := r.Entries(0, 1000)
		return err
	})
	if !errors.Is(err, desk.ErrDamaged) {
		t.Errorf("reading the damaged page: %v", err)
	}
	err = s.View(t.Context(), func(r desk.Reader) error {
		first, err := r.Entries(0, 10)
		if len(first) != 10 {
			t.Errorf("%d of the first 10 records are read", len(first))
		}
		_, found, err2 := r.Conversation("c1")
		if !found {
			t.Error("the conversation is not read")
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Errorf("reading the others: %v", err)
	}
}

func TestTheCheckFindsWhatDoesNotAgree(t *testing.T) {
	for _, tt := range []struct {
		fault Fault
		sql   string
	}{
		{Hole, "delete from log where seq = 100"},
		{Twice, "update log set n = 50 where seq = 51"},
		{LaneBehind, "update lanes set last = 7, outcomes = '[]'"},
		{NoRecord, `update lanes set last = 900, outcomes = '[{"n":900,"seq":900}]'`},
		{Twice, `update lanes set outcomes = '[{"n":3,"seq":3},{"n":3,"seq":3}]'`},
		{WrongSummary, `update conversations set summary = json_set(summary, '$.unread', 5)`},
		{WrongSummary, "delete from conversations"},
		{NotFound, `insert into words (words) values ('delete-all')`},
	} {
		t.Run(fmt.Sprintf("%s/%s", tt.fault, tt.sql[:6]), func(t *testing.T) {
			dir, _ := written(t)
			if report, err := Check(t.Context(), dir); err != nil || report.Findings != nil || report.At.Seq != 300 {
				t.Fatalf("before: %v, %v", report, err)
			}
			s, err := Attach(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(update(s, t, tt.sql), s.Close()); err != nil {
				t.Fatal(err)
			}
			report, err := Check(t.Context(), dir)
			if err != nil || len(report.Findings) == 0 || report.Findings[0].Fault != tt.fault {
				t.Errorf("found %v, %v; want %s", report.Findings, err, tt.fault)
			}
		})
	}
}

func TestDeedsNameWhoDidWhat(t *testing.T) {
	dir, _ := written(t)
	var n uint64
	for d, err := range Deeds(t.Context(), dir) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		if d.Owner != "c:u1" || d.Device != "d" || d.Lane != "l" || d.N != n || d.Seq != n {
			t.Fatalf("deed %d is %+v", n, d)
		}
		if said, ok := d.Event.(wire.Said); ok && d.Text != said.Text {
			t.Fatalf("deed %d has the text %q", n, d.Text)
		}
	}
	if n != 300 {
		t.Errorf("%d deeds, want 300", n)
	}
}
