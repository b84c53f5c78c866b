package outbox

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"ventanilla/client/wire"
)

// adopt makes ours what clients that are gone left: their drafts, of which two for
// the same conversation and kind become one text, what they had accepted, and the
// commands that can go on in our lane.
func (b *Outbox) adopt(ctx context.Context, path string) error {
	return transact(ctx, b.db, b.seal, func(t tx) error {
		if err := b.adoptRows(t, path, selectDrafts+" order by id", b.adoptDraft); err != nil {
			return err
		}
		if err := b.adoptRows(t, path, selectDone+" order by id", b.adoptDone); err != nil {
			return err
		}
		if err := b.adoptEntries(t, path); err != nil {
			return err
		}
		return t.QueryRow("select count(*) from aside").Scan(&b.damaged)
	})
}

func (b *Outbox) adoptRows(t tx, path, query string, take func(tx, row) error) error {
	rows, err := t.rows(query)
	if err != nil {
		return err
	}
	for _, r := range rows {
		free, err := b.gone(path, r.slot)
		if err == nil && free {
			err = take(t, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// gone reports whether nobody else works in a slot. Nobody can begin to while we
// are opening.
func (b *Outbox) gone(path string, slot int) (bool, error) {
	if slot == b.slot {
		return true, nil
	}
	lock, err := trySlot(path, slot)
	if lock == nil || err != nil {
		return false, err
	}
	return true, lock.Close()
}

// thread is what is said in a slot about one conversation, or about none.
type thread struct {
	slot  int
	about wire.ConversationID
}

// adoptEntries takes the commands without a number out of other lanes. The desk
// cannot have them, so they can go in ours, in the order they were written. One
// with a number stays, because in another lane it would run again, and so does what
// comes after it in its conversation.
func (b *Outbox) adoptEntries(t tx, path string) error {
	stays := make(map[thread]bool)
	err := b.adoptRows(t, path, selectEntries+" order by n = 0, id", func(t tx, r row) error {
		if r.slot == b.slot {
			return nil
		}
		e, err := t.seal.entry(r)
		if errors.Is(err, errUnreadable) {
			return t.setAside(r, "entry")
		}
		about, _ := wire.CommandAbout(e.Command)
		in := thread{r.slot, about}
		free := e.N == 0 && !stays[in]
		if free {
			free, err = b.sharesLog(t, r.slot)
		}
		if err != nil {
			return err
		}
		if !free {
			stays[in] = true
			b.elsewhere++
			return nil
		}
		b.entries = append(b.entries, e)
		return t.exec("update entry set slot = ? where id = ?", b.slot, r.id)
	})
	slices.SortFunc(b.entries, func(x, y kept) int {
		// No number, 0, is behind them all.
		return cmp.Or(cmp.Compare(x.N-1, y.N-1), cmp.Compare(x.row, y.row))
	})
	return err
}

// sharesLog reports whether what the entries of another slot say of places in the
// log is true in our lane. Before the first Begin a client has seen nothing of a
// log: such entries can go in every lane, and such a lane takes on the first log
// that is asked for.
func (b *Outbox) sharesLog(t tx, slot int) (bool, error) {
	var epoch string
	if err := t.QueryRow("select coalesce((select epoch from lane where slot = ?), '')", slot).Scan(&epoch); err != nil {
		return false, err
	}
	if epoch == "" || epoch == b.epoch {
		return true, nil
	}
	if b.epoch != "" || b.last > 0 {
		return false, nil
	}
	b.epoch = epoch
	return true, t.exec("update lane set epoch = ? where slot = ?", epoch, b.slot)
}
