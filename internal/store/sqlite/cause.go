package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"ventanilla/internal/desk"
	"ventanilla/internal/sqlitedb"
)

// because puts the desk's word for the cause before an error of the database or
// the system, where there is one. An error of anything else stays as it is.
func because(err error) error {
	cause := causeOf(err)
	if cause == nil || errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("%w: %w", cause, err)
}

func causeOf(err error) error {
	switch {
	case err == nil:
		return nil
	case sqlitedb.Full(err), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return desk.ErrFull
	case sqlitedb.ReadOnly(err), errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return desk.ErrReadOnly
	case sqlitedb.Corrupt(err), sqlitedb.Broken(err), errors.Is(err, syscall.EIO), errors.Is(err, errStopped):
		return desk.ErrDamaged
	}
	return nil
}
