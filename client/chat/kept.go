package chat

import (
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
)

const (
	keepFor  = 24 * time.Hour // an accepted message
	keepMost = 1000
)

// accepted is a message that the desk has said it has.
type accepted struct {
	n    uint64 // as the program knows it
	at   wire.Position
	text string
	when time.Time
}

// keep remembers where an accepted message is in the log.
func (c *Client) keep(n, seq uint64, text string) {
	for i := len(c.kept) - 1; i >= 0; i-- {
		if c.kept[i].n == n {
			return
		}
	}
	now := time.Now()
	old := max(0, len(c.kept)+1-keepMost)
	for old < len(c.kept) && now.Sub(c.kept[old].when) > keepFor {
		old++
	}
	c.kept = append(c.kept[:0], c.kept[old:]...)
	c.kept = append(c.kept, accepted{n, wire.Position{Epoch: c.epoch, Seq: seq}, text, now})
}

// tellLost names what a desk with another log does not have.
func (c *Client) tellLost(w *chatwire.Welcome) {
	had := c.kept
	c.kept = nil
	for _, k := range had {
		if w.Has(k.at) {
			c.kept = append(c.kept, k)
		} else if time.Since(k.when) <= keepFor {
			c.cfg.Sink(Lost{N: k.n, Text: k.text})
		}
	}
}

// replaced starts a new lane when the old one has come to its end in a replaced log.
func (c *Client) replaced() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.lane.ended() {
		return false
	}
	c.lane.replace()
	return true
}
