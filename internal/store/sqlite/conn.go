package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
)

// conn is one connection with what was prepared on it. One goroutine uses it at
// a time.
type conn struct {
	sql    *sql.Conn
	stmts  map[string]*sql.Stmt
	inTx   bool
	broken bool // not to be used again: what it is in the middle of is not known
}

func (c *conn) prepare(ctx context.Context, q string) (*sql.Stmt, error) {
	if stmt, ok := c.stmts[q]; ok {
		return stmt, nil
	}
	stmt, err := c.sql.PrepareContext(ctx, q)
	if err != nil {
		return nil, err
	}
	c.stmts[q] = stmt
	return stmt, nil
}

// begin starts a transaction with the statement it is given.
func (c *conn) begin(ctx context.Context, q string) error {
	stmt, err := c.prepare(ctx, q)
	if err == nil {
		_, err = stmt.ExecContext(ctx)
	}
	c.inTx = err == nil
	c.broken = err != nil
	return err
}

func (c *conn) commit() error {
	stmt, err := c.prepare(context.Background(), "commit")
	if err != nil {
		return err
	}
	if _, err = stmt.Exec(); err == nil {
		c.inTx = false
	}
	return err
}

// rollback ends a transaction that was not committed. SQLite has sometimes done
// it already, after a full disk for one, and says so with an error like any
// other; closing the connection is right in every case.
func (c *conn) rollback() {
	if !c.inTx {
		return
	}
	c.inTx = false
	stmt, err := c.prepare(context.Background(), "rollback")
	if err == nil {
		_, err = stmt.Exec()
	}
	c.broken = err != nil
}

// closeStmts gives back what was prepared, while there is a connection to give
// it back to.
func (c *conn) closeStmts() error {
	var errs []error
	for _, stmt := range c.stmts {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(errs...)
}

// close gives the connection back to its database.
func (c *conn) close() error {
	return errors.Join(c.closeStmts(), c.sql.Close())
}

// discard closes the connection for good, whatever it is in the middle of.
func (c *conn) discard() {
	_ = c.closeStmts()
	// ErrBadConn is how database/sql is told; it comes back as the error.
	_ = c.sql.Raw(func(any) error { return driver.ErrBadConn })
}
