package replay

import (
	"context"
	"sync/atomic"
	"time"
)

// crew counts what those who take part are at, so that a run that waits for the
// desk can be told from one in which people think. Its zero value is ready.
type crew struct {
	thinking atomic.Int64 // in a pause that ends by itself
	down     atomic.Int64 // without a link
	cuts     atomic.Int64 // links lost so far
}

// busy reports whether something will happen by itself.
func (c *crew) busy() bool { return c.thinking.Load() > 0 || c.down.Load() > 0 }

// pause waits; false when ctx ended first.
func (c *crew) pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	c.thinking.Add(1)
	defer c.thinking.Add(-1)
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// signEvery repeats a typing sign well before it expires.
const signEvery = 4 * time.Second

// typing waits like pause and gives a sign of it all the while.
func (c *crew) typing(ctx context.Context, d time.Duration, sign func()) bool {
	for {
		sign()
		part := min(d, signEvery)
		if !c.pause(ctx, part) {
			return false
		}
		if d -= part; d <= 0 {
			return true
		}
	}
}

// presence is one participant's link as the crew counts it.
type presence struct {
	crew *crew
	up   bool
}

// arrive counts a participant whose link is not there yet.
func (c *crew) arrive() *presence {
	c.down.Add(1)
	return &presence{crew: c}
}

func (p *presence) link(up bool) {
	if up == p.up {
		return
	}
	p.up = up
	if up {
		p.crew.down.Add(-1)
		return
	}
	p.crew.down.Add(1)
	p.crew.cuts.Add(1)
}

func (p *presence) leave() {
	if !p.up {
		p.crew.down.Add(-1)
	}
}
