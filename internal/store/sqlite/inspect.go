package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/sqlitedb"
)

// Holds is what a workspace holds, in figures.
type Holds struct {
	At            wire.Position
	Conversations int
}

// String says it as an operator reads it.
func (h Holds) String() string {
	return fmt.Sprintf("%d records in epoch %s, %d conversations", h.At.Seq, h.At.Epoch, h.Conversations)
}

// Inspect reads every page of the workspace's file in dir as it is, without
// bringing it to the newest schema, and says what it holds. Anything that is not
// as it was written is an error that wraps [desk.ErrDamaged].
func Inspect(ctx context.Context, dir string) (Holds, error) {
	var h Holds
	err := examine(ctx, dir, func(x *examination) error {
		wrong, err := sqlitedb.Check(ctx, x.db, false)
		if err != nil {
			return err
		}
		if len(wrong) > 0 {
			return fmt.Errorf("%w: %s", desk.ErrDamaged, strings.Join(wrong, "; "))
		}
		if h, err = x.holds(); err != nil {
			return err
		}
		holes, err := x.holes()
		if err == nil && holes > 0 {
			err = fmt.Errorf("%w: %d records are missing", desk.ErrDamaged, holes)
		}
		return err
	})
	return h, err
}

// examination is a file that is read in one snapshot, beside a desk that may be
// writing to it.
type examination struct {
	*reader
	db *sql.DB
}

// examine opens the workspace's file in dir, which must be there, and reads it.
func examine(ctx context.Context, dir string, do func(*examination) error) error {
	path := filepath.Join(dir, FileName)
	if err := examineFile(ctx, path, do); err != nil {
		return fmt.Errorf("examining %s: %w", path, because(err))
	}
	return nil
}

func examineFile(ctx context.Context, path string, do func(*examination) error) (err error) {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	db := sqlitedb.OpenExisting(path)
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(2) // one keeps the snapshot, one checks the pages
	only, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	c := &conn{sql: only, stmts: make(map[string]*sql.Stmt)}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.begin(ctx, "begin"); err != nil {
		return err
	}
	defer c.rollback()
	return do(&examination{&reader{conn: c, ctx: ctx}, db})
}

func (x *examination) holds() (h Holds, err error) {
	if h.At, err = x.Position(); err != nil {
		return h, err
	}
	_, err = x.row("select count(*) from conversations", nil, []any{&h.Conversations})
	return h, err
}

// holes counts the seqs up to the last one that have no record.
func (x *examination) holes() (n int, err error) {
	_, err = x.row("select coalesce(max(seq), 0) - count(*) from log", nil, []any{&n})
	return n, err
}
