package client

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
)

const (
	firstWait = 200 * time.Millisecond
	lastWait  = 30 * time.Second
	// eagerWait takes its place while somebody presses keys or something waits to be
	// sent: an attempt costs a desk little, and a person much. Spread over it, a
	// thousand clients are back at a restarted desk sooner than they notice.
	eagerWait = 2 * time.Second
	// longestAsked bounds how long a desk may tell us to stay away.
	longestAsked = 5 * time.Minute
	// holds is how long a link must have been live to count as one that worked. A
	// desk that greets and then drops everybody is not hammered.
	holds = 5 * time.Second
)

// backoff grows the wait between attempts. Each wait is drawn from the whole
// range up to a ceiling that doubles, so that a thousand clients that lost the
// same desk do not come back together.
type backoff struct {
	ceiling time.Duration
	renewed bool // the lane was changed for the link that just failed
}

// next returns how long the desk asked to stay away and how long to wait after
// that, which is not more than most.
func (b *backoff) next(err error, most time.Duration) (asked, wait time.Duration) {
	if errors.Is(err, errNewLane) && !b.renewed {
		b.renewed = true
		return 0, 0
	}
	b.ceiling = min(max(2*b.ceiling, firstWait), lastWait)
	return askedFor(err), rand.N(min(b.ceiling, most)) + 1
}

// askedFor is how long the desk asked to stay away when it turned us away or closed.
func askedFor(err error) time.Duration {
	if busy := (*busyError)(nil); errors.As(err, &busy) {
		return busy.after
	}
	if ce := (*websocket.CloseError)(nil); errors.As(err, &ce) && wire.ComeBack(ce.Code) {
		return min(time.Duration(wire.StayAway(ce.Text))*time.Millisecond, longestAsked)
	}
	return 0
}
