package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"ventanilla/client/wire"
	"ventanilla/internal/sqlitedb"
)

// reader is a transaction as [desk.Reader]. It lives as long as one View or
// Update and therefore keeps the context of that call.
type reader struct {
	*conn
	ctx context.Context
}

// row reads the only row of an answer; false when there is none.
func (r *reader) row(q string, args, dest []any) (bool, error) {
	stmt, err := r.prepare(r.ctx, q)
	if err != nil {
		return false, err
	}
	err = stmt.QueryRowContext(r.ctx, args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// rows reads an answer row by row.
func (r *reader) rows(q string, args []any, each func(scan) error) error {
	stmt, err := r.prepare(r.ctx, q)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(r.ctx, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// scan copies the columns of a row.
type scan func(dest ...any) error

// Position implements [desk.Reader].
func (r *reader) Position() (wire.Position, error) {
	const q = "select epoch, (select coalesce(max(seq), 0) from log) from workspace"
	var p wire.Position
	if _, err := r.row(q, nil, []any{&p.Epoch, &p.Seq}); err != nil {
		return wire.Position{}, fmt.Errorf("reading the position: %w", err)
	}
	return p, nil
}

// Past implements [desk.Reader].
func (r *reader) Past() ([]wire.Position, error) {
	var past []wire.Position
	err := r.rows("select epoch, seq from past order by id", nil, func(scan scan) error {
		var p wire.Position
		err := scan(&p.Epoch, &p.Seq)
		past = append(past, p)
		return err
	})
	return past, wrap("reading the past epochs", err)
}

// Counts implements [desk.Reader].
func (r *reader) Counts() ([]wire.QueueCount, error) {
	const q = `select q.id, q.name,
		count(c.id) filter (where c.status = 'open' and c.agent = ''),
		count(c.id) filter (where c.status = 'open' and c.agent <> ''),
		count(c.id) filter (where c.status = 'snoozed'),
		coalesce(min(c.waiting) filter (where c.waiting > 0), 0)
		from queues q left join conversations c on c.queue = q.id and c.status <> 'resolved'
		group by q.id order by q.id`
	var counts []wire.QueueCount
	err := r.rows(q, nil, func(scan scan) error {
		var c wire.QueueCount
		err := scan((*string)(&c.Queue.ID), &c.Queue.Name, &c.Unassigned, &c.Assigned, &c.Snoozed, (*int64)(&c.Oldest))
		counts = append(counts, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("counting the queues: %w", err)
	}
	return counts, nil
}

// Queues implements [desk.Reader].
func (r *reader) Queues() ([]wire.Queue, error) {
	var queues []wire.Queue
	err := r.rows("select id, name from queues order by id", nil, func(scan scan) error {
		var q wire.Queue
		err := scan((*string)(&q.ID), &q.Name)
		queues = append(queues, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the queues: %w", err)
	}
	return queues, nil
}

// below turns a bound of the interface, 0 for none, into one for a query.
// Clients choose bounds, so they may lie beyond what SQLite counts to.
func below(seq uint64) int64 {
	if seq == 0 || seq > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(seq)
}

// above is where to start after; no log reaches the largest seq.
func above(seq uint64) int64 { return int64(min(seq, math.MaxInt64)) }

// tx is a writing transaction as [desk.Tx].
type tx struct {
	reader
	head   uint64 // last seq, once known
	counts bool   // head is known
	failed error  // why this transaction must not be committed
}

// exec runs a statement. After one that failed the transaction may be gone
// already, and what follows would be written on its own: so it never commits.
// A taken key is different, it only undoes its statement.
func (t *tx) exec(q string, args ...any) error {
	if t.failed != nil {
		return t.failed
	}
	stmt, err := t.prepare(t.ctx, q)
	if err == nil {
		_, err = stmt.ExecContext(t.ctx, args...)
	}
	if err != nil && !sqlitedb.Duplicate(err) {
		t.failed = err
	}
	return err
}

// encoded is v as JSON text.
func encoded(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}
