package client

import (
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

// Entry is a command on its way to the desk. It is never in doubt: after a lost
// answer it is sent again with the same number.
type Entry struct {
	ID      EntryID
	N       uint64 // in its lane; 0 until it is first sent
	Command wire.Command
	State   EntryState
	Seq     uint64        // where in the log, when accepted; 0 when it changed nothing
	Refusal *wire.Refusal // when refused
	At      time.Time     // when it was given to [Client.Do]
}

// Outbox keeps commands until the desk has answered them. The client calls it
// from one goroutine at a time. An error means that nothing was changed.
type Outbox interface {
	// Add appends a command without a number.
	Add(id EntryID, c wire.Command, now time.Time) error
	// Entries yields what has no outcome, in the order it was added, so that the
	// numbered ones come first.
	Entries() iter.Seq[Entry]
	// Lane returns the lane and the last number given in it.
	Lane() (name string, last uint64)
	// Settled is the highest number up to which every outcome is here.
	Settled() uint64
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

// Number implements [Outbox].
func (b *MemoryOutbox) Number(id EntryID) (uint64, error) {
	for i := range b.entries {
		if b.entries[i].ID == id {
			b.last++
			b.entries[i].N = b.last
			break
		}
	}
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
