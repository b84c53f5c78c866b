package backup_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/backup"
	"ventanilla/internal/desk"
	"ventanilla/internal/server"
	"ventanilla/internal/store/sqlite"
)

// made is a data folder of a desk that was opened once, has an account with a
// session, and nothing running.
func made(t *testing.T) (dir, session string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	s := open(t, dir)
	if err := s.Book().Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := server.TokenKey(dir); err != nil {
		t.Fatal(err)
	}
	u, err := desk.AddUser(t.Context(), s.Store(), time.Now(), desk.NewUser{
		Login: "ana", Name: "Ana", Role: wire.RoleAgent, Password: "una contraseña larga",
	})
	if err != nil {
		t.Fatal(err)
	}
	in, err := desk.StartSession(t.Context(), s.Store(), time.Now(), u)
	if err != nil {
		t.Fatal(err)
	}
	return dir, desk.Digest(in.Token)
}

func open(t *testing.T, dir string) *server.Server {
	t.Helper()
	s, err := server.Open(t.Context(), server.Config{Data: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// addUser puts something into the log: one more account.
func addUser(t *testing.T, s *server.Server, login string) {
	t.Helper()
	if _, err := desk.AddUser(t.Context(), s.Store(), time.Now(), desk.NewUser{
		Login: login, Name: login, Role: wire.RoleAgent, Password: "una contraseña larga",
	}); err != nil {
		t.Fatal(err)
	}
}

func read[T any](t *testing.T, s *server.Server, get func(desk.Reader) (T, error)) (v T) {
	t.Helper()
	err := s.Store().View(t.Context(), func(r desk.Reader) (err error) {
		v, err = get(r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func position(r desk.Reader) (wire.Position, error) { return r.Position() }

func TestABackupOfARunningDeskRestoresToADesk(t *testing.T) {
	dir, session := made(t) // it is open
	file := filepath.Join(t.TempDir(), "desk.tar")
	b, err := backup.Make(t.Context(), dir, file, false)
	if err != nil {
		t.Fatal(err)
	}
	if want := slices.Concat(server.Databases(), server.Keys()); !slices.Equal(b.Files, want) {
		t.Errorf("the backup holds %v, want %v", b.Files, want)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 || info.Size() != b.Size {
		t.Errorf("the file: %v, %v", info, err)
	}
	target := filepath.Join(t.TempDir(), "new", "data")
	r, err := backup.Restore(t.Context(), file, target, false)
	if err != nil {
		t.Fatal(err)
	}
	if r.Kept != "" || r.At.Seq != b.At.Seq || r.At.Epoch == b.At.Epoch {
		t.Errorf("restored %+v of %+v", r, b)
	}
	for _, name := range b.Files {
		if info, err := os.Stat(filepath.Join(target, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	s := open(t, target) // the book opens with its key
	past := read(t, s, func(r desk.Reader) ([]wire.Position, error) { return r.Past() })
	if !slices.Equal(past, []wire.Position{b.At}) {
		t.Errorf("past %v, want %v", past, b.At)
	}
	if alive := read(t, s, func(r desk.Reader) (bool, error) { _, ok, err := r.Session(session); return ok, err }); alive {
		t.Error("a session came back to life")
	}
	if report, err := sqlite.Check(t.Context(), target); err != nil || report.Findings != nil {
		t.Errorf("the restored workspace: %v, %v", report.Findings, err)
	}
}

func TestARestoreTouchesNoDeskThatRunsAndNoDataUnasked(t *testing.T) {
	dir, _ := made(t)
	file := filepath.Join(t.TempDir(), "desk.tar")
	if _, err := backup.Make(t.Context(), dir, file, false); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), file, dir, true); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("under a running desk: %v", err)
	}
	other := filepath.Join(t.TempDir(), "data")
	s := open(t, other)
	addUser(t, s, "leo")
	before := read(t, s, position)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), file, other, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over data: %v", err)
	}
	if h, err := sqlite.Inspect(t.Context(), other); err != nil || h.At != before {
		t.Errorf("what was refused changed the data: %v, %v, want %v", h, err, before)
	}
	r, err := backup.Restore(t.Context(), file, other, true)
	if err != nil {
		t.Fatal(err)
	}
	if h, err := sqlite.Inspect(t.Context(), r.Kept); err != nil || h.At != before {
		t.Errorf("what was kept in %s: %v, %v, want %v", r.Kept, h, err, before)
	}
	if h, err := sqlite.Inspect(t.Context(), other); err != nil || h.At != r.At {
		t.Errorf("what was restored: %v, %v", h, err)
	}
}

func TestABackupKeepsWhatHasItsName(t *testing.T) {
	dir, _ := made(t)
	file := filepath.Join(t.TempDir(), "desk.tar")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Make(t.Context(), dir, file, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	if b, _ := os.ReadFile(file); string(b) != "mine" {
		t.Errorf("the file is %q now", b)
	}
	if _, err := backup.Make(t.Context(), dir, file, true); err != nil {
		t.Errorf("when told to replace it: %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(file)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := backup.Make(t.Context(), t.TempDir(), filepath.Join(t.TempDir(), "x"), false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of an empty folder: %v", err)
	}
}

func TestABackupThatIsNotWholeIsRefusedAndChangesNothing(t *testing.T) {
	dir, _ := made(t)
	file := filepath.Join(t.TempDir(), "desk.tar")
	if _, err := backup.Make(t.Context(), dir, file, false); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for name, b := range map[string][]byte{
		"empty": nil, "something else": []byte(strings.Repeat("hola ", 1000)), "a byte": flipped,
		"first half": whole[:len(whole)/2], "begun": whole[:700], "without its end": whole[:len(whole)*9/10],
	} {
		t.Run(name, func(t *testing.T) {
			bad := filepath.Join(t.TempDir(), "bad.tar")
			if err := os.WriteFile(bad, b, 0o600); err != nil {
				t.Fatal(err)
			}
			target := filepath.Join(t.TempDir(), "data")
			if _, err := backup.Restore(t.Context(), bad, target, true); !errors.Is(err, backup.ErrNoBackup) {
				t.Errorf("restoring it: %v", err)
			}
			if left, _ := os.ReadDir(filepath.Dir(target)); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}
