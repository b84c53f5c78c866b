package client

import (
	"time"

	"ventanilla/client/wire"
)

// Update is everything that happened since the last one, in order.
type Update struct{ Events []Event }

// Event is one thing that happened. The set is closed: the types below.
type Event interface{ event() }

// State is how the link stands.
type State int

// The states of the link.
const (
	Down       State = iota // waiting until Retry, or ended
	Connecting              // dialling, or greeted and not yet answered
	CatchingUp              // receiving what was missed
	Live                    // everything up to the desk's head at greeting is here, and more arrives
)

// LinkChanged reports the link's state, and its figures after each heartbeat.
type LinkChanged struct {
	State   State
	Err     error         // why it is down
	Retry   time.Time     // when the next attempt is, when down
	Latency time.Duration // of the last round trip; 0: not measured yet
	// Behind is how many records of the log are still missing while catching up; 0
	// while a snapshot is coming, which is not counted in records.
	Behind uint64
	// BytesIn and BytesOut count from the start of the client.
	BytesIn, BytesOut int64
}

// Welcomed reports the desk's greeting. Offset is the desk's clock minus ours,
// taken at the middle of the round trip.
type Welcomed struct {
	wire.Welcome
	Offset time.Duration
}

// SnapshotPart carries a part of a snapshot.
type SnapshotPart struct{ wire.Snapshot }

// FeedPart carries records. The client has checked that they follow on.
type FeedPart struct{ wire.Feed }

// Opened carries the latest lines of a conversation that is watched: after
// [Client.Watch], and again after every snapshot.
type Opened struct{ wire.Timeline }

// NotOpened reports that the desk would not have a conversation watched. It is
// not asked again.
type NotOpened struct {
	Conversation wire.ConversationID
	Err          error // an *[AskError] when the desk said no
}

// Older carries lines that [wire.Older] asked for, before the [Answered] of that ask.
type Older struct{ wire.Timeline }

// TypingSign reports that somebody is writing, at the time of its arrival At.
type TypingSign struct {
	wire.Typing
	At time.Time
}

// ViewersChanged reports which colleagues are in conversations, as the desk says:
// on a change, and whole when a feed begins. It is worth nothing once the link is down.
type ViewersChanged struct{ wire.Viewing }

// Withheld reports what keeps the desk from taking commands, or our own outbox from
// giving them, such as a full disk; they wait and are tried again. A nil Why says that it is over, or that there is
// no link to know it by.
type Withheld struct{ Why *wire.Refusal }

// OutboxChanged lists every command that has no outcome yet, in order. It is the
// last event of its update.
type OutboxChanged struct{ Entries []Entry }

// Settled reports the outcome of one command, once.
type Settled struct {
	Entry   Entry
	Outcome wire.Outcome
}

// Lost lists the accepted commands that the desk does not have any more, because
// it came back from a backup: the whole list each time it changes. Each is answered
// by [Client.SendAgain] or [Client.LetGo].
type Lost struct{ Entries []Entry }

// Answered ends an ask: exactly one comes for each [Client.Ask], with its token.
type Answered struct {
	Token any
	// Answer is a [wire.Hits], [wire.Context], [wire.Counts] or [wire.Timeline],
	// as the question says; nil with Err.
	Answer any
	// Err is a *[AskError] when the desk said no, or why the asker's ctx ended.
	Err error
}

func (LinkChanged) event()    {}
func (Welcomed) event()       {}
func (SnapshotPart) event()   {}
func (FeedPart) event()       {}
func (Opened) event()         {}
func (NotOpened) event()      {}
func (Older) event()          {}
func (TypingSign) event()     {}
func (ViewersChanged) event() {}
func (Withheld) event()       {}
func (OutboxChanged) event()  {}
func (Settled) event()        {}
func (Answered) event()       {}
func (Lost) event()           {}
