package client

import "time"

// Clock is the time a client goes by, so that a test can set the clock forward or
// let the machine sleep. The two readings are apart because only one of them can
// be set: what a client shows comes from Now, what it waits for from Steady.
type Clock interface {
	// Now is what the clock on the machine shows.
	Now() time.Time
	// Steady is how much time has passed since some start. Nobody can set it; it may
	// stand still while the machine sleeps.
	Steady() time.Duration
	// NewTimer makes a timer by the same clock as Steady.
	NewTimer(d time.Duration) *time.Timer
}

// machineClock is the machine's own.
type machineClock struct{ start time.Time }

func (machineClock) Now() time.Time                       { return time.Now() }
func (m machineClock) Steady() time.Duration              { return time.Since(m.start) }
func (machineClock) NewTimer(d time.Duration) *time.Timer { return time.NewTimer(d) }

// timeline is a clock whose steady reading can be reckoned with as instants. They
// look like the time of day and are not, once somebody has set the clock.
type timeline struct {
	Clock
	start time.Time     // by the clock on the machine, when the timeline was made
	zero  time.Duration // the steady reading then
}

func newTimeline(c Clock) timeline {
	if c == nil {
		c = machineClock{time.Now()}
	}
	return timeline{c, c.Now().Round(0), c.Steady()}
}

// instant is now, for deadlines and intervals.
func (t timeline) instant() time.Time { return t.start.Add(t.Steady() - t.zero) }

// inSocket is a deadline for a socket: these go by the machine's clock and no other.
func inSocket(d time.Duration) time.Time { return time.Now().Add(d) }

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
