package client

import (
	"time"

	"ventanilla/client/wire"
)

// lookGap is the least time between two frames that say what is looked at, so that
// walking through the queue does not send one for every row.
const lookGap = 300 * time.Millisecond

// look is what the user has in front of them and what the desk was told of it.
type look struct {
	now  wire.Looking
	told wire.Looking
	sent time.Time // when told was sent over this link; zero: nothing was
	link bool      // there is a link to tell it over
}

// Look says which conversation the user has in front of them and what they do
// there. It may be called for every key and every change: the client sends what is
// new, repeats it while it lasts and says it again over each new link.
func (c *Client) Look(l wire.Looking) {
	if l.Conversation == "" {
		l = wire.Looking{}
	} else if l.Doing == "" {
		l.Doing = wire.LooksAt
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if l != c.look.now {
		c.look.now = l
		c.stir()
	}
}

// begin says that there is a link, whose desk knows of nothing.
func (k *look) begin() { k.link = true }

// end forgets what was told: the desk has forgotten it too.
func (k *look) end() { *k = look{now: k.now} }

// due is when there is something to tell, if there will be.
func (k *look) due() (at time.Time, any bool) {
	switch {
	case !k.link:
		return time.Time{}, false
	case k.now != k.told:
		return k.sent.Add(lookGap), true
	case k.now.Conversation != "":
		return k.sent.Add(time.Duration(wire.LookingEvery) * time.Millisecond), true
	}
	return time.Time{}, false
}

// next returns what to tell now.
func (k *look) next(now time.Time) *wire.Looking {
	if at, any := k.due(); !any || now.Before(at) {
		return nil
	}
	k.told, k.sent = k.now, now
	l := k.now
	return &l
}
