package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/quota"
)

const (
	outboxFrames = 1024            // answers a client may leave unread
	outboxBytes  = 1 << 20         // and how many bytes of them
	asksAtOnce   = 4               // questions of one client worked on at the same time
	typingEvery  = time.Second / 4 // signs of one client, each of which wakes every reader
	forgiven     = 1               // frames of garbage before the link is closed
)

// frameRate is how fast a client may send whatever it sends; beyond it, it waits. A
// client that catches up with its outbox stays below.
var frameRate = quota.Rate{PerSecond: 200, Burst: 1000}

// link is one client's connection. One goroutine reads, one writes; nothing else
// touches the socket. The writer owns the feed, the reader everything it is told.
type link struct {
	gate  *Gateway
	ws    *websocket.Conn
	token string
	came  desk.User // whose link it is, as they were when it came
	user  desk.User // as they were when it had greeted; the link's own goroutines
	from  desk.Sender
	asks  chan struct{} // one slot per question being worked on
	sent  chan struct{} // one slot per command that has no outcome yet
	typed time.Time     // the last typing sign passed on; the reader's
	pace  quota.Bucket  // of frames; the reader's

	mu     sync.Mutex
	outbox []outgoing
	bytes  int
	code   int           // why the link ends; 0 while it does not
	notify chan struct{} // holds one: there is something in outbox, or code is set
}

// outgoing is what the writer sends next: a frame, or an answer that only the
// writer can give, because it says where the feed is.
type outgoing struct {
	frame []byte
	ping  *wire.Ping
	ask   wire.Ask // Watch or Unwatch, asked as number id
	id    uint64
}

func newLink(g *Gateway, ws *websocket.Conn, u desk.User, token string) *link {
	l := &link{
		gate: g, ws: ws, token: token, came: u, user: u,
		asks: make(chan struct{}, asksAtOnce), sent: make(chan struct{}, wire.MaxInFlight), notify: make(chan struct{}, 1),
	}
	ws.SetReadLimit(wire.MaxClientFrame)
	pong := ws.PingHandler()
	ws.SetPingHandler(func(data string) error {
		if err := l.control(); err != nil {
			return err
		}
		return pong(data)
	})
	ws.SetPongHandler(func(string) error { return l.control() })
	return l
}

// errFlood ends a link that floods the desk with what no frame limit sees.
var errFlood = errors.New("gateway: a flood of control frames")

// control counts a websocket's own pings and pongs, which come between frames and
// which no client of this protocol needs.
func (l *link) control() error {
	if l.pace.Take(frameRate, 1, time.Now()) > 0 {
		return errFlood
	}
	return nil
}

// run serves the link to its end.
func (l *link) run(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer stop()
	hello, code := l.greet(ctx)
	if code != 0 {
		l.close(code)
		return
	}
	if err := l.gate.desk.Arrive(ctx, l.came.ID); err != nil && ctx.Err() == nil {
		l.gate.log.Warn("recording an arrival failed", "err", err)
	}
	defer l.gate.desk.Depart(l.came.ID)
	l.gate.desk.LookAway(l.from) // what a link of this lane said that went unnoticed
	defer l.gate.looksAway(l)
	user, err := l.authenticate(ctx) // as they are now that they have arrived
	if err != nil {
		l.close(codeOf(ctx, err))
		return
	}
	l.user = user
	defer context.AfterFunc(ctx, func() { l.end(wire.CloseRestart) })()
	work.Go(func() {
		defer l.ws.Close()
		defer stop()
		code := l.write(ctx, hello)
		if _, given := l.take(); given != 0 { // what ended the link also ended ctx
			code = given
		}
		l.close(code)
	})
	l.read(ctx, &work)
}

// greet waits for the hello, before which nothing else is heard.
func (l *link) greet(ctx context.Context) (wire.Hello, int) {
	_ = l.ws.SetReadDeadline(time.Now().Add(helloWithin))
	defer context.AfterFunc(ctx, func() { _ = l.ws.SetReadDeadline(time.Now()) })()
	var f wire.FromClient
	kind, b, err := l.ws.ReadMessage()
	switch {
	case ctx.Err() != nil:
		return wire.Hello{}, wire.CloseRestart
	case err != nil:
		return wire.Hello{}, wire.CloseNoGreet
	case kind != websocket.TextMessage || json.Unmarshal(b, &f) != nil || f.Hello == nil ||
		!wire.ValidName(f.Hello.Device) || !wire.ValidName(f.Hello.Lane):
		return wire.Hello{}, wire.CloseGarbage
	case f.Hello.Version != wire.Version:
		return wire.Hello{}, wire.CloseVersion
	}
	return *f.Hello, l.gate.greeted(l, desk.Sender{
		Agent: l.came.ID, Device: f.Hello.Device, Lane: f.Hello.Lane, Locale: f.Hello.Locale,
	})
}

// read hears the client until the link ends. What comes when that is decided already
// comes again over the next link, if there may be one.
func (l *link) read(ctx context.Context, work *sync.WaitGroup) {
	garbage := 0
	for {
		_ = l.ws.SetReadDeadline(time.Now().Add(quietFor))
		kind, b, err := l.ws.ReadMessage()
		if err != nil {
			if errors.Is(err, websocket.ErrReadLimit) || errors.Is(err, errFlood) {
				l.end(wire.CloseGarbage)
			}
			l.end(wire.CloseTrouble)
			return
		}
		if wait := l.pace.Take(frameRate, 1, time.Now()); wait > 0 && !pause(ctx, wait) {
			return
		}
		if l.over() {
			continue
		}
		var f wire.FromClient
		if kind != websocket.TextMessage || json.Unmarshal(b, &f) != nil || !l.hear(ctx, &f, work) {
			if garbage++; garbage > forgiven {
				l.end(wire.CloseGarbage)
				return
			}
			l.send(wire.FromDesk{Refused: desk.Refusal(wire.Invalid, "bad_frame", l.from.Locale)})
		}
	}
}

// pause makes a client that sends too fast wait; false when ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// members counts what a frame holds. One is right.
func members(f *wire.FromClient) int {
	n := 0
	for _, set := range []bool{f.Hello != nil, f.Command != nil, f.Ask != nil, f.Typing != nil, f.Looking != nil, f.Ping != nil} {
		if set {
			n++
		}
	}
	return n
}

// hear acts on a frame; false when it is not one of this protocol.
func (l *link) hear(ctx context.Context, f *wire.FromClient, work *sync.WaitGroup) bool {
	switch {
	case members(f) != 1:
		return false
	case f.Command != nil:
		l.command(ctx, *f.Command)
	case f.Ask != nil:
		l.ask(ctx, *f.Ask, work)
	case f.Typing != nil:
		l.types(ctx, f.Typing.Conversation)
	case f.Looking != nil:
		l.looks(ctx, *f.Looking)
	case f.Ping != nil:
		l.push(outgoing{ping: f.Ping})
	default:
		return false
	}
	return true
}

func (l *link) types(ctx context.Context, id wire.ConversationID) {
	now := time.Now()
	if now.Sub(l.typed) < typingEvery {
		return
	}
	l.typed = now
	if err := l.gate.desk.AgentTypes(ctx, &l.user, id); err != nil {
		l.failed("typing", err)
		l.send(wire.FromDesk{Refused: desk.Explain(err, l.from.Locale)})
	}
}

// looks says where the client's user is. It costs no more than any other frame: the
// desk tells of changes a few times a second, however many there are.
func (l *link) looks(ctx context.Context, f wire.Looking) {
	if err := l.gate.desk.Look(ctx, l.from, f); err != nil {
		l.failed("looking", err)
		l.send(wire.FromDesk{Refused: desk.Explain(err, l.from.Locale)})
	}
}

// command hands a command to the desk. Who has sent as many as a lane may have in
// flight is not read from until one has its outcome.
func (l *link) command(ctx context.Context, f wire.CommandFrame) {
	select {
	case l.sent <- struct{}{}:
	case <-ctx.Done():
		return
	}
	err := l.gate.desk.Submit(ctx, l.from, f, func(r desk.Reply) {
		<-l.sent
		l.send(wire.FromDesk{Outcome: r.Outcome, Resend: r.Resend})
	})
	if err != nil { // the link ends; the client sends it again
		l.end(wire.CloseRestart)
	}
}

func (l *link) ask(ctx context.Context, f wire.AskFrame, work *sync.WaitGroup) {
	a, known, err := f.Decode()
	switch {
	case !known:
		l.answer(f.ID, nil, desk.Refusal(wire.Unknown, "unknown_ask", l.from.Locale))
		return
	case err != nil:
		l.answer(f.ID, nil, desk.Refusal(wire.Invalid, "bad_frame", l.from.Locale))
		return
	case !desk.MayAsk(l.user.Role, f.Name):
		l.answer(f.ID, nil, desk.Refusal(wire.Denied, "no_right", l.from.Locale))
		return
	}
	switch a.(type) {
	case wire.Watch, wire.Unwatch:
		l.push(outgoing{ask: a, id: f.ID})
		return
	}
	select {
	case l.asks <- struct{}{}:
	case <-ctx.Done():
		return
	}
	work.Go(func() {
		defer func() { <-l.asks }()
		user, err := l.authenticate(ctx) // the feed may be far from the record that changed their rights
		if l.expel(ctx, err) {
			return
		}
		var result any
		if err == nil {
			result, err = l.gate.desk.Ask(ctx, &user, a)
		}
		if err != nil {
			l.failed(f.Name, err)
			l.answer(f.ID, nil, desk.Explain(err, l.from.Locale))
			return
		}
		l.answer(f.ID, result, nil)
	})
}

// failed logs what is the desk's own fault.
func (l *link) failed(doing string, err error) {
	if atFault(err) && !errors.Is(err, context.Canceled) {
		l.gate.log.Error("answering failed", "doing", doing, "err", err)
	}
}

func (l *link) answer(id uint64, result any, refused *wire.Refusal) {
	a := &wire.Answer{ID: id, Refused: refused}
	if refused == nil {
		a.Result = encode(result)
	}
	l.send(wire.FromDesk{Answer: a})
}

// encode encodes what this package and the desk made themselves, which cannot fail.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func (l *link) send(f wire.FromDesk) { l.push(outgoing{frame: encode(f)}) }

// push queues a frame. A client that does not read its answers is told to go.
func (l *link) push(o outgoing) {
	l.mu.Lock()
	full := len(l.outbox) >= outboxFrames || l.bytes+len(o.frame) > outboxBytes
	if !full && l.code == 0 {
		l.outbox = append(l.outbox, o)
		l.bytes += len(o.frame)
	}
	l.mu.Unlock()
	if full {
		l.end(wire.CloseSlow)
		return
	}
	l.ring()
}

// end makes the writer close the link with a code; the first reason given counts. A
// writer that is stuck with a reader who takes nothing is cut off.
func (l *link) end(code int) {
	l.mu.Lock()
	first := l.code == 0
	if first {
		l.code = code
	}
	l.mu.Unlock()
	if first {
		time.AfterFunc(goodbyeWithin, func() { _ = l.ws.Close() })
	}
	l.ring()
}

// over reports whether the link's end is decided.
func (l *link) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.code != 0
}

func (l *link) ring() {
	select {
	case l.notify <- struct{}{}:
	default: // it rings already
	}
}

// take empties the outbox.
func (l *link) take() ([]outgoing, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.outbox
	l.outbox, l.bytes = nil, 0
	return out, l.code
}

// close says why and ends the socket. Called once, by whoever ends the link.
func (l *link) close(code int) {
	deadline := time.Now().Add(time.Second)
	_ = l.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), deadline)
	_ = l.ws.Close()
}
