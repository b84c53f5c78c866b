package client

import (
	"fmt"
	"math"
	"time"

	"ventanilla/client/wire"
)

// keptFor is how long an accepted command is kept in case the desk loses it.
const keptFor = 24 * time.Hour

// history says which logs a desk's log goes back to.
type history struct {
	epoch string
	past  []wire.Position
}

// shared is the seq up to which the log of an epoch is this desk's too.
func (h history) shared(epoch string) uint64 {
	if epoch == h.epoch {
		return math.MaxUint64
	}
	for _, p := range h.past {
		if p.Epoch == epoch {
			return p.Seq
		}
	}
	return 0
}

// origin is the first epoch whose log has what this desk's has at seq. Under it a
// command is found again after whichever backup.
func (h history) origin(seq uint64) string {
	first := wire.Position{Epoch: h.epoch, Seq: math.MaxUint64}
	for _, p := range h.past {
		if seq <= p.Seq && p.Seq < first.Seq {
			first = p
		}
	}
	return first.Epoch
}

// judge marks which accepted commands the desk does not have; it reports whether
// they are others than before.
func (l *lane) judge(now time.Time) (changed bool, err error) {
	var lost []EntryID
	for d := range l.box.Done() {
		gone := d.Seq > l.log.shared(d.Epoch)
		if gone {
			lost = append(lost, d.ID)
		}
		changed = changed || gone != d.Lost
	}
	if changed {
		if err := l.box.Lose(lost); err != nil {
			return false, fmt.Errorf("marking what the desk lost: %w", err)
		}
	}
	return changed, l.forgetOld(now)
}

// forgetOld drops what was kept long enough. What was lost stays until somebody
// decides.
func (l *lane) forgetOld(now time.Time) error {
	var old []EntryID
	for d := range l.box.Done() {
		if !d.Lost && now.Sub(d.When) > keptFor {
			old = append(old, d.ID)
		}
	}
	if len(old) == 0 {
		return nil
	}
	return l.box.Forget(old)
}

// keepFor is the epoch under which what an outcome is about is kept, empty when
// nobody would miss it.
func (l *lane) keepFor(o wire.Outcome) string {
	if o.Refused != nil || o.Seq == 0 {
		return ""
	}
	for e := range l.box.Entries() {
		if e.N == o.N && e.N != 0 && missed(e.Command) {
			return l.log.origin(o.Seq)
		}
	}
	return ""
}

// missed reports whether a command is of somebody's making and worth doing again,
// and not a sign of where they were at the time.
func missed(c wire.Command) bool {
	switch c.(type) {
	case wire.MarkSeen, wire.SetPresence:
		return false
	}
	return true
}

// seenUpTo returns a command whose sender has seen nothing after a seq; false when
// that is so already.
func seenUpTo(c wire.Command, seq uint64) (wire.Command, bool) {
	switch c := c.(type) {
	case wire.Reply:
		if c.Seen > seq {
			c.Seen, c.Anyway = max(seq, 1), false // 0 would ask for no care
			return c, true
		}
	case wire.Resolve:
		if c.Seen > seq {
			c.Seen = max(seq, 1)
			return c, true
		}
	}
	return c, false
}

// SendAgain puts a command that the desk lost at the end of the outbox, where it
// is a new one. It answers [ErrNoEntry] for anything but what [Lost] lists, so
// asking twice sends once.
func (c *Client) SendAgain(id EntryID) error {
	return c.decide("sending again", id, func(d Done) error {
		command, _ := seenUpTo(d.Command, c.lane.log.shared(d.Epoch))
		return c.lane.box.Again(id, command, c.clock.Now())
	})
}

// LetGo drops a command that the desk lost. It answers as [Client.SendAgain] does.
func (c *Client) LetGo(id EntryID) error {
	return c.decide("letting go", id, func(Done) error { return c.lane.box.Forget([]EntryID{id}) })
}

func (c *Client) decide(doing string, id EntryID, do func(Done) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := ErrNoEntry
	for d := range c.lane.box.Done() {
		if d.ID == id && d.Lost {
			err = do(d)
			break
		}
	}
	if err != nil {
		return fmt.Errorf("%s a command: %w", doing, err)
	}
	c.sayLost()
	c.sayOutbox()
	c.stir()
	return nil
}

// sayLost lists what the desk has lost and nobody has decided about.
func (c *Client) sayLost() {
	lost := Lost{}
	for d := range c.lane.box.Done() {
		if d.Lost {
			lost.Entries = append(lost.Entries, d.Entry)
		}
	}
	c.say(lost)
}

// hasLost reports whether there is such a thing.
func (l *lane) hasLost() bool {
	for d := range l.box.Done() {
		if d.Lost {
			return true
		}
	}
	return false
}
