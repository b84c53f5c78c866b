package client

import (
	"context"
	"sync"
)

const (
	maxQueuedEvents = 1 << 14
	maxQueuedBytes  = 32 << 20
)

// mailbox holds what happened until the sink takes all of it at once. It is
// bounded by dropping the link, never by dropping events.
type mailbox struct {
	mu     sync.Mutex
	events []Event
	bytes  int
	closed bool
	filled chan struct{} // something is there, or closed
	empty  chan struct{} // closed while nothing is there
}

func newMailbox() *mailbox {
	m := &mailbox{filled: make(chan struct{}, 1), empty: make(chan struct{})}
	close(m.empty)
	return m
}

// put adds an event that came in size bytes. A state that nobody has seen yet is
// replaced by the newer one.
func (m *mailbox) put(e Event, size int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return
	}
	if len(m.events) == 0 {
		m.empty = make(chan struct{})
	}
	if last := len(m.events) - 1; last >= 0 && supersedes(e, m.events[last]) {
		m.events[last] = e
	} else {
		m.events = append(m.events, e)
	}
	m.bytes += size
	m.signal()
}

func supersedes(e, old Event) bool {
	switch e := e.(type) {
	case OutboxChanged:
		_, same := old.(OutboxChanged)
		return same
	case LinkChanged:
		o, same := old.(LinkChanged)
		return same && o.State == e.State
	}
	return false
}

func (m *mailbox) signal() {
	select {
	case m.filled <- struct{}{}:
	default:
	}
}

// room reports whether another frame may be taken in.
func (m *mailbox) room() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.events) < maxQueuedEvents && m.bytes < maxQueuedBytes
}

// drained waits until the sink has taken everything; false when ctx ended first.
func (m *mailbox) drained(ctx context.Context) bool {
	m.mu.Lock()
	empty := m.empty
	m.mu.Unlock()
	select {
	case <-empty:
		return true
	case <-ctx.Done():
		return false
	}
}

func (m *mailbox) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.signal()
}

func (m *mailbox) take() (events []Event, closed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	events, m.events, m.bytes = m.events, nil, 0
	if len(events) > 0 {
		close(m.empty)
	}
	return events, m.closed
}

// deliver calls sink until the mailbox is closed and empty, or ctx ends.
func (m *mailbox) deliver(ctx context.Context, sink func([]Event)) {
	for {
		events, closed := m.take()
		if len(events) > 0 && ctx.Err() == nil {
			sink(events)
			continue
		}
		if closed {
			return
		}
		<-m.filled
	}
}
