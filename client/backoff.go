package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

const (
	firstWait = 200 * time.Millisecond
	lastWait  = 30 * time.Second
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

func (b *backoff) next(err error) time.Duration {
	if errors.Is(err, errNewLane) && !b.renewed {
		b.renewed = true
		return 0
	}
	b.ceiling = min(max(2*b.ceiling, firstWait), lastWait)
	wait := rand.N(b.ceiling) + 1
	if busy := (*busyError)(nil); errors.As(err, &busy) {
		wait += busy.after
	}
	return wait
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
