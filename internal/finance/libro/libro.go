// Package libro is the embedded loan book: customers, loans and an append-only
// ledger in one SQLite file, read through finance.Provider. It is what a lender
// without a core uses, and what training runs on. It never answers a figure it
// did not compute from the ledger, and it does not talk to other systems.
package libro

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"ventanilla/internal/finance"
	"ventanilla/internal/sqlitedb"
)

// source is what the book calls itself beside every figure.
const source = "libro"

// Config says where the book is. Path is required.
type Config struct {
	Path  string           // of the database; its key stands beside it as Path + ".key"
	Clock func() time.Time // nil is the machine's
	Log   *slog.Logger     // for blocks that could not be read; nil is silence
}

// Book is an open loan book. It is safe for concurrent use.
type Book struct {
	db    *sqlitedb.DB
	vault vault
	clock func() time.Time
	log   *slog.Logger
}

var _ finance.Provider = (*Book)(nil)

// Open opens or creates the book and its key. A book whose key is missing or is
// another's is refused: writing on with a new key would lose what the old one
// sealed.
func Open(ctx context.Context, cfg Config) (*Book, error) {
	b := &Book{clock: cfg.Clock, log: cfg.Log}
	if b.clock == nil {
		b.clock = time.Now
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if b.db, err = sqlitedb.Open(ctx, cfg.Path, []string{schema}); err != nil {
		return nil, fmt.Errorf("opening the loan book: %w", err)
	}
	if b.vault, err = openVault(ctx, b.db.Read, cfg.Path+".key"); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the loan book: %w", err), b.db.Close())
	}
	return b, nil
}

// Close closes the book's file.
func (b *Book) Close() error { return b.db.Close() }
