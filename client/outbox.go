package client

import (
	"errors"
	"iter"
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
	// Epoch is the log that the lane's numbers are for, and what its entries say of
	// places in the log; empty before the first Begin.
	Epoch() string
	// Begin says for which log they are.
	Begin(epoch string) error
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
	// Settle keeps an outcome and returns its entry; false when there is none with
	// that number. With an epoch the entry goes on among Done.
	Settle(o wire.Outcome, epoch string, now time.Time) (Entry, bool, error)
	// Renew starts another lane, for the same log until Begin names another. What has
	// no outcome loses its number.
	Renew(lane string) error

	// Done yields what was accepted and is kept, the oldest first.
	Done() iter.Seq[Done]
	// Lose marks these of Done, and no others, as lost.
	Lose(ids []EntryID) error
	// Again moves one of Done to the end of the entries, to be sent as c. It answers
	// [ErrNoEntry] when there is none.
	Again(id EntryID, c wire.Command, now time.Time) error
	// Forget drops these of Done.
	Forget(ids []EntryID) error
}

// Done is a command that a desk has accepted. It is kept for a day, because a desk
// that comes back from a backup may not have it any more.
type Done struct {
	Entry           // accepted at its Seq
	Epoch string    // of the log that has it there
	When  time.Time // its outcome came
	Lost  bool      // the desk does not have it; kept until somebody decides
}
