package client

import (
	"time"

	"ventanilla/client/wire"
)

// typingEvery is how often one conversation's typing is told at most; a sign
// lasts twice as long.
const typingEvery = 3 * time.Second

// typing holds the signs that are due. A sign that finds no link is worth nothing
// later and is dropped.
type typing struct {
	last map[wire.ConversationID]time.Time
	due  []wire.ConversationID
}

// Typing says that the agent is writing to the customer. It may be called for
// every key.
func (c *Client) Typing(id wire.ConversationID) {
	now := c.clock.instant()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.lane.greeted || now.Sub(c.typing.last[id]) < typingEvery {
		return
	}
	for other, at := range c.typing.last {
		if now.Sub(at) >= typingEvery {
			delete(c.typing.last, other)
		}
	}
	c.typing.last[id] = now
	c.typing.due = append(c.typing.due, id)
	c.stir()
}

func (t *typing) next() *wire.ClientTyping {
	if len(t.due) == 0 {
		return nil
	}
	id := t.due[0]
	t.due = t.due[1:]
	return &wire.ClientTyping{Conversation: id}
}
