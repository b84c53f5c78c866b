package mirror

import (
	"errors"

	"ventanilla/client/wire"
)

// ErrGap reports that something is missing before what just came. Nothing of it
// was applied; the remedy is always the same, to take the link up anew.
var ErrGap = errors.New("gap in the feed")

// Cursor is a place in one connection's feed and the rule of what may come next.
// The link and the mirror each have one, so that both judge frames alike. The
// zero Cursor knows nothing and waits for a snapshot.
type Cursor struct {
	at        wire.Position // everything up to here is known; where to resume
	last      uint64        // what the next record must name as the one before it
	epoch     string        // of the desk that greeted us; at has it after its snapshot
	part      uint64        // position of the snapshot that is arriving; 0: none
	parts     int           // of it that have come
	following bool          // a feed may come: the snapshot was whole, or none was needed
}

// At is the position to resume from. It has no epoch as long as there is none.
func (c *Cursor) At() wire.Position { return c.at }

// Following reports whether the feed is attached: the state is whole and what
// comes next are records.
func (c *Cursor) Following() bool { return c.following }

// Welcome starts a connection. After a resume the desk names our own position as
// the record before the next one.
func (c *Cursor) Welcome(w wire.Welcome) error {
	c.epoch, c.part, c.parts = w.Epoch, 0, 0
	c.following = w.Resumed && c.at.Epoch == w.Epoch
	c.last = c.at.Seq
	if w.Resumed && !c.following {
		return ErrGap
	}
	return nil
}

// Snapshot accepts one part and reports whether it counts: a repeated one does not.
func (c *Cursor) Snapshot(s wire.Snapshot) (bool, error) {
	switch {
	case c.following && s.Seq <= c.at.Seq:
		return false, nil
	case c.part == s.Seq && c.parts > 0 && s.Part <= c.parts:
		return false, nil
	case c.following, c.epoch == "", c.part != 0 && c.part != s.Seq, s.Part != c.parts+1:
		c.following, c.part, c.parts = false, 0, 0
		c.epoch = "" // nothing counts until the next Welcome
		return false, ErrGap
	}
	c.part, c.parts = s.Seq, s.Part
	if s.Last {
		c.at = wire.Position{Epoch: c.epoch, Seq: s.Seq}
		c.last, c.part, c.parts, c.following = s.Seq, 0, 0, true
	}
	return true, nil
}

// Feed checks a frame as a whole and returns the records that are new. After
// [ErrGap] the position has not moved.
func (c *Cursor) Feed(f wire.Feed) ([]wire.Record, error) {
	if !c.following {
		return nil, ErrGap
	}
	fresh := make([]wire.Record, 0, len(f.Records))
	at, last := c.at.Seq, c.last
	for _, r := range f.Records {
		switch {
		case r.Seq <= at: // a replay
		case r.Prev != last:
			return nil, ErrGap
		default:
			at, last = r.Seq, r.Seq
			fresh = append(fresh, r)
		}
	}
	if len(f.Records) == 0 && f.UpTo > at && f.Prev != last {
		return nil, ErrGap
	}
	c.at.Seq, c.last = max(at, f.UpTo), last
	return fresh, nil
}
