package client

import (
	"net"
	"sync/atomic"
	"time"
)

const (
	// thinnest is the link we promise to work on, in bytes a second.
	thinnest = 2000
	// sendBuffer is what the kernel may hold of ours. With more, nobody could tell
	// what still leaves over a thin link from what nobody takes any more.
	sendBuffer = 16 << 10
	// piece is what is written at a time, so that a large frame over a thin link is
	// seen to get on.
	piece = 2 << 10
	// pieceLimit is how long the network may refuse to take a piece.
	pieceLimit = 10 * time.Second
)

// traffic is what passed between us and the desk, below TLS and the websocket:
// silence is measured in bytes, not in frames, of which one can take a minute.
type traffic struct {
	in, out atomic.Int64 // bytes, since the client began
	heard   atomic.Pointer[moment]
	leaving atomic.Pointer[time.Time] // see leaves
}

// moment is a point in time by both readings of the clock.
type moment struct{ wall, instant time.Time }

func (t *traffic) hear(now timeline) { t.heard.Store(&moment{now.Now(), now.instant()}) }

// Heard is when the last byte came from the desk, over any link; zero before the
// first.
func (c *Client) Heard() time.Time {
	if m := c.traffic.heard.Load(); m != nil {
		return m.wall
	}
	return time.Time{}
}

// counted is a connection that keeps account of its traffic.
type counted struct {
	net.Conn
	c     *Client
	last  bool      // what is written has a deadline of its own: the last words
	clear time.Time // when all that was written has left over the thinnest link
}

func (n *counted) Read(b []byte) (int, error) {
	read, err := n.Conn.Read(b)
	if read > 0 {
		n.c.traffic.in.Add(int64(read))
		n.c.traffic.hear(n.c.clock)
	}
	return read, err
}

// SetWriteDeadline is called before every write, by turns.
func (n *counted) SetWriteDeadline(t time.Time) error {
	n.last = !t.IsZero()
	return n.Conn.SetWriteDeadline(t)
}

// Write gives each piece its time, so that only a link that takes nothing fails.
func (n *counted) Write(b []byte) (int, error) {
	written := 0
	for len(b) > 0 {
		if !n.last {
			_ = n.Conn.SetWriteDeadline(inSocket(pieceLimit)) // a socket that is gone fails below
		}
		k, err := n.Conn.Write(b[:min(len(b), piece)])
		b, written = b[k:], written+k
		n.c.traffic.out.Add(int64(k))
		n.leaves(k)
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// leaves reckons until when what was written may be on its way to the desk. What
// leaves within a second is not worth waiting for.
func (n *counted) leaves(bytes int) {
	now := n.c.clock.instant()
	n.clear = later(n.clear, now).Add(time.Duration(bytes) * time.Second / thinnest)
	n.clear = earlier(n.clear, now.Add(2*sendBuffer*time.Second/thinnest))
	if clear := n.clear; clear.Sub(now) > time.Second {
		n.c.traffic.leaving.Store(&clear)
	}
}
