package desk

import (
	"sync"

	"ventanilla/client/wire"
)

// tailSize is how many of the newest entries stay in memory. A reader further
// behind is served from the store.
const tailSize = 8192

// Item is an entry ready to be sent, encoded once for all its readers.
type Item struct {
	Entry
	cut      []byte // what readers get who do not watch; nil: the full form
	appeared []byte // what readers get into whose view it comes; nil: it comes into none
}

// tail is the newest part of the log, shared by every reader. Nobody has a queue
// of their own: a reader is a cursor, and a slow reader is one that lags.
type tail struct {
	mu    sync.RWMutex
	ring  [tailSize]*Item // the item of seq s is at s % tailSize
	first uint64          // oldest seq held; head+1 when empty
	last  uint64
	wake  chan struct{} // closed when last grows or a sign comes
	signs []sign
	signN uint64                     // signs ever given
	ears  map[wire.CustomerID][]*ear // the customers' pages that follow now
}

// sign is a [Sign] with its number.
type sign struct {
	n uint64
	Sign
}

// signsKept bounds the ephemeral signs a lagging reader may still see.
const signsKept = 256

func newTail(head uint64) *tail {
	return &tail{first: head + 1, last: head, wake: make(chan struct{}), ears: make(map[wire.CustomerID][]*ear)}
}

func (t *tail) head() uint64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.last
}

// append adds committed entries. It skips what it has and reports false when they
// do not follow what it has: the caller then reads the store.
func (t *tail) append(entries []Entry, each func(Entry)) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.last
	for _, e := range entries {
		switch {
		case e.Seq <= t.last:
			continue
		case e.Seq > t.last+1:
			return false
		}
		item := newItem(e)
		t.ring[e.Seq%tailSize] = item
		t.last = e.Seq
		t.tell(item)
		each(e)
		if t.last-t.first >= tailSize {
			t.first = t.last - tailSize + 1
		}
	}
	if t.last != before {
		t.awake()
	}
	return true
}

// types passes a sign of typing to whoever follows now.
func (t *tail) types(n Notice) {
	t.mu.Lock()
	t.tellTyping(n)
	t.mu.Unlock()
	t.signal(Sign{Place: n.Place, Typing: n.Typing})
}

// signal passes signs to the staff who follow now.
func (t *tail) signal(signs ...Sign) {
	if len(signs) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range signs {
		t.signN++
		t.signs = append(t.signs, sign{t.signN, s})
	}
	if len(t.signs) > 2*signsKept {
		t.signs = append(t.signs[:0], t.signs[len(t.signs)-signsKept:]...)
	}
	t.awake()
}

// nudge wakes every reader.
func (t *tail) nudge() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.awake()
}

func (t *tail) awake() {
	close(t.wake)
	t.wake = make(chan struct{})
}

// woken returns a channel that is closed when there is more than now.
func (t *tail) woken() <-chan struct{} {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.wake
}

// after copies up to len(into) items after a seq; false when they are no longer
// in memory.
func (t *tail) after(seq uint64, into []*Item) ([]*Item, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if seq+1 < t.first {
		return nil, false
	}
	items := into[:0]
	for s := seq + 1; s <= t.last && len(items) < cap(into); s++ {
		items = append(items, t.ring[s%tailSize])
	}
	return items, true
}

// signsAfter returns the signs numbered above n and the newest number; false when
// some between them are no longer in memory.
func (t *tail) signsAfter(n uint64) (fresh []Sign, last uint64, all bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if n == t.signN {
		return nil, n, true
	}
	for _, s := range t.signs {
		if s.n > n {
			fresh = append(fresh, s.Sign)
		}
	}
	return fresh, t.signN, uint64(len(fresh)) == t.signN-n
}

func newItem(e Entry) *Item {
	item := &Item{Entry: e}
	if e.Summary != nil {
		item.appeared = encoded(e.At, wire.Appeared{Summary: *e.Summary})
	}
	switch ev := e.Event.(type) {
	case wire.Said:
		if short := wire.Cut(ev.Text); len(short) < len(ev.Text) {
			ev.Text, ev.Cut = short, true
			item.cut = encoded(e.At, ev)
		}
	case wire.Noted:
		ev.Text = ""
		item.cut = encoded(e.At, ev)
	}
	return item
}

// encoded encodes an event made of parts that were decoded before, which cannot fail.
func encoded(at wire.Millis, e wire.Event) []byte {
	b, err := wire.EncodeEvent(at, e)
	if err != nil {
		panic(err)
	}
	return b
}
