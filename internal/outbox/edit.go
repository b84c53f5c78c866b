package outbox

import (
	"slices"

	"ventanilla/client"
	"ventanilla/client/wire"
)

// Change implements [client.Outbox]. The row stays, and with it the place.
func (b *Outbox) Change(id client.EntryID, c wire.Command) error {
	i, err := b.unnumbered(id)
	if err != nil {
		return err
	}
	e := b.entries[i]
	err = b.change(func(t tx) error {
		kind, sealed, err := t.seal.record(e.row, record{id, c, e.At})
		if err != nil {
			return err
		}
		return t.exec("update entry set kind = ?, sealed = ? where id = ?", kind, sealed, e.row)
	})
	if err == nil {
		b.entries[i].Command = c
	}
	return err
}

// TakeBack implements [client.Outbox]. A text becomes a draft again in the same
// step, as when it is refused, so that at no moment it is nowhere.
func (b *Outbox) TakeBack(id client.EntryID) error {
	i, err := b.unnumbered(id)
	if err != nil {
		return err
	}
	return b.drop(i, true)
}

// Hold implements [client.Outbox].
func (b *Outbox) Hold(id client.EntryID, held bool) error {
	i, err := b.unnumbered(id)
	if err != nil {
		return err
	}
	err = b.change(func(t tx) error { return t.exec("update entry set held = ? where id = ?", held, b.entries[i].row) })
	if err == nil {
		b.entries[i].Held = held
	}
	return err
}

// unnumbered finds an entry that the desk cannot have yet.
func (b *Outbox) unnumbered(id client.EntryID) (int, error) {
	i := slices.IndexFunc(b.entries, func(e kept) bool { return e.ID == id })
	switch {
	case i < 0:
		return 0, client.ErrNoEntry
	case b.entries[i].N != 0:
		return 0, client.ErrOnItsWay
	}
	return i, nil
}

// drop removes an entry. Its text, if it has one and back says so, becomes a draft
// again in the same step.
func (b *Outbox) drop(i int, back bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.entries[i]
	key, text, says := written(e.Command)
	back = back && says
	d := b.drafts[key].before(text)
	err := b.change(func(t tx) error {
		if err := t.exec("delete from entry where id = ?", e.row); err != nil || !back {
			return err
		}
		return t.saveDraft(b.slot, key, &d)
	})
	if err != nil {
		return err
	}
	if back {
		b.drafts[key] = d
	}
	b.entries = slices.Delete(b.entries, i, i+1)
	return nil
}
