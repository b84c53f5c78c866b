package client

import (
	"errors"
	"iter"
	"slices"
	"time"

	"ventanilla/client/wire"
)

// EntryID names an entry of an outbox for as long as the client runs, whatever
// number and lane it gets.
type EntryID string

// EntryState says how far a command has come.
type EntryState int

// The states of an entry.
const (
	Waiting  EntryState = iota // not on its way: no link, or others are before it
	Sent                       // on its way over the present link
	Accepted                   // done by the desk
	Refused                    // not done; Refusal says why
)

var (
	// ErrNoEntry reports an entry that is not in the outbox: it has its outcome, was
	// taken back, or never was.
	ErrNoEntry = errors.New("no such entry in the outbox")
	// ErrOnItsWay reports an entry that has a number, so that the desk may have it.
	ErrOnItsWay = errors.New("the entry is on its way")
	// ErrOtherConversation reports a change that would move an entry to another
	// conversation.
	ErrOtherConversation = errors.New("an entry stays in its conversation")
)

// Entry is a command on its way to the desk. It is never in doubt: after a lost
// answer it is sent again with the same number.
type Entry struct {
	ID      EntryID
	N       uint64 // in its lane; 0 until it is first sent
	Command wire.Command
	State   EntryState
	Held    bool          // it and the later ones of its conversation are not sent
	Seq     uint64        // where in the log, when accepted; 0 when it changed nothing
	Refusal *wire.Refusal // when refused
	At      time.Time     // when it was given to [Client.Do]
}

// Outbox keeps commands until the desk has answered them. The client calls it
// from one goroutine at a time. An error means that nothing was changed.
type Outbox interface {
	// Add appends a command without a number.
	Add(id EntryID, c wire.Command, now time.Time) error
	// Entries yields what has no outcome: first what has a number, by number, then
	// the rest in the order it was added.
	Entries() iter.Seq[Entry]
	// Lane returns the lane and the last number given in it.
	Lane() (name string, last uint64)
	// Settled is the highest number up to which every outcome is here.
	Settled() uint64
	// Change gives an entry another command in the same place, TakeBack drops it and
	// Hold marks it. Each answers [ErrOnItsWay] for an entry that has a number and
	// [ErrNoEntry] when there is none. An outbox that keeps drafts makes a text that
	// is taken back a draft again in the same step.
	Change(id EntryID, c wire.Command) error
	TakeBack(id EntryID) error
	Hold(id EntryID, held bool) error
	// Number gives an entry the lane's next number.
	Number(id EntryID) (uint64, error)
	// Settle keeps an outcome and returns its entry; false when there is none
	// with that number.
	Settle(o wire.Outcome) (Entry, bool, error)
	// Renew starts another lane. What has no outcome loses its number.
	Renew(lane string) error
}

// MemoryOutbox is an [Outbox] that ends with the program. Use [NewMemoryOutbox].
type MemoryOutbox struct {
	lane    string
	last    uint64
	entries []Entry
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
func (b *MemoryOutbox) Settle(o wire.Outcome) (Entry, bool, error) {
	i := slices.IndexFunc(b.entries, func(e Entry) bool { return e.N == o.N && e.N != 0 })
	if i < 0 {
		return Entry{}, false, nil
	}
	e := b.entries[i]
	b.entries = slices.Delete(b.entries, i, i+1)
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
