// Package local is a bus inside one process: what a desk on one machine needs.
package local

import (
	"context"
	"sync"

	"ventanilla/internal/desk"
)

// backlog is how many notices a subscriber may leave unread before it loses some.
const backlog = 256

// Bus passes notices on within the process. The zero value is ready.
type Bus struct {
	mu          sync.Mutex
	subscribers map[chan desk.Notice]struct{}
}

var _ desk.Bus = (*Bus)(nil)

// Publish implements [desk.Bus].
func (b *Bus) Publish(_ context.Context, n desk.Notice) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for s := range b.subscribers {
		select {
		case s <- n:
		default: // it lags: it looks by itself
		}
	}
	return nil
}

// Subscribe implements [desk.Bus].
func (b *Bus) Subscribe(ctx context.Context) (<-chan desk.Notice, error) {
	s := make(chan desk.Notice, backlog)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subscribers == nil {
		b.subscribers = make(map[chan desk.Notice]struct{})
	}
	b.subscribers[s] = struct{}{}
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subscribers, s)
		close(s)
	})
	return s, nil
}
