package sqlitedb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
)

// OpenExisting opens a file that is there as it is, without migrations: one
// connection, for reading. It takes nothing from a program that writes to it.
func OpenExisting(path string) *sql.DB {
	db := connect(Engine{}, path, "deferred", "rw")
	db.SetMaxOpenConns(1)
	return db
}

// copyStep is how many pages are copied before ctx is looked at again.
const copyStep = 1024

// Copy writes the database at from, as one moment shows it, to a new file at to.
// Whoever writes to it goes on doing so: the copy reads one snapshot and holds
// back nothing but the reuse of the write-ahead log.
func Copy(ctx context.Context, from, to string) (err error) {
	db := OpenExisting(from)
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("copying %s: %w", from, err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	// An open transaction keeps every step in the same snapshot; without one the
	// copy begins anew whenever somebody commits.
	var pages int
	if _, err := conn.ExecContext(ctx, "begin"); err != nil {
		return fmt.Errorf("copying %s: %w", from, err)
	}
	if err := conn.QueryRowContext(ctx, "select count(*) from sqlite_schema").Scan(&pages); err != nil {
		return fmt.Errorf("copying %s: %w", from, err)
	}
	err = conn.Raw(func(c any) error { return copyPages(ctx, c, to) })
	_, end := conn.ExecContext(context.WithoutCancel(ctx), "rollback")
	if err := errors.Join(err, end); err != nil {
		return fmt.Errorf("copying %s: %w", from, err)
	}
	return nil
}

func copyPages(ctx context.Context, conn any, to string) error {
	source, ok := conn.(interface {
		NewBackup(string) (*driver.Backup, error)
	})
	if !ok {
		return errors.New("the driver copies no databases")
	}
	b, err := source.NewBackup(fileURI(to).String())
	if err != nil {
		return err
	}
	for more := true; more && err == nil; {
		if more, err = b.Step(copyStep); err == nil {
			err = ctx.Err()
		}
	}
	return errors.Join(err, b.Finish())
}

// Check reads the file at path and returns what is wrong with it, at most ten
// sentences; none when every page, index and constraint is as it should be.
// Quick leaves out whether indexes agree with their tables.
func Check(ctx context.Context, db *sql.DB, quick bool) (wrong []string, err error) {
	q := "pragma integrity_check(10)"
	if quick {
		q = "pragma quick_check(10)"
	}
	rows, err := db.QueryContext(ctx, q)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		if line != "ok" {
			wrong = append(wrong, line)
		}
	}
	return wrong, errors.Join(rows.Err(), rows.Close())
}
