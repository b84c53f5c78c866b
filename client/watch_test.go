package client_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/client"
	"ventanilla/client/clienttest"
	"ventanilla/client/wire"
)

func TestWakingIsNoticedAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		wake func(*clock)
		// resumes says whether a healthy link is taken up anew: the clock on the wall
		// moved and the desk's, which is the test's own, did not.
		resumes bool
	}{
		"the machine slept":         {func(c *clock) { c.move(20*time.Second, 0) }, true},
		"the process stood":         {func(c *clock) { c.move(0, 20*time.Second) }, true},
		"it slept longer than life": {func(c *clock) { c.move(time.Hour, 0) }, true},
		"it stood for a moment":     {func(c *clock) { c.move(-4*time.Second, 4*time.Second) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := clienttest.New(t, oneConversation)
				clock := newClock()
				x := start(t, d, func(cfg *client.Config) { cfg.Clock = clock })
				x.untilLive(t)
				time.Sleep(10 * time.Minute)
				before := pings(d)
				c.wake(clock)
				time.Sleep(2 * time.Second)
				synctest.Wait()
				if pings(d) == before {
					t.Error("no sign of life was asked for within 2 s")
				}
				x.untilLive(t)
				if n := len(d.Hellos()); (n > 1) != c.resumes {
					t.Errorf("%d links to a desk that is well", n)
				}
				d.Silence(true)
				begin, links := time.Now(), len(seen[client.LinkChanged](x))
				c.wake(clock)
				x.until(t, "the link down", func() bool {
					all := of[client.LinkChanged](x.events)[links:]
					return len(all) > 0 && all[len(all)-1].State == client.Down && errors.Is(all[len(all)-1].Err, client.ErrSilent)
				})
				if took := time.Since(begin); took > 4*time.Second {
					t.Errorf("a dead link was left after %v", took)
				}
			})
		})
	}
}

// network is where a machine is reached, which a test changes.
type network struct {
	mu    sync.Mutex
	addrs []netip.Addr
	err   error
}

func (n *network) list() ([]netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.addrs, n.err
}

func (n *network) become(addrs ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addrs = nil
	for _, a := range addrs {
		n.addrs = append(n.addrs, netip.MustParseAddr(a))
	}
}

func (n *network) fail() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addrs, n.err = nil, errors.New("not allowed")
}

// join makes a client leave its machine from the network's first address.
func (n *network) join(cfg *client.Config) {
	dial := cfg.Dial
	cfg.Addresses = n.list
	cfg.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		here, _ := n.list()
		if len(here) == 0 {
			return nil, errors.New("network is unreachable")
		}
		conn, err := dial(ctx, network, addr)
		return from{conn, &net.TCPAddr{IP: here[0].AsSlice()}}, err
	}
}

// from is a connection that says where it leaves the machine.
type from struct {
	net.Conn
	local net.Addr
}

func (f from) LocalAddr() net.Addr { return f.local }

func TestAnotherNetworkIsNoticedAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*network)
		resumes bool
	}{
		"ours is gone, another came": {func(n *network) { n.become("192.0.2.9") }, true},
		"another came":               {func(n *network) { n.become("192.0.2.1", "192.0.2.9") }, false},
		"they cannot be listed":      {func(n *network) { n.fail() }, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := clienttest.New(t, oneConversation)
				var n network
				n.become("192.0.2.1")
				x := start(t, d, n.join)
				x.untilLive(t)
				time.Sleep(10*time.Minute + 500*time.Millisecond)
				before := pings(d)
				begin := time.Now()
				c.change(&n)
				if !c.resumes {
					time.Sleep(2 * time.Second)
					synctest.Wait()
					if _, err := n.list(); err == nil && pings(d) == before {
						t.Error("no sign of life was asked for")
					}
					if len(d.Hellos()) != 1 {
						t.Error("a link that is well was left")
					}
					return
				}
				d.Until(t, "another link", func() bool { return len(d.Hellos()) == 2 })
				if took := time.Since(begin); took > 1500*time.Millisecond {
					t.Errorf("back after %v", took)
				}
				for _, l := range seen[client.LinkChanged](x) {
					if l.State == client.Down && !errors.Is(l.Err, client.ErrMoved) {
						t.Errorf("left because of %v", l.Err)
					}
				}
			})
		})
	}
}

func TestANetworkThatComesBackEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		var n network
		n.become("192.0.2.1")
		x := start(t, d, n.join)
		x.untilLive(t)
		n.become()
		time.Sleep(20 * time.Minute)
		if d.Links() != 0 {
			t.Fatal("the link is kept without a network")
		}
		n.become("192.0.2.1")
		begin := time.Now()
		d.Until(t, "another link", func() bool { return len(d.Hellos()) == 2 })
		if took := time.Since(begin); took > 1500*time.Millisecond {
			t.Errorf("back after %v", took)
		}
		d.Refuse(503, "15")
		d.Cut()
		time.Sleep(time.Second)
		d.Refuse(0, "")
		begin = time.Now()
		n.become("192.0.2.1", "192.0.2.9")
		d.Until(t, "another link", func() bool { return len(d.Hellos()) == 3 })
		if took := time.Since(begin); took < 13*time.Second {
			t.Errorf("back after %v although the desk asked for 15 s", took)
		}
	})
}

func TestADeskThatClosesMaySayForHowLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d)
		x.untilLive(t)
		time.Sleep(time.Minute)
		begin := time.Now()
		d.Dismiss(wire.CloseRestart, 15_000)
		d.Until(t, "another link", func() bool { return len(d.Hellos()) == 2 })
		if took := time.Since(begin); took < 15*time.Second || took > 16*time.Second {
			t.Errorf("back after %v, asked for 15 s", took)
		}
	})
}
