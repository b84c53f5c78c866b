package main

import (
	"bytes"
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// cable is what lies between clients and a desk: it counts what passes, takes its
// time and can be cut. What it counts is everything above TCP, the upgrade and the
// websocket's headers too.
type cable struct {
	to    string
	addr  string
	delay time.Duration // each way
	rate  int           // bytes a second, each way; 0: as fast as it goes

	in, out atomic.Int64 // what came from the desk, what went to it
	all     sync.WaitGroup

	mu     sync.Mutex
	socket net.Listener // nil while it is cut
	conns  map[net.Conn]struct{}
	tap    tap
}

// tap waits for a text to come from the desk.
type tap struct {
	text, tail []byte
	hit        chan time.Time
}

const (
	// crumb is how much of a thin cable's stream is carried at a time.
	crumb = 256
	// crumbs is how many of them are on their way; more the desk has to keep.
	crumbs = 32
)

// lay puts a cable before a process.
func lay(to string, delay time.Duration, rate int) (*cable, error) {
	c := &cable{to: to, addr: "127.0.0.1:0", delay: delay, rate: rate, conns: make(map[net.Conn]struct{})}
	return c, c.mend()
}

// mend lets connections be made, at the address where they always were.
func (c *cable) mend() error {
	l, err := net.Listen("tcp", c.addr)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.socket, c.addr = l, l.Addr().String()
	c.all.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			c.all.Go(func() { c.join(near) })
		}
	})
	return nil
}

// cut ends what is connected; who comes now is refused.
func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.socket != nil {
		_ = c.socket.Close()
	}
	c.socket = nil
	for conn := range c.conns {
		_ = conn.Close()
	}
}

// close ends the cable and waits for all that it carried.
func (c *cable) close() {
	c.cut()
	c.all.Wait()
}

func (c *cable) join(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer far.Close()
	c.mu.Lock()
	whole := c.socket != nil
	c.conns[near], c.conns[far] = struct{}{}, struct{}{}
	c.mu.Unlock()
	if whole {
		var both sync.WaitGroup
		both.Go(func() { c.carry(near, far, func(b []byte) { c.out.Add(int64(len(b))) }) })
		both.Go(func() { c.carry(far, near, c.came) })
		both.Wait()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, near)
	delete(c.conns, far)
}

// carry takes one direction from end to end, and ends both ends with it.
func (c *cable) carry(from, to net.Conn, passed func([]byte)) {
	defer from.Close()
	defer to.Close()
	size := 32 << 10
	if c.rate > 0 {
		size = crumb
		_ = from.(*net.TCPConn).SetReadBuffer(crumb * crumbs) // a cable holds little
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	under := make(chan parcel, crumbs)
	var writer sync.WaitGroup
	defer writer.Wait()
	defer close(under)
	writer.Go(func() {
		defer stop()
		for p := range under {
			time.Sleep(time.Until(p.due))
			passed(p.bytes)
			if _, err := to.Write(p.bytes); err != nil {
				_ = from.Close()
				return
			}
		}
	})
	var free time.Time // when the last byte will have left the near end
	for {
		buf := make([]byte, size)
		n, err := from.Read(buf)
		if n > 0 {
			if free = later(free, time.Now()); c.rate > 0 {
				free = free.Add(time.Duration(n) * time.Second / time.Duration(c.rate))
			}
			select {
			case under <- parcel{buf[:n], free.Add(c.delay)}:
			case <-ctx.Done():
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// parcel is on its way until it is due.
type parcel struct {
	bytes []byte
	due   time.Time
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// came counts what the desk sent and looks for what is waited for.
func (c *cable) came(b []byte) {
	c.in.Add(int64(len(b)))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tap.hit == nil {
		return
	}
	seen := append(c.tap.tail, b...)
	if bytes.Contains(seen, c.tap.text) {
		c.tap.hit <- time.Now()
		c.tap = tap{}
		return
	}
	c.tap.tail = bytes.Clone(seen[max(0, len(seen)-len(c.tap.text)):])
}

// watch says when a text next comes from the desk.
func (c *cable) watch(text string) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tap = tap{text: []byte(text), hit: make(chan time.Time, 1)}
	return c.tap.hit
}

// meter is how much has passed.
type meter struct{ in, out int64 }

func (c *cable) meter() meter { return meter{c.in.Load(), c.out.Load()} }

// since is what passed after a reading.
func (c *cable) since(before meter) meter {
	return meter{c.in.Load() - before.in, c.out.Load() - before.out}
}

// settled waits until nothing has passed for a while.
func (c *cable) settled(ctx context.Context, quiet time.Duration) error {
	for last := c.meter(); ; {
		if err := pause(ctx, quiet); err != nil {
			return err
		}
		now := c.meter()
		if now == last {
			return nil
		}
		last = now
	}
}

// pause waits, unless the run ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// through is the process as it is reached over a cable.
func (p *process) through(c *cable) *process {
	over := *p
	over.addr = c.addr
	return &over
}
