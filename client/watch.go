package client

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"time"
)

const (
	// surveyEvery is how often clocks and addresses are compared. It bounds how late
	// a wake-up or another network is noticed.
	surveyEvery = time.Second
	// joltStep is how far a clock may be from where the last survey lets expect it.
	// Beyond that the machine slept, the process stood still, or somebody set the clock.
	joltStep = 2 * time.Second
	// joltLasts is how long after a jolt links are taken up without much waiting.
	joltLasts = 10 * time.Second
)

// survey is what is looked at to notice what no frame tells.
type survey struct {
	wall   time.Time
	steady time.Duration
	addrs  []netip.Addr // sorted
	known  bool         // addrs was listed
}

// jolted reports whether more has happened since a survey than time going by. A
// machine that slept shows a clock that ran ahead of the steady one; a process
// that was stopped finds that the survey comes late by both.
func (s survey) jolted(now survey) bool {
	passed := now.steady - s.steady
	set := now.wall.Sub(s.wall) - passed
	return passed > surveyEvery+joltStep || set.Abs() > joltStep || !slices.Equal(s.addrs, now.addrs)
}

// survey takes one; addresses that cannot be listed are taken to be the same.
func (c *Client) survey(before survey) survey {
	s := survey{c.clock.Now().Round(0), c.clock.Steady(), before.addrs, before.known}
	if c.cfg.Addresses != nil {
		if addrs, err := c.cfg.Addresses(); err == nil {
			s.known, s.addrs = true, slices.SortedFunc(slices.Values(addrs), netip.Addr.Compare)
		}
	}
	return s
}

// watch surveys until ctx ends.
func (c *Client) watch(ctx context.Context) {
	last := c.survey(survey{})
	timer := c.clock.NewTimer(surveyEvery)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		now := c.survey(last)
		if last.jolted(now) {
			c.jolt(now)
		}
		last = now
		timer.Reset(surveyEvery)
	}
}

// jolt doubts everything about the network. An attempt that began before is given
// up, a link from an address that is gone too, any other has to answer at once;
// whoever waits for the next attempt makes it now.
func (c *Client) jolt(now survey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.jolts = c.clock.instant()
	select {
	case c.jolting <- struct{}{}:
	default:
	}
	switch {
	case c.drop == nil:
	case !c.lane.greeted:
		c.drop(errAgain)
	case c.local.IsValid() && now.known && !slices.Contains(now.addrs, c.local):
		c.drop(ErrMoved)
	default:
		c.beat.doubt(c.jolts)
		c.stir()
	}
}

// machineAddresses lists where this machine can be reached. Those that any
// network gives and that stay for ever say nothing about a change.
func machineAddresses() ([]netip.Addr, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	addrs := make([]netip.Addr, 0, len(all))
	for _, a := range all {
		if p, err := netip.ParsePrefix(a.String()); err == nil && tells(p.Addr()) {
			addrs = append(addrs, p.Addr())
		}
	}
	return addrs, nil
}

func tells(a netip.Addr) bool { return !a.IsLoopback() && !a.IsLinkLocalUnicast() }

// localAddress is where a connection leaves this machine, when its going would
// end the connection.
func localAddress(conn net.Conn) netip.Addr {
	tcp, ok := conn.LocalAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	if a := tcp.AddrPort().Addr().Unmap(); tells(a) {
		return a
	}
	return netip.Addr{}
}

// rest waits for the next attempt: as long as the desk asked, then for a while
// that ends when the machine woke or its network changed.
func (c *Client) rest(ctx context.Context, asked, wait time.Duration) bool {
	if asked > 0 && !c.sleep(ctx, asked, nil) {
		return false
	}
	select {
	case <-c.jolting: // an older one; the wait is short already
	default:
	}
	return c.sleep(ctx, wait, c.jolting)
}

// sleep waits for d or until woken; false when ctx ended first.
func (c *Client) sleep(ctx context.Context, d time.Duration, woken <-chan struct{}) bool {
	t := c.clock.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-woken:
	case <-ctx.Done():
		return false
	}
	return ctx.Err() == nil
}
