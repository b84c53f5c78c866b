package outbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"ventanilla/client"
	"ventanilla/internal/sqlitedb"
)

// because puts the client's word for the cause before an error of the database or
// the system, where there is one.
func because(path string, err error) error {
	cause := causeOf(err)
	if cause == nil && sqlitedb.Broken(err) {
		// SQLite has one code for many troubles of a disk; the disk says which it is.
		cause = causeOf(probe(filepath.Dir(path)))
	}
	if cause == nil || errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("%w: %w", cause, err)
}

func causeOf(err error) error {
	switch {
	case err == nil:
		return nil
	case sqlitedb.Full(err), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return client.ErrOutboxFull
	case sqlitedb.ReadOnly(err), errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return client.ErrOutboxReadOnly
	case sqlitedb.Corrupt(err):
		return client.ErrOutboxDamaged
	}
	return nil
}

// probe writes a page's worth into a folder and takes it away.
func probe(dir string) (err error) {
	f, err := os.CreateTemp(dir, "probe-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if _, err := f.Write(make([]byte, 4096)); err != nil {
		return err
	}
	return f.Sync()
}
