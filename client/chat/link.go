package chat

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"

	"github.com/gorilla/websocket"
)

// link is one connection, welcomed by the desk. Run's goroutine owns it; a second
// one only reads the socket.
type link struct {
	c       *Client
	conn    *websocket.Conn
	welcome chatwire.Welcome

	frames  chan *chatwire.FromDesk
	readErr error // valid once frames is closed

	beat   time.Duration
	heard  time.Time // last frame of the desk
	ping   time.Time // when the next is due
	answer time.Time // by when an outcome is owed; zero: none is
	hold   time.Time // the desk asked not to send before
	marked chatwire.Marks
}

var (
	errSilent = errors.New("the desk went silent")
	errOwing  = errors.New("the desk does not answer what was said")
	errHole   = errors.New("lines are missing before those that came")
	errAnew   = errors.New("the desk has another log: a new lane is needed")
)

func (l *link) run(ctx context.Context) error {
	l.frames = make(chan *chatwire.FromDesk, 16)
	go l.read()
	defer func() {
		_ = l.conn.Close()
		for range l.frames { // until the reader has ended
		}
	}()
	if err := l.begin(); err != nil {
		return err
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if err := l.flush(); err != nil {
			return err
		}
		timer.Reset(time.Until(l.next()))
		select {
		case f, ok := <-l.frames:
			if !ok {
				return closing(l.readErr)
			}
			l.heard = time.Now()
			if err := l.receive(*f); err != nil {
				return err
			}
			if l.c.replaced() {
				return errAnew
			}
		case <-l.c.wake:
		case <-timer.C:
			if err := l.due(time.Now()); err != nil {
				return err
			}
		case <-ctx.Done():
			bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			_ = l.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
			return ctx.Err()
		}
	}
}

func (l *link) read() {
	defer close(l.frames)
	for {
		kind, data, err := l.conn.ReadMessage()
		if err != nil {
			l.readErr = err
			return
		}
		var f chatwire.FromDesk
		if kind != websocket.TextMessage || json.Unmarshal(data, &f) != nil {
			l.readErr = errors.New("the desk sent a frame that is none")
			return
		}
		l.frames <- &f
	}
}

// begin takes in what the welcome said.
func (l *link) begin() error {
	c, w := l.c, l.welcome
	anew := c.epoch != "" && w.Epoch != c.epoch
	c.epoch = w.Epoch
	c.mu.Lock()
	c.lane.again(0)
	if anew || w.LaneLast < c.lane.settled() {
		c.lane.end(w.LaneLast)
	}
	c.typing = false
	c.mu.Unlock()
	if anew {
		c.seen = 0
		c.cfg.Sink(Link{Anew: true, Err: errAnew})
		c.tellLost(&w)
	}
	if c.replaced() {
		return errAnew
	}
	l.beat = max(time.Duration(w.Beat)*time.Millisecond, time.Second)
	l.heard = time.Now()
	l.ping = l.heard.Add(rand.N(l.beat)) // a random phase spreads the beats of many
	c.cfg.Sink(Link{Up: true, Resume: c.resume, Name: w.Name, Known: w.Known})
	c.cfg.Sink(Service{w.Service})
	c.cfg.Sink(Marks{w.Marks})
	return nil
}

// next is when something is due.
func (l *link) next() time.Time {
	at := l.ping
	for _, t := range []time.Time{l.answer, l.hold, l.dead()} {
		if !t.IsZero() && t.Before(at) {
			at = t
		}
	}
	return at
}

func (l *link) dead() time.Time { return l.heard.Add(l.beat * 5 / 2) }

func (l *link) due(now time.Time) error {
	switch {
	case len(l.frames) > 0: // not silent: only not yet read
		return nil
	case !now.Before(l.dead()):
		return errSilent
	case !l.answer.IsZero() && !now.Before(l.answer):
		return errOwing
	case !now.Before(l.ping):
		l.ping = now.Add(l.beat)
		return l.write(chatwire.FromCustomer{Ping: &chatwire.Ping{Sent: wire.At(now)}})
	}
	return nil
}

// flush sends what waits to be sent.
func (l *link) flush() error {
	now := time.Now()
	for !now.Before(l.hold) {
		l.hold = time.Time{}
		l.c.mu.Lock()
		say, ok := l.c.lane.take()
		l.c.mu.Unlock()
		if !ok {
			break
		}
		if l.answer.IsZero() {
			l.answer = now.Add(answerTime)
		}
		if err := l.write(chatwire.FromCustomer{Say: &say}); err != nil {
			return err
		}
	}
	l.c.mu.Lock()
	typing, marks := l.c.typing, l.c.marks
	l.c.typing = false
	l.c.mu.Unlock()
	if marks != l.marked {
		l.marked = marks
		if err := l.write(chatwire.FromCustomer{Marks: &marks}); err != nil {
			return err
		}
	}
	if typing {
		return l.write(chatwire.FromCustomer{Typing: &struct{}{}})
	}
	return nil
}

func (l *link) write(f chatwire.FromCustomer) error {
	data, err := encode(f)
	if err != nil {
		return err
	}
	if err := l.conn.SetWriteDeadline(time.Now().Add(answerTime)); err != nil {
		return err
	}
	return l.conn.WriteMessage(websocket.TextMessage, data)
}

// receive turns a frame into events. What this build does not know is skipped.
func (l *link) receive(f chatwire.FromDesk) error {
	sink := l.c.cfg.Sink
	switch {
	case f.Lines != nil:
		if f.Lines.Prev > l.c.seen {
			return errHole
		}
		l.lines(f.Lines.Lines)
	case f.Outcome != nil:
		l.outcome(*f.Outcome)
	case f.Resend != nil:
		l.resend(*f.Resend)
	case f.Typing != nil:
		sink(Typing{})
	case f.Marks != nil:
		sink(Marks{*f.Marks})
	case f.Service != nil:
		sink(Service{*f.Service})
	}
	return nil
}

func (l *link) lines(lines []chatwire.Line) {
	c := l.c
	for _, line := range lines {
		if line.Seq <= c.seen {
			continue
		}
		c.seen = line.Seq
		e := Line{Line: line}
		c.mu.Lock()
		if line.Lane == c.lane.id && line.N > 0 {
			e.Mine = c.lane.base + line.N
		}
		c.mu.Unlock()
		if e.Mine > 0 {
			c.keep(e.Mine, line.Seq, line.Text)
		}
		c.cfg.Sink(e)
	}
}

func (l *link) outcome(o chatwire.Outcome) {
	c := l.c
	c.mu.Lock()
	text := c.lane.text(o.N)
	fresh := c.lane.answer(o.N)
	l.owe(c.lane.inFlight())
	o.N += c.lane.base
	c.mu.Unlock()
	if fresh {
		if o.Seq > 0 {
			c.keep(o.N, o.Seq, text)
		}
		c.cfg.Sink(Outcome{o})
	}
}

func (l *link) resend(r wire.Resend) {
	now := time.Now()
	l.hold = now.Add(time.Duration(max(r.Wait, 0)) * time.Millisecond)
	l.c.mu.Lock()
	l.c.lane.again(r.From)
	l.owe(l.c.lane.inFlight())
	l.c.mu.Unlock()
}

// owe starts the time for the next answer anew, or stops it.
func (l *link) owe(inFlight bool) {
	l.answer = time.Time{}
	if inFlight {
		l.answer = time.Now().Add(answerTime)
	}
}
