package client_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/client"
	"ventanilla/client/clienttest"
	"ventanilla/client/wire"
)

func pings(d *clienttest.Desk) int {
	n := 0
	for _, f := range d.Got() {
		if f.Ping != nil {
			n++
		}
	}
	return n
}

func TestPingsEvery25SecondsAndEvery10WhileKeysArePressed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{Beat: 25_000})
		x := start(t, d)
		x.untilLive(t)
		time.Sleep(time.Minute)
		before := pings(d)
		time.Sleep(1000 * time.Second)
		if n := pings(d) - before; n != 40 {
			t.Errorf("%d pings in 1,000 idle seconds, want 40", n)
		}
		before = pings(d)
		for range 100 {
			x.Active()
			time.Sleep(10 * time.Second)
		}
		if n := pings(d) - before; n < 99 || n > 101 {
			t.Errorf("%d pings in 1,000 busy seconds, want 100", n)
		}
		if len(d.Hellos()) != 1 {
			t.Error("a healthy link was dropped")
		}
	})
}

func TestSilenceIsNoticedInTime(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*terminal)
		within  time.Duration
	}{
		"idle":           {func(*terminal) {}, 62500 * time.Millisecond},
		"keys pressed":   {func(x *terminal) { x.Active() }, 25 * time.Second},
		"a command sent": {func(x *terminal) { x.Do(reply("hola")) }, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := clienttest.New(t, oneConversation)
				x := start(t, d)
				x.untilLive(t)
				time.Sleep(10 * time.Minute)
				d.Silence(true)
				begin := time.Now()
				c.prepare(x)
				x.until(t, "the link down", func() bool { return x.state() != client.Live })
				if took := time.Since(begin); took > c.within {
					t.Errorf("noticed after %v, want at most %v", took, c.within)
				}
				downs := 0
				for _, l := range seen[client.LinkChanged](x) {
					if l.State == client.Down && errors.Is(l.Err, client.ErrSilent) {
						downs++
					}
				}
				if downs == 0 {
					t.Error("nobody is told why")
				}
			})
		})
	}
}

func TestADeskThatNeverGreetsIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{})
		d.Silence(true)
		x := start(t, d)
		begin := time.Now()
		x.until(t, "the link down", func() bool { return x.state() == client.Down && len(x.events) > 0 })
		if took := time.Since(begin); took > 11*time.Second {
			t.Errorf("waited %v for a welcome", took)
		}
	})
}

func TestAFeedThatStaysBehindTheLogIsTakenUpAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d)
		x.untilLive(t)
		synctest.Wait() // the pong of the first ping came
		stuck := func(after time.Duration) {
			d.Send(wire.FromDesk{Pong: &wire.Pong{Head: 9, UpTo: 3, Clock: wire.At(time.Now().Add(after))}})
			synctest.Wait()
		}
		stuck(0)
		stuck(0) // they waited for a thin link and come together
		if d.Links() != 1 {
			t.Error("a record on its way is no fault")
		}
		stuck(10 * time.Second)
		d.Until(t, "another link", func() bool { return len(d.Hellos()) == 2 })
	})
}

func TestLiveMeansCaughtUp(t *testing.T) {
	for name, miss := range map[string]func(*clienttest.Desk){
		"frame by frame": func(d *clienttest.Desk) { d.Record(said("a", "dos"), said("a", "tres"), said("a", "cuatro")) },
		// No feed comes then; the pong says that it is there.
		"nothing for us": func(d *clienttest.Desk) { d.Unseen(3) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := oneConversation
				cfg.Batch = 1
				d := clienttest.New(t, cfg)
				d.Record(said("a", "uno"))
				x := start(t, d)
				x.untilLive(t)
				d.Cut()
				miss(d)
				x.until(t, "live again", func() bool { return len(of[client.Welcomed](x.events)) == 2 && x.state() == client.Live })
				want := []client.State{client.Connecting, client.CatchingUp, client.Live, client.Down, client.Connecting, client.CatchingUp, client.Live}
				if got := states(x); !slices.Equal(got, want) {
					t.Errorf("states = %v, want %v", got, want)
				}
				if got := len(d.Log()); name == "frame by frame" && atWhenLive(x) != uint64(got) {
					t.Errorf("called live at %d of %d", atWhenLive(x), got)
				}
			})
		})
	}
}

// states are the link's states in order, each once.
func states(x *terminal) []client.State {
	var all []client.State
	for _, l := range seen[client.LinkChanged](x) {
		all = append(all, l.State)
	}
	return slices.Compact(all)
}

// atWhenLive is how far the feed had come when the link was last called live.
func atWhenLive(x *terminal) uint64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	at, then, before := uint64(0), uint64(0), client.Down
	for _, e := range x.events {
		switch e := e.(type) {
		case client.FeedPart:
			at = e.UpTo
		case client.LinkChanged:
			if e.State == client.Live && before != client.Live {
				then = at
			}
			before = e.State
		}
	}
	return then
}

func TestTheLinkIsMeasured(t *testing.T) {
	d := clienttest.New(t, clienttest.Config{Network: true})
	x := start(t, d)
	x.until(t, "a measured link", func() bool {
		for _, l := range of[client.LinkChanged](x.events) {
			if l.State == client.Live && l.Latency > 0 && l.BytesIn > 0 && l.BytesOut > 0 {
				return true
			}
		}
		return false
	})
	if w := seen[client.Welcomed](x); w[0].Offset.Abs() > 10*time.Second {
		t.Errorf("offset = %v between clocks of one machine", w[0].Offset)
	}
}
