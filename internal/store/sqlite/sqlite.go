// Package sqlite keeps a workspace in one SQLite file, for one desk at a time.
// It implements desk.Store and knows no rules: it stores what it is told and
// answers what it is asked. How files are opened is sqlitedb's business.
package sqlite

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/sqlitedb"
)

// FileName is the workspace in its folder. Until it is closed, its newest part
// lies beside it in a file of the same name with -wal.
const FileName = "desk.db"

//go:embed schema/*.sql
var schema embed.FS

var (
	errClosed  = errors.New("the store is closed")
	errStopped = errors.New("a commit failed before, so nothing is written until a restart")
)

// Store is a workspace in a folder. Make it with [Open] or [Attach].
type Store struct {
	db      *sqlitedb.DB
	lock    *flock.Flock // nil: attached beside the desk that has it
	writer  *pool        // of one
	readers *pool
	closing chan struct{}
	close   func() error
	// broken is why a commit failed. The writer's slot guards it.
	broken error
}

var _ desk.Store = (*Store)(nil)

// Open opens or creates the workspace in dir. While it is open, no other process
// and no second Open gets it: the error says who has it.
func Open(ctx context.Context, dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("opening the workspace: %w", because(err))
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the workspace: %w", because(err))
	}
	db, err := openDatabase(ctx, sqlitedb.Engine{}, filepath.Join(dir, FileName))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the workspace: %w", because(err)), lock.Close())
	}
	if err := settle(ctx, db, filepath.Join(dir, FileName)); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the workspace: %w", because(err)), db.Close(), lock.Close())
	}
	return newStore(db, lock), nil
}

// Attach opens the workspace in dir beside a desk that may be running on it, for
// the operator's commands. SQLite lets one of the two write at a time; the desk
// sees what was written within a second. A folder without a workspace gets one.
func Attach(ctx context.Context, dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("opening the workspace: %w", because(err))
	}
	db, err := openDatabase(ctx, sqlitedb.Engine{}, filepath.Join(dir, FileName))
	if err != nil {
		return nil, fmt.Errorf("opening the workspace: %w", because(err))
	}
	return newStore(db, nil), nil
}

func newStore(db *sqlitedb.DB, lock *flock.Flock) *Store {
	s := &Store{db: db, lock: lock, closing: make(chan struct{})}
	s.writer = newPool(db.Write, 1, s.closing)
	s.readers = newPool(db.Read, db.Read.Stats().MaxOpenConnections, s.closing)
	s.close = sync.OnceValue(s.shut)
	return s
}

// openDatabase brings the file at path to the newest schema and names its epoch.
func openDatabase(ctx context.Context, engine sqlitedb.Engine, path string) (*sqlitedb.DB, error) {
	steps, err := migrations()
	if err != nil {
		return nil, err
	}
	db, err := engine.Open(ctx, path, steps)
	if err != nil {
		return nil, err
	}
	const q = "insert into workspace (id, epoch) values (1, ?) on conflict do nothing"
	if _, err := db.Write.ExecContext(ctx, q, wire.NewToken()); err != nil {
		return nil, errors.Join(fmt.Errorf("naming the epoch: %w", err), db.Close())
	}
	return db, nil
}

// checkedAtStart is up to which size, in bytes, every page is read before a desk
// starts. Of a larger file it takes too long; "ventanilla check" does it beside it.
const checkedAtStart = 256 << 20

// settle folds the write-ahead log into the file before anything builds on it.
// After a sync that failed, or a power cut, pages may be in memory and not on the
// disk; here they are written and synced once more. Then it looks for damage.
func settle(ctx context.Context, db *sqlitedb.DB, path string) error {
	if _, err := db.Write.ExecContext(ctx, "pragma wal_checkpoint(truncate)"); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() > checkedAtStart {
		return err
	}
	wrong, err := sqlitedb.Check(ctx, db.Read, true)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%w: %s: %s", desk.ErrDamaged, path, wrong[0])
	}
	return nil
}

// migrations returns the schema's steps; their files are named in order.
func migrations() ([]string, error) {
	files, err := schema.ReadDir("schema")
	if err != nil {
		return nil, err
	}
	steps := make([]string, 0, len(files))
	for _, f := range files {
		b, err := schema.ReadFile("schema/" + f.Name())
		if err != nil {
			return nil, err
		}
		steps = append(steps, string(b))
	}
	return steps, nil
}

// Close waits for what is running, refuses what comes after, and lets go of the folder.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	close(s.closing)
	err := errors.Join(s.writer.close(), s.readers.close(), s.db.Close())
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}

// View implements [desk.Store].
func (s *Store) View(ctx context.Context, fn func(desk.Reader) error) error {
	c, err := s.readers.take(ctx)
	if err != nil {
		return fmt.Errorf("reading the workspace: %w", because(err))
	}
	defer func() { s.readers.give(c) }()
	if err := c.begin(ctx, "begin"); err != nil {
		return fmt.Errorf("reading the workspace: %w", because(err))
	}
	defer c.rollback()
	err = fn(&reader{conn: c, ctx: ctx})
	if err != nil && ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%w: %w", ctx.Err(), err) // the driver only says that it was interrupted
	}
	return because(err)
}

// Update implements [desk.Store]. Once fn has begun, only its own error stops
// the writing: a statement cut short by a cancelled ctx could leave half of it.
// A commit that failed for another reason than a full disk ends all writing: what
// the system did with the pages is not known then, and asking it again would
// call durable what may be gone.
func (s *Store) Update(ctx context.Context, fn func(desk.Tx) error) error {
	c, err := s.writer.take(ctx)
	if err != nil {
		return fmt.Errorf("writing to the workspace: %w", because(err))
	}
	defer func() { s.writer.give(c) }()
	if s.broken != nil {
		return because(fmt.Errorf("%w: %w", errStopped, s.broken))
	}
	if err := c.begin(context.WithoutCancel(ctx), "begin immediate"); err != nil {
		return fmt.Errorf("writing to the workspace: %w", because(err))
	}
	defer c.rollback()
	t := &tx{reader: reader{conn: c, ctx: context.WithoutCancel(ctx)}}
	if err := fn(t); err != nil {
		return because(err)
	}
	if err := errors.Join(t.failed, ctx.Err()); err != nil {
		return fmt.Errorf("writing to the workspace: %w", because(err))
	}
	if err := c.commit(); err != nil {
		if !sqlitedb.Full(err) {
			s.broken = err
		}
		return fmt.Errorf("committing: %w", because(err))
	}
	return nil
}
