package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/desk"
)

// again hears of a desk's log that it writes again.
type again struct {
	slog.Handler
	heard chan struct{}
}

func (again) Enabled(context.Context, slog.Level) bool { return true }

func (h again) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "the desk writes again" {
		h.heard <- struct{}{}
	}
	return nil
}

// A real disk runs full while a customer writes. What was acknowledged is in the log
// once and in order, also after a restart; what was not goes through under its
// number as soon as there is room, without anybody's help.
func TestARealDiskRunsFull(t *testing.T) {
	data := t.TempDir()
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=6m"); err != nil {
		t.Skipf("a small disk can only be mounted as root: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(data, syscall.MNT_DETACH) })
	heard := make(chan struct{}, 100)
	cfg := Config{Data: data, Unlimited: true, Log: slog.New(again{slog.DiscardHandler, heard})}
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.desk.Run(ctx) }()
	c, err := s.desk.Visit(t.Context(), desk.Visit{Name: "Rosa", Fresh: wire.NewToken(), Expires: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	from := desk.Sender{Customer: c.ID, Device: "device-1", Lane: "lane-1"}
	say := func(n uint64) desk.Reply {
		replies := make(chan desk.Reply, 1)
		if err := s.desk.Say(t.Context(), from, chatwire.Say{N: n, Settled: n - 1, Text: fmt.Sprint("mensaje ", n)}, func(r desk.Reply) { replies <- r }); err != nil {
			t.Fatal(err)
		}
		return <-replies
	}
	n := uint64(1)
	filler := filepath.Join(data, "filler")
	for range 2 {
		fill(t, filler)
		for say(n).Outcome != nil { // what still fits
			n++
		}
		if e, ok := errors.AsType[*desk.Error](s.desk.Trouble()); !ok || e.Code != "disk_full" {
			t.Fatalf("the desk's trouble is %v", s.desk.Trouble())
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		<-heard
		for range 20 {
			if r := say(n); r.Outcome == nil || r.Outcome.Refused != nil {
				t.Fatalf("with room again %d is answered %+v", n, r)
			}
			n++
		}
	}
	stop()
	if err := errors.Join(<-done, s.Close()); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var got, want []string
	for i := uint64(1); i < n; i++ {
		want = append(want, fmt.Sprint("mensaje ", i))
	}
	err = s.Store().View(t.Context(), func(r desk.Reader) error {
		lines, err := r.Lines(c.ID, 0, 0, 100_000)
		for _, l := range lines {
			got = append(got, l.Event.(wire.Said).Text)
		}
		return err
	})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v; %d lines after the restart, want %d", err, len(got), len(want))
	}
	t.Logf("%d messages over two full disks", n-1)
}

// fill writes until there is no room.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); ; {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// A disk that is mounted read-only is named as that, and nothing has changed when it
// can be written to again.
func TestARealDiskIsReadOnly(t *testing.T) {
	data := t.TempDir()
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=6m"); err != nil {
		t.Skipf("a disk can only be mounted as root: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(data, syscall.MNT_DETACH) })
	aliveWith(t, data)
	if err := syscall.Mount("", data, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Config{Data: data})
	if err == nil {
		_ = s.Close()
	}
	if !errors.Is(err, desk.ErrReadOnly) {
		t.Errorf("opening it: %v", err)
	}
	if err := syscall.Mount("", data, "", syscall.MS_REMOUNT, ""); err != nil {
		t.Fatal(err)
	}
	aliveWith(t, data)
}
