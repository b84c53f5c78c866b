package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// pool lends connections, at most size at once, and keeps them with their
// prepared statements. The last one given back is the first lent again, so a
// quiet desk uses one of them and its warm cache.
type pool struct {
	db      *sql.DB
	slots   chan struct{}
	closing <-chan struct{}
	mu      sync.Mutex
	idle    []*conn
}

func newPool(db *sql.DB, size int, closing <-chan struct{}) *pool {
	return &pool{db: db, slots: make(chan struct{}, size), closing: closing}
}

// take lends a connection, waiting for one when all are lent.
func (p *pool) take(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-p.closing:
		return nil, errClosed
	default:
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closing:
		return nil, errClosed
	}
	c, err := p.pop(ctx)
	if err != nil {
		<-p.slots
		return nil, err
	}
	return c, nil
}

func (p *pool) pop(ctx context.Context) (*conn, error) {
	p.mu.Lock()
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	c, err := p.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{sql: c, stmts: make(map[string]*sql.Stmt)}, nil
}

// give takes a connection back. A broken one is closed: what its transaction
// wrote is undone with it, and the next taker gets a fresh one.
func (p *pool) give(c *conn) {
	if c.broken {
		c.discard()
	} else {
		p.mu.Lock()
		p.idle = append(p.idle, c)
		p.mu.Unlock()
	}
	<-p.slots
}

// close waits until every connection is back and closes them.
func (p *pool) close() error {
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	var errs []error
	for _, c := range p.idle {
		errs = append(errs, c.close())
	}
	return errors.Join(errs...)
}
