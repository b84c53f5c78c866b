package client_test

import (
	"context"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/client"
	"ventanilla/client/clienttest"
	"ventanilla/client/wire"
)

// crowd is many clients of one desk, and when each of them knocked.
type crowd struct {
	mu     sync.Mutex
	knocks []time.Time
}

func gather(t *testing.T, d *clienttest.Desk, many int) *crowd {
	c := new(crowd)
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for range many {
		cfg := d.Client(func(client.Update) {})
		dial := cfg.Dial
		cfg.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			c.mu.Lock()
			c.knocks = append(c.knocks, time.Now())
			c.mu.Unlock()
			return dial(ctx, network, addr)
		}
		all.Go(func() { _ = client.New(cfg).Run(ctx) })
	}
	t.Cleanup(func() {
		stop()
		all.Wait()
	})
	return c
}

// since counts the knocks in each tenth of a second after begin.
func (c *crowd) since(begin time.Time) []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	var buckets []int
	for _, k := range c.knocks {
		if at := k.Sub(begin); at > 0 {
			i := int(at / (100 * time.Millisecond))
			for len(buckets) <= i {
				buckets = append(buckets, 0)
			}
			buckets[i]++
		}
	}
	return buckets
}

const crowded = 500

func TestAgentsWhoLoseTheSameDeskDoNotComeBackTogether(t *testing.T) {
	for name, c := range map[string]struct {
		away  time.Duration // how long the desk is gone
		close func(*clienttest.Desk)
		most  int // of all knocks in any tenth of a second, from half a second on
		quiet int // tenths of a second in which nobody may knock
	}{
		"a blink":           {0, func(d *clienttest.Desk) { d.Close(wire.CloseRestart) }, crowded * 6 / 10, 0},
		"a restart":         {5 * time.Second, func(d *clienttest.Desk) { d.Close(wire.CloseRestart) }, crowded / 3, 0},
		"a long one":        {time.Minute, func(d *clienttest.Desk) { d.Cut() }, crowded / 3, 0},
		"with a hint":       {0, func(d *clienttest.Desk) { d.Dismiss(wire.CloseRestart, 3000) }, crowded * 6 / 10, 30},
		"with a long break": {0, func(d *clienttest.Desk) { d.Dismiss(wire.CloseTrouble, 12_000) }, crowded * 6 / 10, 120},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := clienttest.New(t, clienttest.Config{})
				all := gather(t, d, crowded)
				time.Sleep(time.Minute)
				synctest.Wait()
				if n := d.Links(); n != crowded {
					t.Fatalf("%d links", n)
				}
				begin := time.Now()
				if c.away > 0 {
					d.Refuse(502, "")
				}
				c.close(d)
				time.Sleep(c.away)
				d.Refuse(0, "")
				time.Sleep(time.Minute)
				if n := d.Links(); n != crowded {
					t.Errorf("%d links a minute later", n)
				}
				buckets := all.since(begin)
				for i, n := range buckets {
					if i < c.quiet && n > 0 {
						t.Errorf("%d knocked after %d ms, asked to stay away", n, i*100)
					}
				}
				// While everybody tries for the first times the waits are short.
				if from := min(5, len(buckets)-1); c.away > 0 {
					buckets = buckets[from:]
				}
				if most := slices.Max(buckets); most > c.most {
					t.Errorf("%d knocked within 100 ms, want at most %d: %v", most, c.most, buckets)
				}
			})
		})
	}
}

// Who is at the keys, or has something that waits to be sent, is back two seconds
// after the desk is; who comes back to the keys is back at once.
func TestWhoWaitsIsBackSoon(t *testing.T) {
	for name, c := range map[string]struct {
		during func(*client.Client) // every ten seconds of the outage
		after  func(*client.Client)
		within time.Duration
	}{
		"at the keys":      {func(c *client.Client) { c.Active() }, nil, 2 * time.Second},
		"something waits":  {func(c *client.Client) { c.Do(wire.Take{Conversation: "a"}) }, nil, 2 * time.Second},
		"back at the keys": {func(*client.Client) {}, func(c *client.Client) { c.Active() }, 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := clienttest.New(t, clienttest.Config{})
				x := start(t, d)
				d.Refuse(502, "")
				d.Cut()
				for range 30 {
					time.Sleep(10 * time.Second)
					c.during(x.Client)
				}
				d.Refuse(0, "")
				if c.after != nil {
					c.after(x.Client)
				}
				time.Sleep(c.within)
				synctest.Wait()
				if n := d.Links(); n != 1 {
					t.Errorf("%d links %v after the desk came back", n, c.within)
				}
			})
		})
	}
}
