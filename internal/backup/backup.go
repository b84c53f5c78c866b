// Package backup copies a desk's data folder into one file while the desk runs,
// and makes a folder of such a file again. It knows the names of what a folder
// holds from the server; what stands in the files is not its business.
package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"ventanilla/internal/server"
	"ventanilla/internal/sqlitedb"
	"ventanilla/internal/store/sqlite"
)

// Made says what a backup holds.
type Made struct {
	sqlite.Holds
	Files []string // of the data folder
	Size  int64    // of the backup, in bytes
	Took  time.Duration
}

// Make copies the data folder dir into a new file. A desk that runs on it goes on
// running. What is copied is read again, page by page, before the file gets its
// name, so there is never half a backup under it. A file of that name is left
// alone unless replace is true.
func Make(ctx context.Context, dir, file string, replace bool) (made Made, err error) {
	began := time.Now()
	if _, err := os.Stat(filepath.Join(dir, sqlite.FileName)); err != nil {
		return made, fmt.Errorf("backing up %s: it holds no workspace: %w", dir, err)
	}
	if _, err := os.Lstat(file); err == nil && !replace {
		return made, fmt.Errorf("backing up to %s: %w", file, fs.ErrExist)
	}
	// Beside the file, so that it can be renamed, and readable for its owner only.
	work, err := os.MkdirTemp(filepath.Dir(file), ".ventanilla-backup-*")
	if err != nil {
		return made, fmt.Errorf("backing up to %s: %w", file, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if made.Files, err = gather(ctx, dir, work); err != nil {
		return made, fmt.Errorf("backing up %s: %w", dir, err)
	}
	if made.Holds, err = verify(ctx, work); err != nil {
		return made, fmt.Errorf("the copy of %s is not good, so there is no backup: %w", dir, err)
	}
	if made.Size, err = pack(ctx, work, made.Files, file, replace); err != nil {
		return made, fmt.Errorf("backing up to %s: %w", file, err)
	}
	made.Took = time.Since(began)
	return made, nil
}

// gather copies what the data folder holds and returns the names.
func gather(ctx context.Context, dir, to string) (names []string, err error) {
	for _, name := range server.Databases() {
		from := filepath.Join(dir, name)
		if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
			continue // made when first needed
		}
		if err := sqlitedb.Copy(ctx, from, filepath.Join(to, name)); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	// After the databases: a key is older than what it sealed.
	for _, name := range server.Keys() {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), b, 0o600)
		}
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// verify reads every page of the databases in a folder and says what the
// workspace holds.
func verify(ctx context.Context, dir string) (sqlite.Holds, error) {
	for _, name := range server.Databases()[1:] {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		db := sqlitedb.OpenExisting(path)
		wrong, err := sqlitedb.Check(ctx, db, false)
		if err := errors.Join(err, db.Close()); err != nil {
			return sqlite.Holds{}, fmt.Errorf("%s: %w", name, err)
		}
		if len(wrong) > 0 {
			return sqlite.Holds{}, fmt.Errorf("%s is damaged: %s", name, wrong[0])
		}
	}
	return sqlite.Inspect(ctx, dir)
}
