package desk

import (
	"fmt"
	"slices"

	"ventanilla/client/wire"
)

// earHolds bounds what waits for one customer's page.
const earHolds = 1024

// ear is what a customer's page hears of the log: the items of that customer and
// nothing else. The staff's readers are cursors over everything; thousands of idle
// customers must not wake for each record of the others. The tail's lock guards it.
type ear struct {
	after  uint64 // what is up to it the page has
	items  []*Item
	typing bool
	behind bool // more came than it holds
	wake   chan struct{}
}

// listen begins to tell a customer's page what comes after a seq.
func (t *tail) listen(id wire.CustomerID, after uint64) (*ear, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if after+1 < t.first {
		return nil, fmt.Errorf("listening after %d: %w", after, ErrFellBehind)
	}
	e := &ear{after: after, wake: make(chan struct{})}
	for s := after + 1; s <= t.last; s++ {
		if item := t.ring[s%tailSize]; item.Customer == id {
			e.hear(item)
		}
	}
	t.ears[id] = append(t.ears[id], e)
	return e, nil
}

func (t *tail) unlisten(id wire.CustomerID, e *ear) {
	t.mu.Lock()
	defer t.mu.Unlock()
	left := slices.DeleteFunc(t.ears[id], func(other *ear) bool { return other == e })
	if t.ears[id] = left; len(left) == 0 {
		delete(t.ears, id)
	}
}

// tell passes a new item to the pages of its customer. The lock is held.
func (t *tail) tell(item *Item) {
	if item.Customer == "" {
		return
	}
	for _, e := range t.ears[item.Customer] {
		e.hear(item)
	}
}

// tellTyping shows an agent's typing to the customer written to. The lock is held.
func (t *tail) tellTyping(n Notice) {
	if n.Typing == nil || n.Typing.By != wire.ByAgent {
		return
	}
	for _, e := range t.ears[n.Customer] {
		e.typing = true
		e.awake()
	}
}

func (e *ear) hear(item *Item) {
	switch {
	case item.Seq <= e.after:
		return
	case len(e.items) >= earHolds:
		e.items, e.behind = nil, true
	case !e.behind:
		e.items = append(e.items, item)
	}
	e.awake()
}

func (e *ear) awake() {
	close(e.wake)
	e.wake = make(chan struct{})
}

// heard takes what an ear has heard since the last call.
func (t *tail) heard(e *ear) (items []*Item, typing bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.behind {
		return nil, false, ErrFellBehind
	}
	items, typing = e.items, e.typing
	e.items, e.typing = nil, false
	return items, typing, nil
}

// earWoken returns a channel that is closed when the ear hears more than now.
func (t *tail) earWoken(e *ear) <-chan struct{} {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return e.wake
}
