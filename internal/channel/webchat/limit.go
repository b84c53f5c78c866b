package webchat

import (
	"sync"
	"time"

	"ventanilla/client/wire/chatwire"
)

// Limits bound what customers may ask of the desk. Zero values mean the defaults.
type Limits struct {
	Messages Rate // of one visitor; default one every 2 s, 10 at once
	Bytes    Rate // of one visitor's texts; default 2 kB/s, one longest message at once
	// Arrivals bounds the tickets and sockets of one network (IPv4 /24, IPv6 /48):
	// default 20 a second, 400 at once. Loopback is exempt: it is this machine.
	Arrivals Rate
	// PerVisitor is how many sockets one visitor may have; one more closes the
	// oldest. Default 3.
	PerVisitor int
	// Sockets is how many there may be in all; default 20,000.
	Sockets int
}

// Rate is a token bucket. A negative Burst means that there is no limit.
type Rate struct{ PerSecond, Burst float64 }

var unlimited = Rate{Burst: -1}

// frameRate bounds the frames of one socket, whatever they hold. No honest page
// comes near it.
var frameRate = Rate{PerSecond: 30, Burst: 150}

func (l Limits) orDefaults() Limits {
	rate := func(r, otherwise Rate) Rate {
		if r == (Rate{}) {
			return otherwise
		}
		return r
	}
	l.Messages = rate(l.Messages, Rate{0.5, 10})
	l.Bytes = rate(l.Bytes, Rate{2000, chatwire.MaxFrame})
	l.Arrivals = rate(l.Arrivals, Rate{20, 400})
	if l.PerVisitor == 0 {
		l.PerVisitor = 3
	}
	if l.Sockets == 0 {
		l.Sockets = 20_000
	}
	return l
}

// bucket is how much of a rate is left. The zero bucket is full.
type bucket struct {
	used float64
	at   time.Time
}

// wait is how long until cost may be taken at now; the bucket is brought up to now.
func (b *bucket) wait(r Rate, cost float64, now time.Time) time.Duration {
	if r.Burst < 0 {
		return 0
	}
	if elapsed := now.Sub(b.at).Seconds(); elapsed > 0 {
		b.used = max(0, b.used-elapsed*r.PerSecond)
		b.at = now
	}
	// A cost above the burst passes when the bucket is full, or it never would.
	over := b.used + min(cost, r.Burst) - r.Burst
	if over <= 0 {
		return 0
	}
	return time.Duration(over / r.PerSecond * float64(time.Second))
}

// quota keeps two buckets for each of many: how often, and how much.
type quota[K comparable] struct {
	often, much Rate
	mu          sync.Mutex
	m           map[K]*[2]bucket
}

// maxQuota bounds the memory of a flood from many places.
const maxQuota = 50_000

func newQuota[K comparable](often, much Rate) *quota[K] {
	return &quota[K]{often: often, much: much, m: make(map[K]*[2]bucket)}
}

// take charges one event of a size to k and returns zero, or charges nothing and
// returns how long to wait.
func (q *quota[K]) take(k K, size int, now time.Time) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	b := q.m[k]
	if b == nil {
		q.makeRoom(now)
		b = new([2]bucket)
		q.m[k] = b
	}
	wait := max(b[0].wait(q.often, 1, now), b[1].wait(q.much, float64(size), now))
	if wait == 0 {
		b[0].used++
		b[1].used += float64(size)
	}
	return wait
}

// makeRoom forgets whose buckets are full again, and if there are none, anybody.
func (q *quota[K]) makeRoom(now time.Time) {
	if len(q.m) < maxQuota {
		return
	}
	for k, b := range q.m {
		b[0].wait(q.often, 0, now)
		b[1].wait(q.much, 0, now)
		if b[0].used == 0 && b[1].used == 0 {
			delete(q.m, k)
		}
	}
	for k := range q.m {
		if len(q.m) < maxQuota {
			return
		}
		delete(q.m, k)
	}
}
