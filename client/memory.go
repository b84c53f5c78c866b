package client

import (
	"iter"
	"slices"
	"time"

	"ventanilla/client/wire"
)

// MemoryOutbox is an [Outbox] that ends with the program. Use [NewMemoryOutbox].
type MemoryOutbox struct {
	lane    string
	epoch   string
	last    uint64
	entries []Entry
	done    []Done
}

// NewMemoryOutbox returns an empty outbox whose lane nothing was sent in yet.
func NewMemoryOutbox(lane string) *MemoryOutbox { return &MemoryOutbox{lane: lane} }

// Add implements [Outbox].
func (b *MemoryOutbox) Add(id EntryID, c wire.Command, now time.Time) error {
	b.entries = append(b.entries, Entry{ID: id, Command: c, At: now})
	return nil
}

// Entries implements [Outbox].
func (b *MemoryOutbox) Entries() iter.Seq[Entry] { return slices.Values(b.entries) }

// Lane implements [Outbox].
func (b *MemoryOutbox) Lane() (string, uint64) { return b.lane, b.last }

// Epoch implements [Outbox].
func (b *MemoryOutbox) Epoch() string { return b.epoch }

// Begin implements [Outbox].
func (b *MemoryOutbox) Begin(epoch string) error {
	b.epoch = epoch
	return nil
}

// Settled implements [Outbox].
func (b *MemoryOutbox) Settled() uint64 {
	if len(b.entries) > 0 && b.entries[0].N != 0 {
		return b.entries[0].N - 1
	}
	return b.last
}

// Change implements [Outbox].
func (b *MemoryOutbox) Change(id EntryID, c wire.Command) error {
	i, err := b.unnumbered(id)
	if err == nil {
		b.entries[i].Command = c
	}
	return err
}

// TakeBack implements [Outbox].
func (b *MemoryOutbox) TakeBack(id EntryID) error {
	i, err := b.unnumbered(id)
	if err == nil {
		b.entries = slices.Delete(b.entries, i, i+1)
	}
	return err
}

// Hold implements [Outbox].
func (b *MemoryOutbox) Hold(id EntryID, held bool) error {
	i, err := b.unnumbered(id)
	if err == nil {
		b.entries[i].Held = held
	}
	return err
}

// unnumbered finds an entry that the desk cannot have yet.
func (b *MemoryOutbox) unnumbered(id EntryID) (int, error) {
	i := slices.IndexFunc(b.entries, func(e Entry) bool { return e.ID == id })
	switch {
	case i < 0:
		return 0, ErrNoEntry
	case b.entries[i].N != 0:
		return 0, ErrOnItsWay
	}
	return i, nil
}

// Number implements [Outbox].
func (b *MemoryOutbox) Number(id EntryID) (uint64, error) {
	i, err := b.unnumbered(id)
	if err != nil {
		return 0, err
	}
	b.last++
	e := b.entries[i]
	e.N = b.last
	// It takes its place behind the other numbered ones, before those that are held.
	b.entries = slices.Delete(b.entries, i, i+1)
	first := slices.IndexFunc(b.entries, func(e Entry) bool { return e.N == 0 })
	if first < 0 {
		first = len(b.entries)
	}
	b.entries = slices.Insert(b.entries, first, e)
	return b.last, nil
}

// Settle implements [Outbox].
func (b *MemoryOutbox) Settle(o wire.Outcome, epoch string, now time.Time) (Entry, bool, error) {
	i := slices.IndexFunc(b.entries, func(e Entry) bool { return e.N == o.N && e.N != 0 })
	if i < 0 {
		return Entry{}, false, nil
	}
	e := b.entries[i]
	b.entries = slices.Delete(b.entries, i, i+1)
	if epoch != "" {
		done := Done{Entry: e, Epoch: epoch, When: now}
		done.State, done.Seq = Accepted, o.Seq
		b.done = append(b.done, done)
	}
	return e, true, nil
}

// Renew implements [Outbox].
func (b *MemoryOutbox) Renew(lane string) error {
	b.lane, b.last = lane, 0
	for i := range b.entries {
		b.entries[i].N = 0
	}
	return nil
}

// Done implements [Outbox].
func (b *MemoryOutbox) Done() iter.Seq[Done] { return slices.Values(b.done) }

// Lose implements [Outbox].
func (b *MemoryOutbox) Lose(ids []EntryID) error {
	for i := range b.done {
		b.done[i].Lost = slices.Contains(ids, b.done[i].ID)
	}
	return nil
}

// Again implements [Outbox].
func (b *MemoryOutbox) Again(id EntryID, c wire.Command, now time.Time) error {
	i := slices.IndexFunc(b.done, func(d Done) bool { return d.ID == id })
	if i < 0 {
		return ErrNoEntry
	}
	b.done = slices.Delete(b.done, i, i+1)
	return b.Add(id, c, now)
}

// Forget implements [Outbox].
func (b *MemoryOutbox) Forget(ids []EntryID) error {
	b.done = slices.DeleteFunc(b.done, func(d Done) bool { return slices.Contains(ids, d.ID) })
	return nil
}
