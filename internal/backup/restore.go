package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ventanilla/internal/desk"
	"ventanilla/internal/server"
	"ventanilla/internal/store/sqlite"
)

// Restored says what a folder holds after a restore.
type Restored struct {
	sqlite.Holds
	Made time.Time // when the backup was
	Kept string    // where what was there before is kept; empty: nothing was
}

// Restore makes a data folder of a backup. The backup is unpacked beside dir,
// read again page by page and given a new epoch before anything in dir changes. A
// folder that a desk has is refused, and so is one with data, unless replace is
// true: then the old folder is kept under another name, which is returned.
func Restore(ctx context.Context, file, dir string, replace bool) (r Restored, err error) {
	dir, err = target(dir)
	if err != nil {
		return r, fmt.Errorf("restoring to %s: %w", dir, err)
	}
	lock, old, err := claim(dir)
	if err != nil {
		return r, fmt.Errorf("restoring to %s: %w", dir, err)
	}
	if lock != nil {
		defer func() { err = errors.Join(err, lock.Close()) }()
	}
	if len(old) > 0 && !replace {
		return r, fmt.Errorf("restoring to %s: it holds %s: %w", dir, old[0], fs.ErrExist)
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+"-restore-*")
	if err != nil {
		return r, fmt.Errorf("restoring to %s: %w", dir, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	c, err := prepare(ctx, file, work)
	if err != nil {
		return r, fmt.Errorf("restoring %s: %w", file, err)
	}
	r.Made = c.Made
	if r.Holds, err = sqlite.Inspect(ctx, work); err != nil {
		return r, fmt.Errorf("restoring %s: %w", file, err)
	}
	if r.Kept, err = move(work, dir, len(old) > 0); err != nil {
		return r, fmt.Errorf("restoring to %s: %w", dir, err)
	}
	return r, nil
}

// prepare unpacks a backup, verifies it, and gives it a new epoch.
func prepare(ctx context.Context, file, work string) (contents, error) {
	c, err := unpack(ctx, file, work)
	if err != nil {
		return c, err
	}
	if _, err := verify(ctx, work); err != nil {
		return c, err
	}
	s, err := sqlite.Open(ctx, work)
	if err != nil {
		return c, err
	}
	return c, errors.Join(desk.Restart(ctx, s, time.Now()), s.Close())
}

// target resolves links, so that what is renamed is the folder and not its link.
func target(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return dir, err
	}
	real, err := filepath.EvalSymlinks(abs)
	if errors.Is(err, fs.ErrNotExist) {
		return abs, os.MkdirAll(filepath.Dir(abs), 0o700)
	}
	return real, err
}

// claim takes a folder that is there from any desk, and says which data it holds.
func claim(dir string) (lock io.Closer, data []string, err error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if lock, err = sqlite.Lock(dir); err != nil {
		return nil, nil, err
	}
	for _, name := range slices.Concat(server.Databases(), server.Keys()) {
		// What is left of a database that is gone is data as well.
		for _, path := range []string{name, name + "-wal"} {
			if _, err := os.Lstat(filepath.Join(dir, path)); err == nil {
				data = append(data, path)
			}
		}
	}
	return lock, data, nil
}

// move puts the restored files where the desk looks for them. The old folder is
// kept whole. An empty one is filled, because it may be the root of a disk; its
// workspace comes last, so that a restore that was cut short shows.
func move(work, dir string, full bool) (kept string, err error) {
	if _, err := os.Stat(dir); err == nil && !full {
		return "", fill(work, dir)
	}
	if full {
		kept = dir + ".before-restore-" + time.Now().UTC().Format("20060102T150405Z")
		if err := os.Rename(dir, kept); err != nil {
			return "", fmt.Errorf("keeping what is there: %w (the root of a disk cannot be renamed: restore to a folder in it)", err)
		}
	}
	if err := os.Rename(work, dir); err != nil {
		if full { // back to where the desk looks for it
			err = errors.Join(err, os.Rename(kept, dir))
		}
		return "", err
	}
	return kept, syncFolder(filepath.Dir(dir))
}

func fill(work, dir string) error {
	names := slices.Concat(server.Databases(), server.Keys())
	slices.Reverse(names)
	for _, name := range names {
		err := os.Rename(filepath.Join(work, name), filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return syncFolder(dir)
}
