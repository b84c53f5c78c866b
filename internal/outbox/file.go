package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/internal/sqlitedb"
)

// migrations make the file. A slot is the place of one running client. Rows of
// both tables take their ids from one sequence, which never gives one twice: an
// id is part of what a row is sealed with.
var migrations = [...]string{`
create table proof(sealed blob not null) strict;
create table sequence(last integer not null) strict;
insert into sequence values(0);
create table lane(slot integer primary key, name text not null, last integer not null) strict;
create table entry(id integer primary key, slot integer not null, n integer not null, kind text not null, sealed blob not null) strict;
create table draft(id integer primary key, slot integer not null, kind text not null, sealed blob not null) strict;
create table aside(id integer primary key, slot integer not null, n integer not null, kind text not null, sealed blob not null) strict;
`, `
alter table entry add column held integer not null default 0;
alter table lane add column epoch text not null default '';
create table done(id integer primary key, slot integer not null, seq integer not null, epoch text not null,
	settled integer not null, lost integer not null, kind text not null, sealed blob not null) strict;
create table salt(salt blob not null) strict;
`}

// proofKind is the kind under which a new file proves its key.
const proofKind = "proof"

// smallLog folds SQLite's log into the file every 100 pages. A desk's log may grow to
// megabytes before that; on an agent's disk they are only in the way.
const smallLog = "wal_autocheckpoint(100)"

func (c Config) onDisk() sqlitedb.Engine {
	e := c.engine
	if e.Params == nil {
		e.Params = url.Values{"_pragma": {smallLog}}
	}
	return e
}

// unlock opens the file and makes sure that the key is its own.
func unlock(ctx context.Context, cfg Config) (*sqlitedb.DB, sealer, error) {
	var s sealer
	path := cfg.path()
	db, err := cfg.onDisk().Open(ctx, path, migrations[:])
	if err != nil {
		return nil, s, whole(path, because(path, err))
	}
	if err = check(ctx, db); err == nil {
		s, err = prove(ctx, db, cfg)
	}
	if err != nil {
		return nil, s, errors.Join(whole(path, because(path, err)), db.Close())
	}
	return db, s, nil
}

// whole says of an error that it means the whole file, and what can be done.
func whole(path string, err error) error {
	if errors.Is(err, client.ErrOutboxDamaged) {
		return fmt.Errorf("%w; move %s away to start without what waits in it", err, path)
	}
	return err
}

func check(ctx context.Context, db *sqlitedb.DB) error {
	var said string
	if err := db.Write.QueryRowContext(ctx, "pragma quick_check(1)").Scan(&said); err != nil {
		return fmt.Errorf("checking the outbox: %w", err)
	}
	if said != "ok" {
		return fmt.Errorf("%w: %s", client.ErrOutboxDamaged, said)
	}
	return nil
}

// prove opens what the file was sealed with when it was made. A new file is
// sealed here.
func prove(ctx context.Context, db *sqlitedb.DB, cfg Config) (s sealer, err error) {
	err = transact(ctx, db, s, func(t tx) error {
		var proof, salt []byte
		err := t.QueryRow("select sealed, (select salt from salt) from proof").Scan(&proof, &salt)
		fresh := errors.Is(err, sql.ErrNoRows)
		if err != nil && !fresh {
			return err
		}
		if fresh && cfg.Password != "" {
			salt = newSalt()
			if err := t.exec("insert into salt values(?)", salt); err != nil {
				return err
			}
		}
		if s, err = cfg.sealer(salt); err != nil {
			return err
		}
		if fresh {
			return t.exec("insert into proof values(?)", s.close(0, proofKind, nil))
		}
		if _, err := s.open(0, proofKind, proof); err != nil {
			return ErrKey
		}
		return nil
	})
	return s, err
}

// tx is one change of the file: all of it or nothing.
type tx struct {
	*sql.Tx
	seal sealer
}

// change is not ended by anybody's leaving: what was typed is kept first.
func (b *Outbox) change(do func(tx) error) error {
	return because(b.path, transact(context.Background(), b.db, b.seal, do))
}

func transact(ctx context.Context, db *sqlitedb.DB, s sealer, do func(tx) error) error {
	t, err := db.Write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("writing the outbox: %w", err)
	}
	if err := do(tx{t, s}); err != nil {
		return errors.Join(fmt.Errorf("writing the outbox: %w", err), t.Rollback())
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("writing the outbox: %w", err)
	}
	return nil
}

func (t tx) exec(query string, args ...any) error {
	_, err := t.Exec(query, args...)
	return err
}

func (t tx) nextID() (id int64, err error) {
	return id, t.QueryRow("update sequence set last = last + 1 returning last").Scan(&id)
}

// record is what is sealed of an entry.
type record struct {
	id      client.EntryID
	command wire.Command
	at      time.Time
}

// sealedRecord is a record as JSON; the command's name is the row's kind.
type sealedRecord struct {
	ID   client.EntryID  `json:"id"`
	At   time.Time       `json:"at"`
	Args json.RawMessage `json:"args"`
}

func (t tx) add(slot int, r record) (int64, error) {
	id, err := t.nextID()
	if err != nil {
		return 0, err
	}
	kind, sealed, err := t.seal.record(id, r)
	if err != nil {
		return 0, err
	}
	return id, t.exec("insert into entry(id, slot, n, kind, sealed) values(?, ?, 0, ?, ?)", id, slot, kind, sealed)
}

// record seals a record for its row.
func (s sealer) record(row int64, r record) (kind string, sealed []byte, err error) {
	f, err := wire.NewCommandFrame(0, 0, r.command)
	if err != nil {
		return "", nil, err
	}
	text, err := json.Marshal(sealedRecord{r.id, r.at, f.Args})
	if err != nil {
		return "", nil, fmt.Errorf("encoding a command: %w", err)
	}
	return f.Name, s.close(row, f.Name, text), nil
}

// errUnreadable is a row that does not hold what we put there.
var errUnreadable = errors.New("a record cannot be read")

func (s sealer) entry(row row) (kept, error) {
	text, err := s.open(row.id, row.kind, row.sealed)
	if err != nil {
		return kept{}, errUnreadable
	}
	var r sealedRecord
	if err := json.Unmarshal(text, &r); err != nil {
		return kept{}, errUnreadable
	}
	c, known, err := wire.CommandFrame{Name: row.kind, Args: r.Args}.Decode()
	if !known || err != nil {
		return kept{}, errUnreadable
	}
	return kept{client.Entry{ID: r.ID, N: row.n, Command: c, Held: row.held, At: r.At}, row.id}, nil
}
