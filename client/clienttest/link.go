package clienttest

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
)

// link is one client's connection. What it sends waits in a queue, so that a
// client that does not read holds up nobody. Its fields are guarded by the desk's
// lock.
type link struct {
	d       *Desk
	ws      *websocket.Conn
	filled  chan struct{}
	queue   [][]byte
	ended   bool
	code    int
	reason  string // why, as the desk says with the code
	greeted bool
	lane    string
	watch   map[wire.ConversationID]bool
	at      uint64 // the feed is complete through here
	prev    uint64 // last record sent
}

func (l *link) run() {
	l.d.mu.Lock()
	l.d.open = append(l.d.open, l)
	l.d.tell()
	l.d.mu.Unlock()
	var writing sync.WaitGroup
	writing.Go(l.write)
	for {
		kind, b, err := l.ws.ReadMessage()
		if err != nil {
			break
		}
		var f wire.FromClient
		if kind != websocket.TextMessage || json.Unmarshal(b, &f) != nil {
			l.end(wire.CloseGarbage)
			break
		}
		l.hear(f)
	}
	l.end(0)
	writing.Wait()
	l.d.mu.Lock()
	defer l.d.mu.Unlock()
	l.d.open = slices.DeleteFunc(l.d.open, func(o *link) bool { return o == l })
	l.d.tell()
}

func (l *link) write() {
	defer l.ws.Close()
	for {
		<-l.filled
		l.d.mu.Lock()
		queue, ended, code, reason, silent := l.queue, l.ended, l.code, l.reason, l.d.fault.silent
		l.queue = nil
		l.d.mu.Unlock()
		for _, b := range queue {
			if !silent && l.ws.WriteMessage(websocket.TextMessage, b) != nil {
				return
			}
		}
		if ended {
			if code != 0 {
				_ = l.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(time.Second))
			}
			return
		}
	}
}

// end closes the link; the first reason counts. What is queued is sent before,
// unless code is 0: then the line just breaks.
func (l *link) end(code int) {
	l.d.mu.Lock()
	defer l.d.mu.Unlock()
	l.stop(code)
}

func (l *link) stop(code int) {
	if l.ended {
		return
	}
	l.ended, l.code = true, code
	if code == 0 {
		l.queue = nil
		_ = l.ws.Close()
	}
	l.ring()
}

func (l *link) ring() {
	select {
	case l.filled <- struct{}{}:
	default:
	}
}

func (l *link) send(f wire.FromDesk) {
	b, err := json.Marshal(f)
	if err != nil {
		panic(err) // of the test's own making
	}
	l.raw(b)
}

func (l *link) raw(b []byte) {
	if !l.ended {
		l.queue = append(l.queue, b)
		l.ring()
	}
}

// hear deals with one frame as the desk does.
func (l *link) hear(f wire.FromClient) {
	d := l.d
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fault.silent {
		return
	}
	d.got = append(d.got, f)
	switch {
	case f.Hello != nil:
		l.hello(*f.Hello)
	case f.Command != nil:
		l.command(*f.Command)
	case f.Ask != nil:
		l.ask(*f.Ask)
	case f.Ping != nil:
		l.send(wire.FromDesk{Pong: &wire.Pong{Sent: f.Ping.Sent, Clock: wire.At(time.Now()), Head: d.head(), UpTo: l.at}})
	}
	d.tell()
}

func (l *link) hello(h wire.Hello) {
	d := l.d
	d.hellos = append(d.hellos, h)
	l.greeted, l.lane, l.watch = true, h.Lane, make(map[wire.ConversationID]bool)
	for _, id := range h.Watch {
		l.watch[id] = true
	}
	w := wire.Welcome{
		You: d.cfg.You, Can: wire.CommandNames(), Epoch: d.epoch, Past: d.past, Rights: "r1", Head: d.head(), Clock: wire.At(time.Now()),
		Beat: d.cfg.Beat, Name: "Mesa de prueba", Dispositions: []string{"solved", "spam"},
		Resumed: h.At != nil && h.At.Epoch == d.epoch && h.At.Seq <= d.head() && h.Rights == "r1",
	}
	if lane := d.lanes[h.Lane]; lane != nil {
		w.LaneLast = lane.last
	}
	l.send(wire.FromDesk{Welcome: &w})
	if w.Resumed {
		l.at, l.prev = h.At.Seq, h.At.Seq
	} else {
		l.snapshot()
	}
	l.pump()
}

func (l *link) snapshot() {
	d := l.d
	part := wire.Snapshot{Seq: d.head(), Part: 1, Agents: append([]wire.Agent{d.cfg.You}, d.cfg.Agents...), Queues: d.cfg.Queues}
	for _, s := range d.state {
		if part.Conversations = append(part.Conversations, *s); len(part.Conversations) == d.cfg.Page {
			l.send(wire.FromDesk{Snapshot: &part})
			part = wire.Snapshot{Seq: part.Seq, Part: part.Part + 1}
		}
	}
	part.Last = true
	l.send(wire.FromDesk{Snapshot: &part})
	l.at, l.prev = part.Seq, part.Seq
}

// pump sends what the link has not had yet. Like the desk it says nothing when
// there is nothing to see.
func (l *link) pump() {
	if !l.greeted || l.ended { // it may be ahead of a log that was put back
		return
	}
	var batch []wire.Record
	for _, r := range l.d.log[l.at:] {
		if r.Event != nil {
			r.Prev, r.Event = l.prev, l.form(r.Event)
			l.prev = r.Seq
			batch = append(batch, r)
		}
		if l.at = r.Seq; len(batch) > 0 && (len(batch) == l.d.cfg.Batch || l.at == l.d.head()) {
			l.feed(wire.Feed{Records: batch, UpTo: l.at})
			batch = nil
		}
	}
}

func (l *link) feed(f wire.Feed) {
	b, err := json.Marshal(wire.FromDesk{Feed: &f})
	if err != nil {
		panic(err)
	}
	if bad := l.d.fault.spoiled; bad > 0 && f.Records[0].Seq <= bad && bad <= f.UpTo {
		b = b[:len(b)/2]
	}
	l.deliver(b)
}

// form shortens what a link gets of conversations it does not watch.
func (l *link) form(e wire.Event) wire.Event {
	switch e := e.(type) {
	case wire.Said:
		if text := wire.Cut(e.Text); !l.watch[e.Conversation] && text != e.Text {
			e.Text, e.Cut = text, true
			return e
		}
	case wire.Noted:
		if !l.watch[e.Conversation] {
			e.Text = ""
			return e
		}
	}
	return e
}
