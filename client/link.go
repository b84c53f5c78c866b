package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

const (
	// greetLimit is how long a desk may take to answer a hello.
	greetLimit = 10 * time.Second
	// lastWords is how long, after a write failed, the desk's reason for closing is
	// waited for.
	lastWords = 500 * time.Millisecond
	// farewell is how long our own closing frame may take.
	farewell = 250 * time.Millisecond
	// clockStep is how far our clock may move against the desk's while a link lasts.
	clockStep = 2 * time.Second
)

// link is one connection. One goroutine reads, one writes, and whoever follows
// waits for both.
type link struct {
	c    *Client
	conn *websocket.Conn
	// The reader's.
	in      bytes.Buffer
	state   State
	head    uint64        // where the log was at the greeting
	greeted time.Time     // zero until then
	hello   time.Time     // when our greeting was sent
	live    time.Time     // since when the link is live
	offset  time.Duration // of the desk's clock from ours, as told at the greeting
	rights  string
}

// follow takes up one link and keeps it to its end. It reports whether the link
// held long enough to count as one that worked, and why it ended.
func (c *Client) follow(ctx context.Context, t target) (held bool, err error) {
	ctx, drop := context.WithCancelCause(ctx)
	defer drop(nil)
	hello := c.begin(drop)
	defer c.end()
	c.say(c.linkState(Connecting, nil))
	conn, err := c.dial(ctx, t)
	if err != nil {
		if why := context.Cause(ctx); why != nil {
			err = why
		}
		return false, err
	}
	c.leaveFrom(localAddress(conn.NetConn()))
	l := &link{c: c, conn: conn, state: Connecting}
	var all sync.WaitGroup
	all.Go(func() {
		<-ctx.Done()
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		_ = conn.WriteControl(websocket.CloseMessage, bye, inSocket(farewell))
		_ = conn.Close()
	})
	read := make(chan struct{})
	l.hello = c.clock.instant()
	all.Go(func() {
		drop(verdict(l.read()))
		close(read)
	})
	if err := l.write(ctx, hello); err != nil {
		l.hearOut(err, read)
		drop(err)
	}
	all.Wait()
	held = !l.live.IsZero() && c.clock.instant().Sub(l.live) >= holds
	return held, context.Cause(ctx)
}

// begin says where the link starts: at our position, or afresh.
func (c *Client) begin(drop context.CancelCauseFunc) wire.Hello {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop = drop
	if c.afresh {
		c.afresh, c.cursor = false, mirror.Cursor{}
	}
	name, _ := c.lane.box.Lane()
	h := wire.Hello{
		Version: wire.Version, Device: c.cfg.Device, Lane: name, Locale: c.cfg.Locale,
		Rights: c.rights, Watch: c.asks.tell(), Lean: c.cfg.Lean,
	}
	if at := c.cursor.At(); at.Epoch != "" {
		h.At = &at
	}
	return h
}

// end forgets what was true of the link only.
func (c *Client) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop, c.local = nil, netip.Addr{}
	c.traffic.leaving.Store(nil)
	c.latency.Store(0)
	wasGreeted := c.lane.greeted
	c.lane.end()
	c.asks.end()
	c.beat = beat{}
	c.typing.due = nil
	c.look.end()
	c.withhold(nil)
	if wasGreeted {
		c.sayOutbox()
	}
}

// hearOut gives the reader a moment to find out why a write failed: a desk that
// closes says why, and that counts more than the broken pipe.
func (l *link) hearOut(failed error, read <-chan struct{}) {
	if _, ours := failed.(*writeError); !ours {
		return
	}
	_ = l.conn.SetReadDeadline(inSocket(lastWords))
	<-read
}

// read takes frames in until something is wrong.
func (l *link) read() error {
	for {
		kind, r, err := l.conn.NextReader()
		if err != nil {
			return fmt.Errorf("reading: %w", err)
		}
		l.in.Reset()
		if _, err := l.in.ReadFrom(r); err != nil {
			return fmt.Errorf("reading: %w", err)
		}
		var f wire.FromDesk
		if kind != websocket.TextMessage || json.Unmarshal(l.in.Bytes(), &f) != nil {
			return ErrBadFrame
		}
		if !l.c.mail.room() {
			return ErrBehind
		}
		if err := l.handle(f, l.in.Len(), l.c.clock.instant()); err != nil {
			return err
		}
	}
}

// handle deals with one frame. Nothing comes before the welcome, which comes once.
func (l *link) handle(f wire.FromDesk, size int, now time.Time) error {
	switch {
	case f.Welcome != nil:
		return l.welcome(*f.Welcome, now)
	case l.greeted.IsZero() && f != wire.FromDesk{} && f.Refused == nil:
		return fmt.Errorf("%w: something before the welcome", ErrBadFrame)
	case f.Snapshot != nil:
		return l.snapshot(*f.Snapshot, size, now)
	case f.Feed != nil:
		return l.feed(*f.Feed, size, now)
	case f.Outcome != nil:
		l.outcome(*f.Outcome, now)
	case f.Resend != nil:
		l.resend(*f.Resend, now)
	case f.Answer != nil:
		l.c.mu.Lock()
		defer l.c.mu.Unlock()
		return l.c.answered(*f.Answer, size)
	case f.Typing != nil:
		l.c.say(TypingSign{*f.Typing, l.c.clock.Now()})
	case f.Viewing != nil:
		l.c.say(ViewersChanged{*f.Viewing})
	case f.Pong != nil:
		return l.pong(*f.Pong, now)
	}
	return nil
}

func (l *link) welcome(w wire.Welcome, now time.Time) error {
	if !l.greeted.IsZero() {
		return fmt.Errorf("%w: a second welcome", ErrBadFrame)
	}
	c := l.c
	l.greeted, l.head, l.rights = now, w.Head, w.Rights
	trip := now.Sub(l.hello)
	if err := c.cursor.Welcome(w); err != nil {
		c.cursor = mirror.Cursor{}
		return err
	}
	c.latency.Store(int64(trip))
	l.offset = c.offset(w.Clock, trip)
	c.say(Welcomed{w, l.offset})
	l.become(CatchingUp)

	c.mu.Lock()
	defer c.mu.Unlock()
	lost, err := c.lane.begin(w, now)
	if err != nil {
		return err
	}
	if lost {
		c.sayLost()
	}
	c.asks.begin(w.Resumed)
	c.beat.start(w, now)
	c.look.begin()
	c.stir()
	return nil
}

func (l *link) snapshot(s wire.Snapshot, size int, now time.Time) error {
	counts, err := l.c.cursor.Snapshot(s)
	if err != nil || !counts {
		return err
	}
	l.c.mail.put(SnapshotPart{s}, size)
	if s.Last {
		l.c.rights = l.rights
		l.reached(s.Seq, now)
	}
	return nil
}

func (l *link) feed(f wire.Feed, size int, now time.Time) error {
	fresh, err := l.c.cursor.Feed(f)
	if err != nil {
		return err
	}
	l.c.mail.put(FeedPart{wire.Feed{Records: fresh, UpTo: l.c.cursor.At().Seq, Prev: f.Prev}}, size)
	for _, r := range fresh {
		if gone, ok := r.Event.(wire.Gone); ok {
			l.c.lost(gone.Conversation)
		}
	}
	l.reached(f.UpTo, now)
	return nil
}

// lost ends the watching of what may no longer be seen; the desk has ended it too.
func (c *Client) lost(id wire.ConversationID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asks.unwatch(id)
}

// reached notes how far the feed is complete. The link is live once that is where
// the log was when we were greeted.
func (l *link) reached(seq uint64, now time.Time) {
	switch {
	case l.state != CatchingUp || !l.c.cursor.Following():
	case seq >= l.head:
		l.live = now
		l.become(Live)
	default:
		l.tell()
	}
}

func (l *link) become(s State) {
	l.state = s
	l.tell()
}

// tell says how the link stands.
func (l *link) tell() {
	e := l.c.linkState(l.state, nil)
	if at := l.c.cursor.At().Seq; l.state == CatchingUp && l.c.cursor.Following() && at < l.head {
		e.Behind = l.head - at
	}
	l.c.say(e)
}

func (l *link) outcome(o wire.Outcome, now time.Time) {
	c := l.c
	c.mu.Lock()
	defer c.mu.Unlock()
	e, known, err := c.lane.settle(o, now)
	switch {
	case err != nil: // the desk has its outcome still: it is asked for again
		c.lane.resend(wire.Resend{From: o.N}, now)
		c.stall(err, now)
	case known:
		c.say(Settled{e, o})
		c.withhold(nil)
	default:
		return
	}
	c.sayOutbox()
	c.stir()
}

// withhold tells when what keeps the desk from taking commands changes; called
// with c.mu held.
func (c *Client) withhold(why *wire.Refusal) {
	if (why == nil) == (c.why == nil) && (why == nil || *why == *c.why) {
		return
	}
	c.why = why
	c.say(Withheld{why})
}

func (l *link) resend(r wire.Resend, now time.Time) {
	c := l.c
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lane.resend(r, now)
	c.withhold(r.Why)
	c.sayOutbox()
	c.stir()
}

func (l *link) pong(p wire.Pong, now time.Time) error {
	c := l.c
	c.mu.Lock()
	latency, late, err := c.beat.pong(p, now)
	c.mu.Unlock()
	if err != nil {
		return err
	}
	if latency > 0 {
		c.latency.Store(int64(latency))
		if off := c.offset(p.Clock, latency) - l.offset; off.Abs() > clockStep+latency {
			return errClock
		}
	}
	if late && l.state == Live {
		l.head = p.Head
		l.become(CatchingUp)
	}
	l.reached(p.UpTo, now)
	l.tell()
	return nil
}

// offset is the desk's clock minus ours, when it answered half a round trip ago.
func (c *Client) offset(desk wire.Millis, trip time.Duration) time.Duration {
	return desk.Time().Sub(c.clock.Now().Round(0).Add(-trip / 2))
}

func (c *Client) leaveFrom(local netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.local = local
}

// joltedLately reports whether the network has just become another one, of which
// the failures before say nothing.
func (c *Client) joltedLately() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.jolts.IsZero() && c.clock.instant().Sub(c.jolts) < joltLasts
}

func (c *Client) linkState(s State, err error) LinkChanged {
	return LinkChanged{
		State: s, Err: err, Latency: time.Duration(c.latency.Load()),
		BytesIn: c.traffic.in.Load(), BytesOut: c.traffic.out.Load(),
	}
}
