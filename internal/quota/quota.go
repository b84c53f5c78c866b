// Package quota says who may do something how often. It keeps token buckets in
// memory, a bounded number of them; it knows neither requests nor people.
package quota

import (
	"sync"
	"time"
)

// Rate is a token bucket. A negative Burst means that there is no limit.
type Rate struct{ PerSecond, Burst float64 }

// Unlimited lets everything pass.
var Unlimited = Rate{Burst: -1}

// Bucket is how much of a rate is left. The zero Bucket is full. One goroutine at a
// time uses it.
type Bucket struct {
	used float64
	at   time.Time
}

// Wait is how long until cost may be taken at now; the bucket is brought up to now.
func (b *Bucket) Wait(r Rate, cost float64, now time.Time) time.Duration {
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

// Take charges cost and returns zero, or charges nothing and returns how long to wait.
func (b *Bucket) Take(r Rate, cost float64, now time.Time) time.Duration {
	wait := b.Wait(r, cost, now)
	if wait == 0 {
		b.used += cost
	}
	return wait
}

// Quota keeps two buckets for each of many: how often, and how much.
type Quota[K comparable] struct {
	often, much Rate
	mu          sync.Mutex
	m           map[K]*[2]Bucket
}

// most bounds the memory of a flood from many places.
const most = 50_000

// New makes a quota of so many events, and so much of whatever size they have.
func New[K comparable](often, much Rate) *Quota[K] {
	return &Quota[K]{often: often, much: much, m: make(map[K]*[2]Bucket)}
}

// Take charges one event of a size to k and returns zero, or charges nothing and
// returns how long to wait.
func (q *Quota[K]) Take(k K, size int, now time.Time) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	b := q.m[k]
	if b == nil {
		q.makeRoom(now)
		b = new([2]Bucket)
		q.m[k] = b
	}
	wait := max(b[0].Wait(q.often, 1, now), b[1].Wait(q.much, float64(size), now))
	if wait == 0 {
		b[0].used++
		b[1].used += float64(size)
	}
	return wait
}

// looks bounds what making room costs: who floods pays for a few entries at a time.
const looks = 16

// makeRoom forgets some whose buckets are full again, and if it finds none, anybody.
func (q *Quota[K]) makeRoom(now time.Time) {
	if len(q.m) < most {
		return
	}
	left := looks
	for k, b := range q.m { // in random order
		b[0].Wait(q.often, 0, now)
		b[1].Wait(q.much, 0, now)
		if left--; left == 0 || b[0].used == 0 && b[1].used == 0 {
			delete(q.m, k)
		}
		if left <= 0 {
			return
		}
	}
}
