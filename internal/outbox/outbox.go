// Package outbox keeps on the agent's disk what was written and has no outcome
// yet, and the drafts. Everything a person wrote is sealed; what is in the clear
// are lanes, numbers and the kinds of commands. It is not a client: package
// client numbers and sends, this keeps.
package outbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/internal/sqlitedb"
)

// ErrKey says that the file was sealed under another key or password.
var ErrKey = errors.New("the key is not the one the outbox was sealed with")

// Config says whose outbox it is. Dir, Account and one of Key and Password are
// required.
type Config struct {
	Dir     string // of this person's own; made when it is not there
	Account string // who, at which desk: each has a file
	Key     []byte // 32 bytes, from the keyring
	// Password seals the file where there is no keyring. The key is derived from it,
	// and from a salt in the file, and is in memory only.
	Password string

	engine sqlitedb.Engine // zero but in tests of power cuts
}

// path is the file's. Its name does not say who works where.
func (c Config) path() string {
	sum := sha256.Sum256([]byte(c.Account))
	return filepath.Join(c.Dir, "outbox-"+hex.EncodeToString(sum[:8])+".db")
}

// Outbox is a [client.Outbox] that outlives the program. It has one lane, which
// no other running client shares.
type Outbox struct {
	db   *sqlitedb.DB
	path string
	seal sealer
	slot int
	lock *flock.Flock

	lane    string
	epoch   string
	last    uint64
	entries []kept // as in the file
	done    []done // likewise
	damaged int
	// elsewhere counts what is left in other lanes.
	elsewhere int

	mu     sync.Mutex // guards drafts, which the screen saves while the client works
	drafts map[draftKey]draft
}

// kept is an entry and its row.
type kept struct {
	client.Entry
	row int64
}

var _ client.Outbox = (*Outbox)(nil)

// Open opens or makes an account's outbox and takes a lane of it. The lane of a
// client that is gone is taken over when commands are left in it, and these are
// sent as if nothing had happened; of several such lanes the one that has waited
// longest is taken. Of the others what has no number yet is taken over too, and
// what cannot be is counted by [Outbox.Elsewhere]. Drafts of clients that are gone
// are all taken over. Close it when the client has stopped.
func Open(ctx context.Context, cfg Config) (*Outbox, error) {
	free, err := begin(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer free()
	db, s, err := unlock(ctx, cfg)
	if err != nil {
		return nil, err
	}
	b := &Outbox{db: db, path: cfg.path(), seal: s, drafts: make(map[draftKey]draft)}
	if err := b.start(ctx, cfg); err != nil {
		return nil, errors.Join(because(b.path, err), b.Close())
	}
	return b, nil
}

func (b *Outbox) start(ctx context.Context, cfg Config) error {
	var err error
	if b.slot, b.lock, err = takeSlot(ctx, b.db, cfg.path()); err != nil {
		return err
	}
	if err := b.load(ctx); err != nil {
		return fmt.Errorf("reading the outbox: %w", err)
	}
	if err := b.adopt(ctx, cfg.path()); err != nil {
		return fmt.Errorf("taking over what others left: %w", err)
	}
	return nil
}

// Close gives the lane back. What waits stays.
func (b *Outbox) Close() error {
	err := b.db.Close()
	if b.lock != nil {
		err = errors.Join(err, b.lock.Close())
	}
	return err
}

// Damaged is how many records could not be read since the file was made. They
// are set aside in the file and not sent.
func (b *Outbox) Damaged() int { return b.damaged }

// Elsewhere is how many commands clients that were gone at Open left in lanes that
// only a further client can take: they have numbers there, or others before them
// do.
func (b *Outbox) Elsewhere() int { return b.elsewhere }

// Add implements [client.Outbox]. The draft the command was written in goes in
// the same step, so that no text is both sent and still to be sent.
func (b *Outbox) Add(id client.EntryID, c wire.Command, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	key, _, says := written(c)
	var row int64
	err := b.change(func(t tx) error {
		var err error
		if row, err = t.add(b.slot, record{id, c, now}); err != nil || !says {
			return err
		}
		return t.dropDraft(b.drafts[key].row)
	})
	if err != nil {
		return err
	}
	if says {
		delete(b.drafts, key)
	}
	b.entries = append(b.entries, kept{client.Entry{ID: id, Command: c, At: now}, row})
	return nil
}

// Entries implements [client.Outbox].
func (b *Outbox) Entries() iter.Seq[client.Entry] {
	return func(yield func(client.Entry) bool) {
		for _, e := range b.entries {
			if !yield(e.Entry) {
				return
			}
		}
	}
}

// Lane implements [client.Outbox].
func (b *Outbox) Lane() (string, uint64) { return b.lane, b.last }

// Epoch implements [client.Outbox].
func (b *Outbox) Epoch() string { return b.epoch }

// Begin implements [client.Outbox].
func (b *Outbox) Begin(epoch string) error {
	err := b.change(func(t tx) error { return t.exec("update lane set epoch = ? where slot = ?", epoch, b.slot) })
	if err == nil {
		b.epoch = epoch
	}
	return err
}

// Settled implements [client.Outbox].
func (b *Outbox) Settled() uint64 {
	if len(b.entries) > 0 && b.entries[0].N != 0 {
		return b.entries[0].N - 1
	}
	return b.last
}

// Number implements [client.Outbox]. The number is on the disk before the desk
// can have seen it: a command that got it must never get another.
func (b *Outbox) Number(id client.EntryID) (uint64, error) {
	i, err := b.unnumbered(id)
	if err != nil {
		return 0, err
	}
	err = b.change(func(t tx) error {
		if err := t.exec("update lane set last = ? where slot = ?", b.last+1, b.slot); err != nil {
			return err
		}
		return t.exec("update entry set n = ? where id = ?", b.last+1, b.entries[i].row)
	})
	if err != nil {
		return 0, err
	}
	b.last++
	e := b.entries[i]
	e.N = b.last
	// It takes its place behind the other numbered ones, before those that are held.
	b.entries = slices.Delete(b.entries, i, i+1)
	first := slices.IndexFunc(b.entries, func(e kept) bool { return e.N == 0 })
	if first < 0 {
		first = len(b.entries)
	}
	b.entries = slices.Insert(b.entries, first, e)
	return b.last, nil
}

// Settle implements [client.Outbox]. A text that was refused becomes a draft
// again in the same step.
func (b *Outbox) Settle(o wire.Outcome, epoch string, now time.Time) (client.Entry, bool, error) {
	i := slices.IndexFunc(b.entries, func(e kept) bool { return e.N == o.N && e.N != 0 })
	if i < 0 {
		return client.Entry{}, false, nil
	}
	e := b.entries[i]
	settle := func() error { return b.drop(i, o.Refused != nil) }
	if epoch != "" {
		settle = func() error { return b.finish(i, client.Done{Entry: e.Entry, Epoch: epoch, When: now}, o.Seq) }
	}
	if err := settle(); err != nil {
		return client.Entry{}, false, err
	}
	return e.Entry, true, nil
}

// Renew implements [client.Outbox].
func (b *Outbox) Renew(lane string) error {
	err := b.change(func(t tx) error {
		if err := t.exec("update lane set name = ?, last = 0 where slot = ?", lane, b.slot); err != nil {
			return err
		}
		return t.exec("update entry set n = 0 where slot = ?", b.slot)
	})
	if err != nil {
		return err
	}
	b.lane, b.last = lane, 0
	for i := range b.entries {
		b.entries[i].N = 0
	}
	return nil
}

// makeDir makes the folder that holds the outbox, for its owner only.
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making a place for the outbox: %w", err)
	}
	return nil
}
