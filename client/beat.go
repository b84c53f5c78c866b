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
	// quickAnswer is how long a ping may take on a link that is in doubt, and at most
	// as much again where round trips are long. A pong that waited while the process
	// stood still makes them look so.
	quickAnswer = 2 * time.Second
	// recheck is how soon the desk is asked again that said its log is further than
	// what it has sent.
	recheck = 5 * time.Second
)

// beat decides when to ping and when a link counts as dead.
type beat struct {
	every    time.Duration // while idle, as the desk said
	from     time.Time     // the last ping, or the greeting
	next     time.Time     // ping then
	echo     wire.Millis   // what the pong of the last ping brings back; grows
	doubted  bool          // the next ping wants a quick answer
	probe    wire.Millis   // the echo that wants one; 0: none
	answered time.Time     // when the last ping that was answered was sent
	latency  time.Duration // of the last round trip
	pong0    wire.Pong     // the last one
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
	return c.beat.interval(c.active, c.clock.instant())
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
	b.from, b.echo = now, max(wire.At(now), b.echo+1)
	b.next = now.Add(wait)
	if b.doubted {
		b.doubted, b.probe = false, b.echo
	}
	return &wire.Ping{Sent: b.echo}
}

// doubt asks for a sign of life at once.
func (b *beat) doubt(now time.Time) { b.doubted, b.next = true, now }

// pong takes note of an answer. It reports the round trip, 0 when it is not the
// last ping's, and whether the feed is not yet where the log was at the pong
// before. It complains when the feed has not even moved since.
func (b *beat) pong(p wire.Pong, now time.Time) (latency time.Duration, late bool, err error) {
	if p.Sent == b.echo {
		latency = max(now.Sub(b.from), 1)
		b.latency, b.answered = latency, b.from
	}
	if p.Sent >= b.probe {
		b.probe = 0
	}
	before := b.pong0
	b.pong0 = p
	if p.UpTo < p.Head {
		b.next = earlier(b.next, now.Add(recheck))
	}
	late = p.UpTo < before.Head
	// Pongs that waited for a thin link come together and say nothing about time.
	apart := time.Duration(p.Clock-before.Clock) * time.Millisecond
	if late && p.UpTo <= before.UpTo && apart >= recheck/2 {
		err = fmt.Errorf("%w at %d of %d", ErrStuck, p.UpTo, before.Head)
	}
	return latency, late, err
}

// vitals are what the life of a link is judged by.
type vitals struct {
	heard    time.Time // the last byte of the desk
	progress time.Time // when the outbox last got somewhere; zero when nothing is in flight
	leaving  time.Time // until when what was written may still be on its way out
	active   time.Time // the last key
	back     time.Time // the first one after a pause
}

// deadline is when the link counts as dead, if nothing is heard until then.
func (b *beat) deadline(v vitals, now time.Time) time.Time {
	interval := b.interval(v.active, now)
	answer := quickAnswer + min(2*b.latency, quickAnswer)
	// A user who comes back does not make an idle link a dead one: it is asked first.
	asked := earlier(v.back.Add(answer), v.heard.Add(b.every*5/2))
	dead := later(v.heard.Add(interval*5/2), asked)
	if b.probe != 0 {
		dead = earlier(dead, later(v.heard, b.from).Add(answer))
	}
	if !v.progress.IsZero() {
		dead = earlier(dead, later(v.heard, v.progress).Add(commandSilence))
		if b.answered.After(v.progress) { // it hears us and answers pings only
			dead = earlier(dead, v.progress.Add(interval*5/2))
		}
	}
	if !v.leaving.IsZero() {
		dead = later(dead, v.leaving.Add(answer))
	}
	return dead
}
