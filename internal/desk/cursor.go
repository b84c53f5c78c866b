package desk

import (
	"context"
	"errors"
	"fmt"

	"ventanilla/client/wire"
)

// ErrRightsChanged ends a feed whose reader's role or queues changed: what it has
// was decided by rights that no longer hold, so it starts again.
var ErrRightsChanged = errors.New("desk: the reader's rights changed")

// ErrFellBehind ends a live feed that the reader does not keep up with.
var ErrFellBehind = errors.New("desk: the reader fell behind")

// ErrTooOld refuses to resume from a position that a snapshot reaches sooner.
var ErrTooOld = errors.New("desk: the position is too old to resume from")

// resumeLimit is how many records of the log a resume walks through; a snapshot
// costs less beyond it.
const resumeLimit = 50_000

// batchSize is how many log entries one step of a cursor looks at.
const batchSize = 256

// Cursor is one reader's place in the log. It belongs to one goroutine.
type Cursor struct {
	desk    *Desk
	at      uint64 // everything up to it was looked at
	signs   uint64 // the last one returned
	begun   bool   // signs was set
	live    bool   // has caught up once
	scratch []*Item
}

// Follow starts after a seq. Resuming from a seq beyond the head, or too far
// behind it, is refused: the reader needs a snapshot.
func (d *Desk) Follow(ctx context.Context, after uint64) (*Cursor, error) {
	head := d.tail.head()
	if after > head { // committed by another process, and not looked at yet
		d.catchUp(ctx)
		head = d.tail.head()
	}
	if after > head || head-after > resumeLimit {
		return nil, fmt.Errorf("resuming at %d of %d: %w", after, head, ErrTooOld)
	}
	return &Cursor{desk: d, at: after}, nil
}

// UpTo is the seq up to which Next has returned everything.
func (c *Cursor) UpTo() uint64 { return c.at }

// Woken returns a channel that is closed when Next may have more. Get it before
// calling Next, or something may come unseen in between.
func (c *Cursor) Woken() <-chan struct{} { return c.desk.tail.woken() }

// Next returns the items that follow, up to a seq (0: no bound), none when the
// cursor is there or at the head. The slice is good until the next call.
func (c *Cursor) Next(ctx context.Context, until uint64) ([]*Item, error) {
	if c.scratch == nil {
		c.scratch = make([]*Item, 0, batchSize)
	}
	items, there := c.desk.tail.after(c.at, c.scratch)
	switch {
	case !there && c.live:
		return nil, ErrFellBehind
	case !there:
		var err error
		if items, err = c.fromStore(ctx); err != nil {
			return nil, err
		}
	}
	for until > 0 && len(items) > 0 && items[len(items)-1].Seq > until {
		items = items[:len(items)-1]
	}
	if len(items) > 0 {
		c.at = items[len(items)-1].Seq
		return items, nil
	}
	c.live = c.live || until == 0
	c.scratch = nil // an idle reader holds no buffer
	return nil, nil
}

func (c *Cursor) fromStore(ctx context.Context) ([]*Item, error) {
	var items []*Item
	err := c.desk.cfg.Store.View(ctx, func(r Reader) error {
		entries, err := r.Entries(c.at, batchSize)
		for _, e := range entries {
			items = append(items, newItem(e))
		}
		return err
	})
	return items, err
}

// Signs returns the signs given since the last call. It returns false, and they are
// not all, at the first call and when the reader was away for too many of them: the
// reader then wants [Desk.Viewing] whole.
func (c *Cursor) Signs() ([]Sign, bool) {
	fresh, last, all := c.desk.tail.signsAfter(c.signs)
	if !c.begun {
		fresh, all = nil, false
	}
	c.signs, c.begun = last, true
	return fresh, all
}

// Staff is the feed of one connection of a member of the staff: it decides form
// by form who gets what. It belongs to the goroutine of its cursor.
type Staff struct {
	User User
	// Lean leaves out signs of conversations that are not watched.
	Lean  bool
	watch map[wire.ConversationID]bool
}

// NewStaff returns the feed of a user who watches the given conversations.
func NewStaff(u User, watch []wire.ConversationID) *Staff {
	s := &Staff{User: u, watch: make(map[wire.ConversationID]bool, len(watch))}
	for _, id := range watch[:min(len(watch), wire.MaxWatched)] {
		s.watch[id] = true
	}
	return s
}

// Form returns the encoded event that the reader gets for an item, nil for none.
func (s *Staff) Form(item *Item) ([]byte, error) {
	if item.Conversation == "" {
		return s.aboutPeople(item)
	}
	saw, sees := s.User.sees(item.Before), s.User.sees(item.After)
	watches := s.watch[item.Conversation]
	switch {
	case saw && !sees:
		delete(s.watch, item.Conversation)
		return encoded(item.At, wire.Gone{Conversation: item.Conversation}), nil
	case !sees:
		return nil, nil
	case item.appeared != nil && (!saw || !watches && reopens(item.Event)):
		return item.appeared, nil
	case item.cut != nil && !watches:
		return item.cut, nil
	}
	return item.Body, nil
}

// reopens reports whether an event brings a resolved conversation back: clients
// that were not watching may not know it any more.
func reopens(e wire.Event) bool {
	_, ok := e.(wire.StatusChanged)
	return ok
}

// Concerns reports whether an item is about the reader's own account: the session
// that the feed goes to may have ended with it.
func (s *Staff) Concerns(item *Item) bool {
	e, ok := item.Event.(wire.StaffChanged)
	return ok && e.Agent.ID == s.User.ID
}

func (s *Staff) aboutPeople(item *Item) ([]byte, error) {
	if e, ok := item.Event.(wire.StaffChanged); ok && e.Agent.ID == s.User.ID {
		now := User{Agent: e.Agent}
		switch {
		case e.Gone:
			return nil, refuse(wire.Denied, "revoked")
		case now.Rights() != s.User.Rights():
			return nil, ErrRightsChanged
		}
	}
	if s.User.Role == wire.RoleAuditor {
		return nil, nil
	}
	return item.Body, nil
}
