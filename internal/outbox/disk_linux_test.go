package outbox_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ventanilla/client"
	"ventanilla/internal/outbox"
)

// small mounts a file system of a megabyte; the test is skipped where only root may.
func small(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("mounting: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func TestAFullDiskLosesNothingAndRecovers(t *testing.T) {
	cfg := config(t)
	cfg.Dir = small(t)
	b := open(t, cfg)
	filler := filepath.Join(cfg.Dir, "filler")
	must(t, os.WriteFile(filler, make([]byte, 300<<10), 0o600))
	var want []string
	var full error
	for i := 0; full == nil; i++ {
		if i == 10_000 {
			t.Fatal("a megabyte holds everything")
		}
		id := fmt.Sprint(i)
		full = b.Add(client.EntryID(id), reply(strings.Repeat("x", 2000)), noon)
		if full == nil {
			want = append(want, id+" 0")
		}
	}
	if !errors.Is(full, client.ErrOutboxFull) {
		t.Errorf("a full disk answers %v", full)
	}
	expect(t, b, want...)
	must(t, os.Remove(filler))
	add(t, b, "hay lugar")
	want = append(want, "hay lugar 0")
	expect(t, b, want...)
	shut(t, b)
	again := open(t, cfg)
	expect(t, again, want...)
	if again.Damaged() != 0 {
		t.Errorf("damaged = %d", again.Damaged())
	}
}

func TestAReadOnlyDiskIsSaid(t *testing.T) {
	cfg := config(t)
	cfg.Dir = small(t)
	b := open(t, cfg)
	add(t, b, "uno")
	shut(t, b)
	must(t, syscall.Mount("", cfg.Dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	if _, err := outbox.Open(t.Context(), cfg); !errors.Is(err, client.ErrOutboxReadOnly) {
		t.Errorf("a read-only disk answers %v", err)
	}
	must(t, syscall.Mount("", cfg.Dir, "", syscall.MS_REMOUNT, ""))
	expect(t, open(t, cfg), "uno 0")
}

func TestAFolderThatTakesNoFilesIsSaid(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write anywhere")
	}
	cfg := config(t)
	must(t, os.Chmod(cfg.Dir, 0o500))
	if _, err := outbox.Open(t.Context(), cfg); !errors.Is(err, client.ErrOutboxReadOnly) {
		t.Errorf("it answers %v", err)
	}
}
