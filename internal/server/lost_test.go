package server

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/sqlitedb"
	"ventanilla/internal/store/sqlite"
)

// aliveWith opens a desk, leaves a queue in its data, and closes it.
func aliveWith(t *testing.T, data string) {
	t.Helper()
	s, err := Open(t.Context(), Config{Data: data})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(desk.AddQueue(t.Context(), s.Store(), s.desk.Now(), wire.Queue{ID: "cobranzas"}), s.Close()); err != nil {
		t.Fatal(err)
	}
}

// A desk whose workspace is gone says so. It does not start with an empty one beside
// the rest of its data, as if nobody had ever said anything.
func TestALostWorkspaceIsNotReplacedByANewOne(t *testing.T) {
	for name, lose := range map[string]func(file string) error{
		"missing":   os.Remove,
		"emptied":   func(file string) error { return os.Truncate(file, 0) },
		"log taken": onlyHeader, // as after a kill soon after the first start, whose log was then cleared away
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			aliveWith(t, data)
			file := filepath.Join(data, sqlite.FileName)
			kept, err := os.ReadFile(file)
			if err == nil {
				err = lose(file)
			}
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // also the second time: nothing was made by the first
				s, err := Open(t.Context(), Config{Data: data})
				if err == nil {
					_ = s.Close()
				}
				if !errors.Is(err, desk.ErrDamaged) || !strings.Contains(err.Error(), bookFile) {
					t.Fatalf("opening it: %v", err)
				}
			}
			if err := os.WriteFile(file, kept, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), Config{Data: data})
			if err != nil {
				t.Fatalf("with the workspace put back: %v", err)
			}
			defer s.Close()
			var queues []wire.Queue
			err = s.Store().View(t.Context(), func(r desk.Reader) error {
				queues, err = r.Queues()
				return err
			})
			if err != nil || len(queues) != 2 {
				t.Errorf("it holds the queues %v, %v", queues, err)
			}
		})
	}
}

// onlyHeader leaves a database as opening it first makes it, before any schema.
func onlyHeader(file string) error {
	if err := os.Remove(file); err != nil {
		return err
	}
	db, err := sqlitedb.Open(context.Background(), file, nil)
	if err != nil {
		return err
	}
	return db.Close()
}

// What else may lie in a folder is no trace of a desk: the key for customers' tokens
// can be made before the first start, a first start can be cut short anywhere, and
// a log that is still beside its file is taken in.
func TestABeginningIsNoLoss(t *testing.T) {
	for name, begin := range map[string]func(data string) error{
		"nothing":   func(string) error { return nil },
		"no folder": func(data string) error { return os.Remove(data) },
		"token key": func(data string) error {
			_, err := TokenKey(data)
			return err
		},
		"an empty file": func(data string) error { return os.WriteFile(filepath.Join(data, sqlite.FileName), nil, 0o600) },
		"an account": func(data string) error {
			s, err := sqlite.Attach(t.Context(), data)
			if err != nil {
				return err
			}
			return errors.Join(desk.AddQueue(t.Context(), s, wire.Millis(1).Time(), wire.Queue{ID: "ventas"}), s.Close())
		},
		"other files": func(data string) error { return os.WriteFile(filepath.Join(data, "cert.pem"), []byte("x"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			if err := begin(data); err != nil {
				t.Fatal(err)
			}
			aliveWith(t, data)
			aliveWith(t, data)
		})
	}
}
