package client_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/client"
	"ventanilla/client/clienttest"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

// terminal is what stands where the workstation would: it folds events into a
// mirror and remembers them.
type terminal struct {
	*client.Client
	mu      sync.Mutex
	mirror  *mirror.Mirror
	events  []client.Event
	faults  []error
	changed chan struct{}
	block   chan struct{} // the sink waits for it when set
	stop    context.CancelFunc
	ended   chan error
}

func (x *terminal) sink(u client.Update) {
	x.mu.Lock()
	block := x.block
	x.mu.Unlock()
	if block != nil {
		<-block
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, e := range u.Events {
		x.events = append(x.events, e)
		switch e := e.(type) {
		case client.Welcomed:
			x.mirror.Welcome(e.Welcome)
		case client.SnapshotPart:
			x.mirror.Snapshot(e.Snapshot)
		case client.FeedPart:
			if err := x.mirror.Feed(e.Feed); err != nil {
				x.faults = append(x.faults, err)
			}
		case client.Opened:
			x.mirror.Timeline(e.Timeline)
		case client.Older:
			x.mirror.Timeline(e.Timeline)
		}
	}
	close(x.changed)
	x.changed = make(chan struct{})
}

// start runs a client against a desk until the test ends.
func start(t *testing.T, d *clienttest.Desk, change ...func(*client.Config)) *terminal {
	t.Helper()
	x := &terminal{mirror: mirror.New(), changed: make(chan struct{}), ended: make(chan error, 1)}
	cfg := d.Client(x.sink)
	for _, c := range change {
		c(&cfg)
	}
	x.Client = client.New(cfg)
	ctx, stop := context.WithCancel(t.Context())
	x.stop = stop
	go func() { x.ended <- x.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		x.mu.Lock()
		if x.block != nil {
			close(x.block)
			x.block = nil
		}
		x.mu.Unlock()
		<-x.ended
		if len(x.faults) > 0 {
			t.Errorf("the mirror found faults the client did not: %v", x.faults)
		}
	})
	return x
}

// until waits for something to be true of what the terminal saw.
func (x *terminal) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.NewTimer(5 * time.Minute)
	defer limit.Stop()
	for {
		x.mu.Lock()
		changed, done := x.changed, ok()
		x.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-limit.C:
			t.Fatalf("waited in vain for: %s", what)
		}
	}
}

func (x *terminal) untilLive(t *testing.T) {
	t.Helper()
	x.until(t, "a live link", func() bool { return x.state() == client.Live })
}

// state is the last one told; call it with mu held.
func (x *terminal) state() client.State {
	links := of[client.LinkChanged](x.events)
	if len(links) == 0 {
		return client.Down
	}
	return links[len(links)-1].State
}

func of[E client.Event](events []client.Event) []E {
	var found []E
	for _, e := range events {
		if e, ok := e.(E); ok {
			found = append(found, e)
		}
	}
	return found
}

func seen[E client.Event](x *terminal) []E {
	x.mu.Lock()
	defer x.mu.Unlock()
	return of[E](x.events)
}

func (x *terminal) at() wire.Position {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.mirror.At()
}

func conversation(id wire.ConversationID) wire.Summary {
	return wire.Summary{ID: id, Customer: "Rosa P.", Channel: "web", Queue: "q", Agent: "ana", Status: wire.Open, Created: 1}
}

func said(id wire.ConversationID, text string) wire.Event {
	return wire.Said{Conversation: id, By: wire.ByCustomer, Text: text}
}

// texts are the messages of a conversation as the terminal shows them.
func (x *terminal) texts(id wire.ConversationID) []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	c, _ := x.mirror.View().Conversation(id)
	var all []string
	for i := range c.Len() {
		if m, ok := c.Line(i).Event.(wire.Said); ok {
			all = append(all, m.Text)
		}
	}
	return all
}

// onBoth runs a test in memory and in a bubble, where waiting costs nothing, and
// over real sockets.
func onBoth(t *testing.T, cfg clienttest.Config, test func(*testing.T, *clienttest.Desk)) {
	t.Run("memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(t, clienttest.New(t, cfg)) })
	})
	t.Run("loopback", func(t *testing.T) {
		cfg := cfg
		cfg.Network = true
		test(t, clienttest.New(t, cfg))
	})
}

func TestFollowsWatchesAndResumesWithoutLosingALine(t *testing.T) {
	cfg := clienttest.Config{Conversations: []wire.Summary{conversation("a")}}
	onBoth(t, cfg, func(t *testing.T, d *clienttest.Desk) {
		x := start(t, d)
		x.untilLive(t)
		d.Record(said("a", "uno"))
		x.Watch("a")
		x.until(t, "the conversation opened", func() bool { return len(of[client.Opened](x.events)) == 1 })
		d.Record(said("a", "dos"))
		d.Cut()
		d.Record(said("a", "tres"), said("a", "cuatro"))
		x.until(t, "all four messages", func() bool { return x.mirror.At().Seq == 4 })
		if got, want := x.texts("a"), []string{"uno", "dos", "tres", "cuatro"}; !slices.Equal(got, want) {
			t.Errorf("lines = %q, want %q", got, want)
		}
		h := d.Hellos()
		if len(h) != 2 || h[0].At != nil || h[1].At == nil || !slices.Equal(h[1].Watch, []wire.ConversationID{"a"}) {
			t.Errorf("hellos = %+v; the second resumes and watches", h)
		}
		if n := len(seen[client.Opened](x)); n != 1 {
			t.Errorf("opened %d times; a resume needs no second opening", n)
		}
	})
}

func TestEverythingThatQueuedUpComesAsOneUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{Conversations: []wire.Summary{conversation("a")}})
		x := start(t, d)
		x.untilLive(t)
		synctest.Wait()
		x.mu.Lock()
		x.block = make(chan struct{})
		x.mu.Unlock()
		for i := range 50 {
			d.Record(said("a", fmt.Sprint(i)))
		}
		synctest.Wait()
		x.mu.Lock()
		before := x.changed
		close(x.block)
		x.block = nil
		x.mu.Unlock()
		<-before
		synctest.Wait()
		if at := x.at(); at.Seq != 50 {
			t.Errorf("at %d, want all 50", at.Seq)
		}
	})
}

func TestRefusedTokensAndEndedSessionsAreNotTriedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		provoke func(*clienttest.Desk, *client.Config)
		later   func(*clienttest.Desk)
		want    error
		code    int
	}{
		"wrong token": {func(_ *clienttest.Desk, c *client.Config) { c.Token = "another" }, nil, client.ErrRefused, 401},
		"forbidden":   {func(d *clienttest.Desk, _ *client.Config) { d.Revoke() }, nil, client.ErrRevoked, 403},
		"revoked":     {nil, func(d *clienttest.Desk) { d.Close(wire.CloseRevoked) }, client.ErrRevoked, wire.CloseRevoked},
		"signed out":  {nil, func(d *clienttest.Desk) { d.Close(wire.CloseSignedOut) }, client.ErrSignedOut, wire.CloseSignedOut},
		"too old":     {nil, func(d *clienttest.Desk) { d.Close(wire.CloseVersion) }, client.ErrRefused, wire.CloseVersion},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := clienttest.New(t, clienttest.Config{})
				x := start(t, d, func(cfg *client.Config) {
					if c.provoke != nil {
						c.provoke(d, cfg)
					}
				})
				if c.later != nil {
					x.untilLive(t)
					c.later(d)
				}
				err := <-x.ended
				x.ended <- nil
				stop := (*client.StopError)(nil)
				if !errors.Is(err, c.want) || !errors.As(err, &stop) || stop.Code != c.code {
					t.Errorf("Run = %v, want %v (%d)", err, c.want, c.code)
				}
				links := seen[client.LinkChanged](x)
				if last := links[len(links)-1]; last.State != client.Down || last.Err == nil || !last.Retry.IsZero() {
					t.Errorf("the last state told = %+v", last)
				}
			})
		})
	}
}

// A proxy on the way that lets nobody through is not the desk: what was typed is
// wiped when access was revoked, and by nobody else's word.
func TestAForbiddingProxyRevokesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		d.Refuse(403, "")
		x := start(t, d)
		x.Do(reply("1"))
		time.Sleep(time.Minute)
		d.Refuse(0, "")
		x.untilSettled(t, 1)
	})
}

func TestTriesAgainWithJitterThatGrowsToThirtySeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{})
		d.Refuse(500, "")
		begin := time.Now()
		x := start(t, d)
		time.Sleep(10 * time.Minute)
		d.Refuse(0, "")
		x.untilLive(t)
		last, ceiling := begin, 200*time.Millisecond
		n := 0
		for _, l := range seen[client.LinkChanged](x) {
			if l.State != client.Down {
				continue
			}
			n++
			if wait := l.Retry.Sub(last); wait <= 0 || wait > ceiling+time.Millisecond {
				t.Errorf("wait %d = %v, ceiling %v", n, wait, ceiling)
			}
			last, ceiling = l.Retry, min(2*ceiling, 30*time.Second)
		}
		if n < 25 || n > 120 {
			t.Errorf("%d attempts in ten minutes", n)
		}
	})
}

func TestStaysAwayAsLongAsTheDeskAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{})
		d.Refuse(503, "40")
		begin := time.Now()
		x := start(t, d)
		synctest.Wait()
		d.Refuse(0, "")
		x.untilLive(t)
		if took := time.Since(begin); took < 40*time.Second || took > 41*time.Second {
			t.Errorf("came back after %v, asked for 40 s", took)
		}
	})
}

func TestHolesAndGarbageDropTheLinkAndLoseNothing(t *testing.T) {
	for name, spoil := range map[string]func(*clienttest.Desk){
		"reordered":          func(d *clienttest.Desk) { d.Swap(); d.Record(said("a", "x")) },
		"a frame lost":       func(d *clienttest.Desk) { d.Silence(true); d.Record(said("a", "x")); synctest.Wait(); d.Silence(false) },
		"no JSON":            func(d *clienttest.Desk) { d.SendText(`{"feed":`) },
		"a second welcome":   func(d *clienttest.Desk) { d.Send(wire.FromDesk{Welcome: &wire.Welcome{Epoch: "epoch-1"}}) },
		"a snapshot at will": func(d *clienttest.Desk) { d.Send(wire.FromDesk{Snapshot: &wire.Snapshot{Seq: 99}}) },
		"too large":          func(d *clienttest.Desk) { d.SendText(string(make([]byte, wire.MaxDeskFrame+1))) },
		"restart":            func(d *clienttest.Desk) { d.Close(wire.CloseRestart) },
		"slow":               func(d *clienttest.Desk) { d.Close(wire.CloseSlow) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := clienttest.New(t, clienttest.Config{Conversations: []wire.Summary{conversation("a")}})
				x := start(t, d)
				x.untilLive(t)
				synctest.Wait()
				spoil(d)
				d.Record(said("a", "uno"), said("a", "dos"))
				want := len(d.Log())
				x.until(t, "every record", func() bool { return x.mirror.At().Seq == uint64(want) })
				x.mu.Lock()
				c, _ := x.mirror.View().Conversation("a")
				x.mu.Unlock()
				if c.Summary().Unread != want {
					t.Errorf("unread = %d, want %d: each once", c.Summary().Unread, want)
				}
				if h := d.Hellos(); len(h) < 2 || h[1].At == nil {
					t.Errorf("hellos = %+v; the second resumes", h)
				}
			})
		})
	}
}

func TestARecordThatCannotBeReadIsJumpedOverByASnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{Conversations: []wire.Summary{conversation("a")}})
		x := start(t, d)
		x.untilLive(t)
		d.Record(said("a", "uno"))
		d.Spoil(2)
		d.Record(said("a", "dos"), said("a", "tres"))
		x.until(t, "every record", func() bool { return x.mirror.At().Seq == 3 })
		h := d.Hellos()
		if len(h) != 3 || h[1].At == nil || h[2].At != nil {
			t.Errorf("hellos = %+v; resume once, then a snapshot", h)
		}
	})
}

func TestADeskThatDropsEverybodyIsNotHammered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{})
		x := start(t, d)
		for range 1000 {
			d.Cut()
			time.Sleep(time.Second)
		}
		if n := len(d.Hellos()); n > 120 {
			t.Errorf("%d links in 1,000 seconds", n)
		}
		x.untilLive(t)
		time.Sleep(time.Minute) // now one held
		d.Cut()
		synctest.Wait()
		links := seen[client.LinkChanged](x)
		if wait := time.Until(links[len(links)-1].Retry); wait > 200*time.Millisecond {
			t.Errorf("waits %v after a link that held", wait)
		}
	})
}

func TestTheTokenIsShownToNobodyButTheDesk(t *testing.T) {
	var asked atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()

	// A server whose certificate nobody vouches for never hears of us.
	ctx, stop := context.WithCancel(t.Context())
	c := client.New(client.Config{URL: s.URL, Token: clienttest.Token, Sink: func(u client.Update) {
		for _, l := range of[client.LinkChanged](u.Events) {
			if l.State == client.Down {
				stop()
			}
		}
	}})
	if err := c.Run(ctx); err != nil || asked.Load() != 0 {
		t.Errorf("Run = %v, %d requests reached an unknown server", err, asked.Load())
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c = client.New(client.Config{URL: s.URL, Token: clienttest.Token, TLS: &tls.Config{RootCAs: roots}, Sink: func(client.Update) {}})
	if err := c.Run(t.Context()); !errors.Is(err, client.ErrRefused) || strings.Contains(err.Error(), clienttest.Token) {
		t.Errorf("Run = %v", err)
	}
}

func TestRepeatedFramesHaveNoEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{Conversations: []wire.Summary{conversation("a")}})
		d.Twice(true)
		x := start(t, d)
		x.untilLive(t)
		for range 5 {
			d.Record(said("a", "uno"))
		}
		x.until(t, "every record", func() bool { return x.mirror.At().Seq == 5 })
		synctest.Wait()
		if n := len(d.Hellos()); n != 1 {
			t.Errorf("%d links; a repeated frame is no fault", n)
		}
	})
}

func TestUnknownFramesAreSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{Conversations: []wire.Summary{conversation("a")}})
		x := start(t, d)
		x.untilLive(t)
		d.SendText(`{"hologram":{"of":"rosa"}}`)
		d.SendText(`{"feed":{"records":[[1,0,{"ev":"levitated","at":1,"c":"a"}]],"upto":1}}`)
		x.until(t, "the position past what is unknown", func() bool { return x.mirror.At().Seq == 1 })
		if n := len(d.Hellos()); n != 1 {
			t.Errorf("%d links, want 1", n)
		}
	})
}

func TestChangedRightsAndResyncTakeASnapshot(t *testing.T) {
	for name, cause := range map[string]func(*terminal, *clienttest.Desk){
		"rights": func(_ *terminal, d *clienttest.Desk) { d.Close(wire.CloseRights) },
		"resync": func(x *terminal, _ *clienttest.Desk) { x.Resync() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := clienttest.New(t, clienttest.Config{Conversations: []wire.Summary{conversation("a")}})
				x := start(t, d)
				x.Watch("a")
				x.until(t, "opened", func() bool { return len(of[client.Opened](x.events)) == 1 })
				cause(x, d)
				x.until(t, "opened again", func() bool { return len(of[client.Opened](x.events)) == 2 })
				if h := d.Hellos(); len(h) != 2 || h[1].At != nil {
					t.Errorf("hellos = %+v; the second asks for a snapshot", h)
				}
			})
		})
	}
}

func TestPlainHTTPLeavesThisMachineOnlyByMistakeAndIsRefused(t *testing.T) {
	for url, want := range map[string]error{
		"http://desk.example.org": client.ErrPlain,
		"ftp://desk":              nil,
		"desk":                    nil,
		"https://":                nil,
	} {
		c := client.New(client.Config{URL: url, Sink: func(client.Update) {}})
		if err := c.Run(t.Context()); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("Run with %q = %v", url, err)
		}
	}
}

func TestASinkThatFallsBehindCostsTheLinkAndNoRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{Conversations: []wire.Summary{conversation("a")}})
		x := start(t, d)
		x.untilLive(t)
		synctest.Wait()
		x.mu.Lock()
		block := make(chan struct{})
		x.block = block
		x.mu.Unlock()
		const many = 20_000
		for range many {
			d.Record(wire.Receipt{Conversation: "a", Delivered: 1})
		}
		synctest.Wait()
		if d.Links() != 0 {
			t.Error("the link is kept although nobody takes what comes")
		}
		time.Sleep(5 * time.Minute)
		if n := len(d.Hellos()); n != 1 {
			t.Errorf("%d links while the sink is stuck, want 1", n)
		}
		x.mu.Lock()
		close(block)
		x.block = nil
		x.mu.Unlock()
		x.until(t, "every record", func() bool { return x.mirror.At().Seq == many })
	})
}

func TestEndsWithItsContextWhateverItIsDoing(t *testing.T) {
	for name, prepare := range map[string]func(*testing.T, *terminal, *clienttest.Desk){
		"live":    func(t *testing.T, x *terminal, _ *clienttest.Desk) { x.untilLive(t) },
		"waiting": func(_ *testing.T, _ *terminal, d *clienttest.Desk) { d.Refuse(500, ""); d.Cut() },
		"silent":  func(t *testing.T, x *terminal, d *clienttest.Desk) { x.untilLive(t); d.Silence(true) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := clienttest.New(t, clienttest.Config{})
				x := start(t, d)
				prepare(t, x, d)
				synctest.Wait()
				begin := time.Now()
				x.stop()
				err := <-x.ended
				x.ended <- nil
				if err != nil || time.Since(begin) > time.Second {
					t.Errorf("Run = %v after %v", err, time.Since(begin))
				}
			})
		})
	}
}
