package client

import (
	"fmt"
	"math/rand/v2"
	"time"

	"ventanilla/client/wire"
)

const (
	activeFor  = time.Minute      // after a key, the link is watched closely
	activeBeat = 10 * time.Second // while it is
	idleBeat   = 25 * time.Second // else, unless the desk wants it more often
	// commandSilence is how long nothing may be heard while a command waits for its
	// outcome: who sends notices first.
	commandSilence = 5 * time.Second
	// sleepStep is how far the wall clock must run ahead of the steady one to mean
	// that the machine slept.
	sleepStep = 5 * time.Second
)

// beat decides when to ping and when a link counts as dead.
type beat struct {
	every  time.Duration // while idle, as the desk said
	from   time.Time     // the last ping, or the greeting
	next   time.Time     // ping then
	echo   wire.Millis   // what the pong of the last ping brings back
	probe  bool          // the machine slept: an answer is due quickly
	head   uint64        // of the log, as the last pong said
	looked time.Time     // when the clocks were last compared
}

// start is called at the greeting. One ping goes at once: its pong says when we
// have caught up. The next is at a random phase, so that a restart does not line
// everybody up.
func (b *beat) start(w wire.Welcome, now time.Time) {
	b.every = idleBeat
	if asked := time.Duration(w.Beat) * time.Millisecond; asked > 0 {
		b.every = min(max(asked, time.Second), idleBeat)
	}
	b.from, b.next = now, now
}

// interval is the time between pings for a user who last pressed a key at active.
func (b *beat) interval(active, now time.Time) time.Duration {
	if !active.IsZero() && now.Sub(active) < activeFor {
		return min(b.every, activeBeat)
	}
	return b.every
}

// Beat is how often the link is pinged now: who does not hear from the desk for
// much longer does not know what goes on there.
func (c *Client) Beat() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.beat.every == 0 {
		return idleBeat
	}
	return c.beat.interval(c.active, time.Now())
}

// Heard is when the last byte came from the desk, over any link; zero before the first.
func (c *Client) Heard() time.Time {
	if at := c.heard.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// due is when to ping next, sooner than planned when the user became active.
func (b *beat) due(active, now time.Time) time.Time {
	return earlier(b.next, b.from.Add(b.interval(active, now)))
}

func (b *beat) ping(active, now time.Time) *wire.Ping {
	wait := b.interval(active, now)
	if b.echo == 0 {
		wait = rand.N(wait) + 1
	}
	b.from, b.echo = now, wire.At(now)
	b.next = now.Add(wait)
	return &wire.Ping{Sent: b.echo}
}

// pong returns the round trip, 0 when it is not the last ping's. It complains
// about a feed that is not yet where the log was a whole beat ago.
func (b *beat) pong(p wire.Pong, now time.Time) (time.Duration, error) {
	var latency time.Duration
	if p.Sent == b.echo {
		latency = now.Sub(b.from)
	}
	b.probe = false
	before := b.head
	b.head = p.Head
	if p.UpTo < before {
		return latency, fmt.Errorf("%w at %d of %d", ErrStuck, p.UpTo, before)
	}
	return latency, nil
}

// deadline is when the link counts as dead, if nothing is heard until then.
// progress is when the outbox last got somewhere, zero when nothing is in flight.
func (b *beat) deadline(heard, progress, active, now time.Time) time.Time {
	interval := b.interval(active, now)
	dead := heard.Add(interval * 5 / 2)
	if b.probe {
		dead = earlier(dead, b.from.Add(commandSilence))
	}
	if !progress.IsZero() {
		quiet := progress
		if heard.After(quiet) {
			quiet = heard
		}
		dead = earlier(dead, quiet.Add(commandSilence))
		dead = earlier(dead, progress.Add(interval*5/2))
	}
	return dead
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// slept reports whether the machine was suspended between two readings: the
// steady clock stands still then and the wall clock does not.
func slept(before, now time.Time) bool {
	return now.Round(0).Sub(before.Round(0))-now.Sub(before) > sleepStep
}
