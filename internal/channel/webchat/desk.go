package webchat

import (
	"context"
	"errors"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
)

// Desk is what the door needs from the desk behind it. Every method may be called
// from many goroutines at once; the texts it is given are hostile.
type Desk interface {
	// Enter says who asks to come in: the customer that [Entry.Ref] names, else the
	// one that [Entry.Resume] belonged to, else a new anonymous one. In the same
	// transaction it keeps Entry.Fresh for them. An error that wraps [ErrCrowded] asks
	// to come back later. A presented Resume stays good
	// until a token that was given for it is presented: the answer that carries
	// Fresh may be lost, and two tabs may ask with the same one.
	Enter(ctx context.Context, e Entry) (Visitor, error)

	// Follow starts the feed of what a customer may see after a position; the latest
	// lines when that is none or of another log. The welcome holds LaneLast of the
	// tab; Clock and Beat are filled in by the channel. The channel closes the feed.
	Follow(ctx context.Context, v Visitor, t Tab, after wire.Position) (chatwire.Welcome, Feed, error)

	// Say takes message s of the tab. It returns once the order of the tab's
	// messages is settled; answer gets the outcome, or the resend, when that is on
	// the disk. It is called once, from any goroutine, and does not block. A text
	// that is empty or too long is refused by an outcome: only the desk gives those.
	Say(ctx context.Context, v Visitor, t Tab, s chatwire.Say, answer func(chatwire.FromDesk)) error

	// Older returns the lines before a seq.
	Older(ctx context.Context, v Visitor, before uint64) (chatwire.Lines, error)

	// Mark notes how far the customer has received and read.
	Mark(ctx context.Context, v Visitor, m chatwire.Marks) error

	// Typing shows the staff that the customer writes. Nothing is kept of it.
	Typing(ctx context.Context, v Visitor) error
}

// Feed is what one socket pulls. It belongs to one goroutine.
type Feed interface {
	// Woken returns a channel that is closed when Next may have more. It is taken
	// before Next is called, so that nothing comes unseen in between.
	Woken() <-chan struct{}
	// Next returns the frames that follow (lines, marks, service, typing), none
	// when there are none now, or an error that wraps [ErrFellBehind].
	Next(ctx context.Context) ([]chatwire.FromDesk, error)
	// Close ends the feed; nothing is called after it.
	Close()
}

// ErrFellBehind says that a live feed's reader is too slow; it resumes.
var ErrFellBehind = errors.New("webchat: the reader fell behind")

// ErrCrowded says that the desk lets this visitor in later: it has too much to do, or
// cannot write now. Its own log says so once, this package does not repeat it.
var ErrCrowded = errors.New("webchat: nobody is let in now")

// Entry is a request to come in.
type Entry struct {
	// Ref is the lender's reference of the customer, vouched for by a signed token.
	// Empty: anonymous, or known by Resume.
	Ref string
	// Name is what to call the customer: the token's when Ref is set.
	Name   string
	Locale string // such as "es-AR"

	Resume  string // SHA-256 in hex of the token presented; empty: none
	Fresh   string // SHA-256 in hex of the token now given
	Expires time.Time
}

// Visitor is a customer who has come in.
type Visitor struct {
	ID     wire.CustomerID
	Known  bool   // a signed token named them, now or before
	Locale string // used when the page states none
}

// Tab names where a visitor's messages are numbered.
type Tab struct{ Device, Lane string }
