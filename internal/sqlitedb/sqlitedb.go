// Package sqlitedb opens SQLite files the one way ventanilla does: write-ahead
// log, every commit synced to disk, one connection that writes and several that
// read. It is the only package that imports the driver; it knows no tables.
package sqlitedb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

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
	db := &DB{Write: connect(path, "immediate"), Read: connect(path, "deferred")}
	db.Write.SetMaxOpenConns(1)
	db.Read.SetMaxOpenConns(readers)
	db.Read.SetMaxIdleConns(readers)
	if err := migrate(ctx, db.Write, migrations); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", path, err), db.Close())
	}
	return db, nil
}

// Close closes both sides. The write-ahead log is folded into the file.
func (db *DB) Close() error {
	return errors.Join(db.Read.Close(), db.Write.Close())
}

// connect never fails: database/sql opens lazily, so the first use reports.
func connect(path, locking string) *sql.DB {
	q := url.Values{"_txlock": {locking}, "_pragma": {
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"wal_autocheckpoint(4000)", "temp_store(MEMORY)", "cache_size(-16000)",
	}}
	// sql.Open fails only for an unknown driver name, and this one is imported above.
	db, _ := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	return db
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
