// Package local is the bus of a desk that runs as one process. It implements
// desk.Bus and remembers nothing: who subscribes later does not hear of before.
package local

import (
	"context"
	"sync"

	"ventanilla/internal/desk"
)

// backlog is how many notices wait for a subscriber before it loses some. A
// head makes the heads before it superfluous, so little is lost by losing.
const backlog = 64

// Bus hands notices to the subscribers of this process. The zero value is ready.
type Bus struct {
	mu   sync.Mutex
	subs map[chan desk.Notice]struct{}
}

var _ desk.Bus = (*Bus)(nil)

// Publish implements [desk.Bus].
func (b *Bus) Publish(ctx context.Context, n desk.Notice) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for sub := range b.subs {
		offer(sub, n)
	}
	return nil
}

// offer puts a notice into a channel; when it is full, in place of the oldest,
// so that who wakes up late still learns the newest head. Only one offers at a
// time, so once there is room it stays.
func offer(sub chan desk.Notice, n desk.Notice) {
	for {
		select {
		case sub <- n:
			return
		default:
		}
		select {
		case <-sub:
		default:
		}
	}
}

// Subscribe implements [desk.Bus].
func (b *Bus) Subscribe(ctx context.Context) (<-chan desk.Notice, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	sub := make(chan desk.Notice, backlog)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs == nil {
		b.subs = make(map[chan desk.Notice]struct{})
	}
	b.subs[sub] = struct{}{}
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subs, sub)
		close(sub)
	})
	return sub, nil
}
