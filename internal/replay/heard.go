package replay

import (
	"time"

	"ventanilla/client/chat"
	"ventanilla/client/wire"
)

// sink is called from the link's goroutine.
func (c *Customer) sink(e chat.Event) {
	now := time.Now()
	switch e := e.(type) {
	case chat.Link:
		c.link.link(e.Up)
		c.mu.Lock()
		c.up = e.Up
		c.replaced = c.replaced || e.Anew
		c.mu.Unlock()
	case chat.Outcome:
		p := place{c.thread, customerSide, int(e.N)}
		if e.Refused != nil {
			c.cfg.Ledger.refused(p)
		} else {
			c.cfg.Ledger.accepted(p, e.Seq, now)
		}
	case chat.Service:
		c.mu.Lock()
		c.resolved = e.Resolved
		c.mu.Unlock()
	case chat.Line:
		c.line(e, now)
	default:
		return
	}
	c.wake()
}

// line takes a message in. Lines before our first are of an earlier visit.
func (c *Customer) line(e chat.Line, now time.Time) {
	if e.Mine > 0 {
		c.mu.Lock()
		c.mine = max(c.mine, e.Mine)
		c.since = 0
		c.mu.Unlock()
		c.thread.cameBack(int(e.Mine), e.Seq, e.Text, now)
		return
	}
	c.mu.Lock()
	counts := c.mine > 0 && e.By == wire.ByAgent
	if counts {
		c.answers++
		c.since++
		c.newest = e.Seq
	}
	c.mu.Unlock()
	if counts {
		c.thread.sawAnswer(e.Seq, e.Name, e.Text, now)
		c.chat.Mark(e.Seq, 0)
	}
}

// answered reports whether all that was owed so far came, or, when anybody may
// answer, something after the last thing we said.
func (c *Customer) answered(owed int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cfg.Staffed {
		return c.answers >= owed
	}
	return c.since > 0
}

// isResolved reports whether the conversation was closed after the last thing we
// said: before it came back, the desk may be telling us of an earlier one.
func (c *Customer) isResolved() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.resolved && c.said > 0 && c.mine == c.said
}

func (c *Customer) isUp() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.up
}

func (c *Customer) isReplaced() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.replaced
}
