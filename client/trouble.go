package client

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
)

// What ends a link or the client.
var (
	// ErrSignedOut reports that the session ended. What waits is still theirs.
	ErrSignedOut = errors.New("signed out")
	// ErrRevoked reports that an administrator took the account or the session away:
	// what this machine keeps of it has to go.
	ErrRevoked = errors.New("access revoked")
	// ErrRefused reports that the desk will not have this client: the token, the
	// version or the number of its connections. Trying again is useless.
	ErrRefused = errors.New("refused by the desk")
	// ErrPlain reports an address that would send the token unencrypted.
	ErrPlain = errors.New("http is for this machine only; use https")
	// ErrBadFrame reports a frame that is not of this protocol or came out of turn.
	ErrBadFrame = errors.New("bad frame")
	// ErrSilent reports that nothing was heard for too long.
	ErrSilent = errors.New("the desk fell silent")
	// ErrMoved reports that the network the link went over is gone.
	ErrMoved = errors.New("the network changed")
	// ErrBehind reports that the sink did not keep up.
	ErrBehind = errors.New("updates were not taken in time")
	// ErrStuck reports a desk that says its feed is further than what came.
	ErrStuck = errors.New("the feed is stuck")
	// ErrTooManyWatched reports that [wire.MaxWatched] conversations are watched.
	ErrTooManyWatched = errors.New("too many conversations are watched")
	// ErrTooLarge reports an ask that no desk would read.
	ErrTooLarge = errors.New("larger than a frame may be")

	errNewLane = errors.New("the lane's numbers mean nothing to this desk")
	errResync  = errors.New("a snapshot was asked for")
	errAgain   = errors.New("the machine woke or its network changed")
	errClock   = errors.New("the clock was set")
)

// StopError is why the desk said not to come back. It is [ErrSignedOut],
// [ErrRevoked] or [ErrRefused].
type StopError struct {
	Code int // the HTTP status or the websocket's close code
}

func (e *StopError) Error() string { return fmt.Sprintf("%v (%d)", e.Unwrap(), e.Code) }

// Unwrap tells the end of a session and what was taken away from a refusal.
func (e *StopError) Unwrap() error {
	switch e.Code {
	case wire.CloseSignedOut:
		return ErrSignedOut
	case wire.CloseRevoked, http.StatusForbidden:
		return ErrRevoked
	}
	return ErrRefused
}

// AskError is the desk's "no" to an ask.
type AskError struct{ Refusal wire.Refusal }

func (e *AskError) Error() string {
	return fmt.Sprintf("refused: %s (%s)", e.Refusal.Code, e.Refusal.Kind)
}

// busyError is a desk that said how long to stay away.
type busyError struct {
	status int
	after  time.Duration
}

func (e *busyError) Error() string {
	return fmt.Sprintf("the desk answered %d: again in %v", e.status, e.after)
}

// CloseCode is the code by which the desk closed the link that ended with err, 0
// when it did not close it in words.
func CloseCode(err error) int {
	if ce := (*websocket.CloseError)(nil); errors.As(err, &ce) {
		return ce.Code
	}
	return 0
}

// verdict turns the end of a socket into what it means for us.
func verdict(err error) error {
	if code := CloseCode(err); code != 0 && !wire.ComeBack(code) {
		return &StopError{Code: code}
	}
	if errors.Is(err, websocket.ErrReadLimit) {
		return fmt.Errorf("%w: larger than %d bytes", ErrBadFrame, wire.MaxDeskFrame)
	}
	return err
}
