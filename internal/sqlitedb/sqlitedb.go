// Package sqlitedb opens SQLite files the one way ventanilla does: write-ahead
// log, every commit synced to disk, one connection that writes and several that
// read. It is the only package that imports the driver; it knows no tables.
package sqlitedb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// readers bounds the connections that read at the same time; each costs a page
// cache, and a desk on two cores gains nothing from more.
const readers = 8

// DB is one SQLite file. Write holds a single connection, so writers queue
// instead of failing with "database is locked"; Read holds several.
type DB struct {
	Write *sql.DB
	Read  *sql.DB
}

// Open opens or creates the file at path and brings it to the newest schema by
// running the migrations it has not run yet, in order, each in a transaction.
// A file written by a newer build is refused rather than damaged.
func Open(ctx context.Context, path string, migrations []string) (*DB, error) {
	return Engine{}.Open(ctx, path, migrations)
}

// Engine is which SQLite opens a file. The zero value is the product's; tests of
// power cuts bring one whose disk they can fail.
type Engine struct {
	Driver string     // as database/sql knows it; empty: ours
	Params url.Values // added to the address; a _pragma takes the place of ours
}

// Open is [Open] with this engine.
func (e Engine) Open(ctx context.Context, path string, migrations []string) (*DB, error) {
	if e.Driver == "" {
		if err := own(path); err != nil {
			return nil, fmt.Errorf("opening %s: %w", path, err)
		}
	}
	db := &DB{Write: connect(e, path, "immediate", "rwc"), Read: connect(e, path, "deferred", "rwc")}
	db.Write.SetMaxOpenConns(1)
	db.Read.SetMaxOpenConns(readers)
	db.Read.SetMaxIdleConns(readers)
	if err := migrate(ctx, db.Write, migrations); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", path, err), db.Close())
	}
	return db, nil
}

// own makes the file when there is none, for its owner only: SQLite would let
// everybody on the machine read it. Its other files take their mode from it.
func own(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// Close closes both sides. The write-ahead log is folded into the file.
func (db *DB) Close() error {
	return errors.Join(db.Read.Close(), db.Write.Close())
}

// connect never fails: database/sql opens lazily, so the first use reports.
func connect(e Engine, path, locking, mode string) *sql.DB {
	q := url.Values{"_txlock": {locking}, "mode": {mode}}
	for key, values := range e.Params {
		q[key] = slices.Clone(values)
	}
	for _, p := range pragmas {
		if !slices.ContainsFunc(e.Params["_pragma"], func(own string) bool { return nameOf(own) == nameOf(p) }) {
			q.Add("_pragma", p)
		}
	}
	uri := fileURI(path)
	uri.RawQuery = q.Encode()
	// sql.Open fails only for an unknown driver name: ours is imported above, and
	// who names another imports it.
	db, _ := sql.Open(cmp.Or(e.Driver, "sqlite"), uri.String())
	return db
}

// pragmas are set on every connection, unless the engine sets its own. Of two of one
// name drivers choose by an order of their own.
var pragmas = [...]string{
	"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
	"wal_autocheckpoint(4000)", "temp_store(MEMORY)", "cache_size(-16000)",
}

func nameOf(pragma string) string {
	name, _, _ := strings.Cut(pragma, "(")
	return name
}

func fileURI(path string) *url.URL {
	return &url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
}

func migrate(ctx context.Context, db *sql.DB, migrations []string) error {
	var have int
	if err := db.QueryRowContext(ctx, "pragma user_version").Scan(&have); err != nil {
		return fmt.Errorf("reading the schema version: %w", err)
	}
	if have > len(migrations) {
		return fmt.Errorf("the file has schema %d, this build knows up to %d: use a newer ventanilla", have, len(migrations))
	}
	for ; have < len(migrations); have++ {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, migrations[have]+fmt.Sprintf("; pragma user_version = %d", have+1)); err != nil {
			return errors.Join(fmt.Errorf("migration %d: %w", have+1, err), tx.Rollback())
		}
		if err := tx.Commit(); err != nil {
			return fmt.Errorf("migration %d: %w", have+1, err)
		}
	}
	return nil
}

// Full reports whether err means that the disk has no room left.
func Full(err error) bool { return hasCode(err, codes.SQLITE_FULL) }

// Corrupt reports whether err means that the file is damaged or no database.
func Corrupt(err error) bool {
	return hasCode(err, codes.SQLITE_CORRUPT) || hasCode(err, codes.SQLITE_NOTADB)
}

// ReadOnly reports whether err means that the file or its folder may not be written.
func ReadOnly(err error) bool { return hasCode(err, codes.SQLITE_READONLY) }

// Broken reports whether err means that the system failed to read, write or sync.
func Broken(err error) bool { return hasCode(err, codes.SQLITE_IOERR) }

// Duplicate reports whether err means that a unique key is already taken.
func Duplicate(err error) bool {
	return hasCode(err, codes.SQLITE_CONSTRAINT_UNIQUE) || hasCode(err, codes.SQLITE_CONSTRAINT_PRIMARYKEY)
}

func hasCode(err error, code int) bool {
	e, ok := errors.AsType[*driver.Error](err)
	return ok && (e.Code() == code || e.Code()&0xff == code)
}
