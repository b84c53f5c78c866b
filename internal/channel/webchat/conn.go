package webchat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/quota"

	"github.com/gorilla/websocket"
)

const (
	beat       = 25 * time.Second
	helloTime  = 15 * time.Second // five are too few where one packet in twenty is lost
	writeTime  = 5 * time.Second
	lingerTime = time.Second // for the other side's close
	outbox     = 2 * chatwire.MaxInFlight
	sendBuffer = 64 << 10 // of the kernel: a slow reader is noticed sooner
)

// closing ends a connection with a code that tells the page what to do.
type closing struct {
	code int
	text string
}

func (c closing) Error() string { return fmt.Sprintf("%s (%d)", c.text, c.code) }

// conn is one socket. Its reader calls the desk; its writer is the only one to
// write, and pulls the feed.
type conn struct {
	ch  *Channel
	ws  *websocket.Conn
	out chan *chatwire.FromDesk // answers on their way to the writer
	end context.CancelCauseFunc

	// The reader's alone.
	who        Visitor
	tab        Tab
	frames     quota.Bucket
	garbage    bool   // was seen once
	resendFrom uint64 // messages above it were dropped and come again
	marks      chatwire.Marks
	typed      time.Time

	sent uint64 // the last line sent; the writer's alone
}

// run is the reader's goroutine and owns the writer's.
func (k *conn) run(ctx context.Context) {
	defer k.ch.leave(k)
	defer k.ws.Close()
	_ = k.ws.SetReadDeadline(time.Now().Add(helloTime))
	// Once the end is decided the reader must not wait for a frame that never comes.
	defer context.AfterFunc(ctx, func() { _ = k.ws.SetReadDeadline(time.Now().Add(lingerTime)) })()
	feed, err := k.greet(ctx)
	written := make(chan struct{})
	if err == nil {
		go func() {
			defer close(written)
			k.write(ctx, feed)
		}()
		err = k.read(ctx)
	} else {
		close(written)
	}
	k.end(err)
	<-written
	if feed == nil {
		k.goodbye(ctx)
	} else {
		feed.Close()
	}
	k.linger(err)
}

// linger takes in what the page still sends until it has heard why the connection
// ends: closing with unread bytes would reset the link and lose the goodbye.
func (k *conn) linger(err error) {
	_ = k.ws.SetReadDeadline(time.Now().Add(lingerTime))
	if errors.Is(err, websocket.ErrReadLimit) {
		_, _ = io.Copy(io.Discard, k.ws.NetConn())
		return
	}
	for err == nil || errors.As(err, new(closing)) {
		_, _, err = k.ws.NextReader()
	}
}

// greet waits for the hello and answers it.
func (k *conn) greet(ctx context.Context) (Feed, error) {
	f, err := k.next()
	if err != nil {
		return nil, err
	}
	h := f.Hello
	switch {
	case h == nil || !wire.ValidName(h.Device) || !wire.ValidName(h.Lane):
		return nil, closing{wire.CloseGarbage, "hello comes first"}
	case h.Version != chatwire.Version:
		return nil, closing{wire.CloseVersion, "this version is not spoken here"}
	}
	who, good := k.ch.tickets.take(h.Ticket, k.ch.cfg.Now())
	if !good {
		k.offer(chatwire.FromDesk{Refused: refusal(wire.Denied, "bad_ticket", "")})
		return nil, closing{wire.CloseNoGreet, "the ticket is not good"}
	}
	k.who, k.tab = who, Tab{h.Device, h.Lane}
	k.ch.greeted(k)
	welcome, feed, err := k.ch.cfg.Desk.Follow(ctx, k.who, k.tab, wire.Position{Epoch: h.Epoch, Seq: h.After})
	if err != nil {
		return nil, k.trouble("following", err)
	}
	welcome.Clock, welcome.Beat = wire.At(k.ch.cfg.Now()), wire.Millis(beat/time.Millisecond)
	k.offer(chatwire.FromDesk{Welcome: &welcome})
	return feed, nil
}

// read serves frames until there are no more.
func (k *conn) read(ctx context.Context) error {
	for {
		_ = k.ws.SetReadDeadline(time.Now().Add(beat * 5 / 2))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		f, err := k.next()
		if err != nil {
			return err
		}
		if err := k.serve(ctx, f); err != nil {
			return err
		}
	}
}

var errGarbage = errors.New("not a frame of this protocol")

// next returns the next frame. Garbage is refused once and ends the connection
// the second time.
func (k *conn) next() (chatwire.FromCustomer, error) {
	for {
		kind, data, err := k.ws.ReadMessage()
		var late net.Error
		switch {
		case errors.As(err, &late) && late.Timeout() && k.who.ID == "":
			return chatwire.FromCustomer{}, closing{wire.CloseNoGreet, "no hello in time"}
		case errors.As(err, &late) && late.Timeout():
			return chatwire.FromCustomer{}, closing{wire.CloseTrouble, "nothing heard for long"}
		case err != nil:
			return chatwire.FromCustomer{}, err
		}
		now := k.ch.cfg.Now()
		if k.frames.Take(frameRate, 1, now) > 0 {
			return chatwire.FromCustomer{}, closing{wire.CloseGarbage, "too many frames"}
		}
		f, err := decode(kind, data)
		if err == nil {
			return f, nil
		}
		if k.garbage {
			return f, closing{wire.CloseGarbage, "garbage, twice"}
		}
		k.garbage = true
		k.offer(chatwire.FromDesk{Refused: refusal(wire.Invalid, "bad_frame", k.who.Locale)})
	}
}

// decode reads a frame with exactly one member that we know.
func decode(kind int, data []byte) (f chatwire.FromCustomer, err error) {
	if kind != websocket.TextMessage || json.Unmarshal(data, &f) != nil {
		return chatwire.FromCustomer{}, errGarbage
	}
	members := 0
	for _, there := range []bool{f.Hello != nil, f.Say != nil, f.Typing != nil, f.Marks != nil, f.Older != nil, f.Ping != nil} {
		if there {
			members++
		}
	}
	if members != 1 {
		return chatwire.FromCustomer{}, errGarbage
	}
	return f, nil
}

func (k *conn) serve(ctx context.Context, f chatwire.FromCustomer) error {
	desk := k.ch.cfg.Desk
	switch {
	case f.Say != nil:
		return k.say(ctx, *f.Say)
	case f.Ping != nil:
		k.offer(chatwire.FromDesk{Pong: &chatwire.Pong{Sent: f.Ping.Sent, Clock: wire.At(k.ch.cfg.Now())}})
	case f.Typing != nil:
		if now := k.ch.cfg.Now(); now.Sub(k.typed) >= time.Second {
			k.typed = now
			return k.trouble("typing", desk.Typing(ctx, k.who))
		}
	case f.Marks != nil:
		m := chatwire.Marks{Read: max(k.marks.Read, f.Marks.Read)}
		m.Delivered = max(k.marks.Delivered, f.Marks.Delivered, m.Read)
		if m != k.marks { // only what is new costs the desk something
			k.marks = m
			return k.trouble("marking", desk.Mark(ctx, k.who, m))
		}
	case f.Older != nil:
		lines, err := desk.Older(ctx, k.who, f.Older.Before)
		if err != nil {
			return k.trouble("reading older lines", err)
		}
		k.offer(chatwire.FromDesk{Older: &lines})
	case f.Hello != nil:
		return closing{wire.CloseGarbage, "hello, twice"}
	}
	return nil
}

// say passes a message on, or asks for it later: the limits delay and lose nothing.
func (k *conn) say(ctx context.Context, s chatwire.Say) error {
	if k.resendFrom != 0 && s.N > k.resendFrom {
		return nil // it was on its way before the page heard that it is to wait
	}
	k.resendFrom = 0
	if wait := k.ch.tellers.Take(k.who.ID, len(s.Text), k.ch.cfg.Now()); wait > 0 {
		k.resendFrom = s.N
		k.offer(chatwire.FromDesk{Resend: &wire.Resend{From: s.N, Wait: wire.Millis(wait.Milliseconds() + 1 + rand.N(int64(100)))}})
		return nil
	}
	return k.trouble("saying", k.ch.cfg.Desk.Say(ctx, k.who, k.tab, s, k.offer))
}

// trouble turns the desk's error into one for the page, which learns no details.
func (k *conn) trouble(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrFellBehind):
		return closing{wire.CloseSlow, "fell behind"}
	case !errors.Is(err, context.Canceled):
		k.ch.cfg.Log.Warn("a customer's socket is closed", "doing", doing, "error", err)
	}
	return closing{wire.CloseTrouble, "the desk could not go on"}
}
