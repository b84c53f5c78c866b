package outbox

import (
	"errors"
	"iter"
	"slices"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
)

// done is an accepted command and its row. In the clear are where and when it was
// accepted.
type done struct {
	client.Done
	row int64
}

// finish moves an entry to what was accepted. The row keeps its id, so what is
// sealed need not be sealed again.
func (b *Outbox) finish(i int, d client.Done, seq uint64) error {
	row := b.entries[i].row
	d.State, d.Seq = client.Accepted, seq
	err := b.change(func(t tx) error {
		if err := t.exec("insert into done select id, slot, ?, ?, ?, 0, kind, sealed from entry where id = ?",
			seq, d.Epoch, d.When.UnixMilli(), row); err != nil {
			return err
		}
		return t.exec("delete from entry where id = ?", row)
	})
	if err != nil {
		return err
	}
	b.done = append(b.done, done{d, row})
	b.entries = slices.Delete(b.entries, i, i+1)
	return nil
}

// Done implements [client.Outbox].
func (b *Outbox) Done() iter.Seq[client.Done] {
	return func(yield func(client.Done) bool) {
		for _, d := range b.done {
			if !yield(d.Done) {
				return
			}
		}
	}
}

// Lose implements [client.Outbox].
func (b *Outbox) Lose(ids []client.EntryID) error {
	lost := func(d done) bool { return slices.Contains(ids, d.ID) }
	err := b.change(func(t tx) error {
		for _, d := range b.done {
			if lost(d) == d.Lost {
				continue
			}
			if err := t.exec("update done set lost = ? where id = ?", lost(d), d.row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, d := range b.done {
		b.done[i].Lost = lost(d)
	}
	return nil
}

// Again implements [client.Outbox]. It is out of one list and in the other in one
// step: sent once, whenever the program ends.
func (b *Outbox) Again(id client.EntryID, c wire.Command, now time.Time) error {
	i := slices.IndexFunc(b.done, func(d done) bool { return d.ID == id })
	if i < 0 {
		return client.ErrNoEntry
	}
	var row int64
	err := b.change(func(t tx) error {
		var err error
		if row, err = t.add(b.slot, record{id, c, now}); err != nil {
			return err
		}
		return t.exec("delete from done where id = ?", b.done[i].row)
	})
	if err != nil {
		return err
	}
	b.done = slices.Delete(b.done, i, i+1)
	b.entries = append(b.entries, kept{client.Entry{ID: id, Command: c, At: now}, row})
	return nil
}

// Forget implements [client.Outbox].
func (b *Outbox) Forget(ids []client.EntryID) error {
	forgotten := func(d done) bool { return slices.Contains(ids, d.ID) }
	err := b.change(func(t tx) error {
		for _, d := range b.done {
			if !forgotten(d) {
				continue
			}
			if err := t.exec("delete from done where id = ?", d.row); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		b.done = slices.DeleteFunc(b.done, forgotten)
	}
	return err
}

// adoptDone makes ours what a client that is gone had accepted.
func (b *Outbox) adoptDone(t tx, r row) error {
	e, err := t.seal.entry(r)
	if errors.Is(err, errUnreadable) {
		return t.setAside(r, "done")
	}
	d := done{client.Done{Entry: e.Entry}, r.id}
	var settled int64
	if err := t.QueryRow("select seq, epoch, settled, lost from done where id = ?", r.id).Scan(&d.Seq, &d.Epoch, &settled, &d.Lost); err != nil {
		return err
	}
	d.State, d.When = client.Accepted, time.UnixMilli(settled)
	b.done = append(b.done, d)
	return t.exec("update done set slot = ? where id = ?", b.slot, r.id)
}
