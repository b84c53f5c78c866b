// Package clienttest is a small desk for tests of whatever talks to one: it
// speaks the real protocol over real websockets, keeps a log, numbers lanes and
// can be told to fail in the ways a network does. It is not a model of the
// desk's rules: everybody may do everything, and one agent is at work.
package clienttest

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client"
	"ventanilla/client/wire"
)

// Token is what the desk accepts; clients with another are refused with 401.
const Token = "a-session"

// Config describes a desk. The zero value is one that knows nobody's conversations.
type Config struct {
	You           wire.Agent // who signs in; "ana", an agent, when empty
	Agents        []wire.Agent
	Queues        []wire.Queue
	Conversations []wire.Summary
	// Act decides what a command does, in place of the obvious.
	Act func(wire.Command) ([]wire.Event, *wire.Refusal)
	// Answer answers asks in place of the desk, or says no.
	Answer func(wire.Ask) (any, *wire.Refusal)
	// Network makes the desk listen on the loopback instead of in memory.
	Network bool
	Beat    wire.Millis
	// Page is how many conversations go in one part of a snapshot; 0: 200.
	Page int
	// Batch is how many records go in one feed frame; 0: all there are.
	Batch int
}

// Desk is a scripted desk. Its methods may be called from any goroutine.
type Desk struct {
	cfg      Config
	listener net.Listener
	server   *http.Server
	links    sync.WaitGroup

	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever something happened
	epoch   string
	past    []wire.Position
	log     []wire.Record // Prev unused
	state   map[wire.ConversationID]*wire.Summary
	lanes   map[string]*lane
	open    []*link
	got     []wire.FromClient
	hellos  []wire.Hello
	fault   fault
}

// fault is how the desk misbehaves.
type fault struct {
	status     int
	retryAfter string
	says       string // in the body of such an answer
	silent     bool
	deaf       bool // takes a command's effect and dies before it answers
	twice      bool
	held       []byte // a feed frame that waits for the next one to overtake it
	swap       bool
	busy       int
	busyFor    wire.Millis
	mute       int    // outcomes to hold back without dying
	spoiled    uint64 // a record no client can read
}

type lane struct {
	last     uint64
	outcomes map[uint64]wire.Outcome
	settled  uint64
}

// New starts a desk that ends with the test.
func New(t testing.TB, cfg Config) *Desk {
	t.Helper()
	if cfg.You.ID == "" {
		cfg.You = wire.Agent{ID: "ana", Name: "Ana", Role: wire.RoleAgent, State: wire.Online}
	}
	if cfg.Page == 0 {
		cfg.Page = 200
	}
	d := &Desk{cfg: cfg, changed: make(chan struct{}), epoch: "epoch-1", lanes: make(map[string]*lane)}
	d.load(cfg.Conversations)
	if cfg.Network {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatalf("listening: %v", err)
		}
		d.listener = l
	} else {
		d.listener = newPipes()
	}
	mux := http.NewServeMux()
	mux.HandleFunc(wire.Path, d.serve)
	d.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	var serving sync.WaitGroup
	serving.Go(func() { _ = d.server.Serve(d.listener) })
	t.Cleanup(func() {
		_ = d.server.Close()
		d.Cut()
		serving.Wait()
		d.links.Wait()
	})
	return d
}

func (d *Desk) load(conversations []wire.Summary) {
	d.log = nil
	d.state = make(map[wire.ConversationID]*wire.Summary)
	for _, s := range conversations {
		d.state[s.ID] = &s
	}
}

// Client returns a configuration that reaches this desk.
func (d *Desk) Client(sink func(client.Update)) client.Config {
	cfg := client.Config{URL: "http://desk.test", Token: Token, Locale: "es-AR", Sink: sink, Dial: d.dial}
	if d.cfg.Network {
		cfg.URL, cfg.Dial = "http://"+d.listener.Addr().String(), nil
	}
	return cfg
}

func (d *Desk) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return d.listener.(*pipes).dial(ctx)
}

// Unseen appends n records that no client may see.
func (d *Desk) Unseen(n int) uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.record(make([]wire.Event, n)...)
}

// Record appends to the log and sends to every link.
func (d *Desk) Record(events ...wire.Event) uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.record(events...)
}

func (d *Desk) record(events ...wire.Event) uint64 {
	for _, e := range events {
		r := wire.Record{Seq: d.head() + 1, At: wire.At(time.Now()), Event: e}
		d.log = append(d.log, r)
		if id, ok := wire.About(e); ok { // never of one unseen
			if d.state[id] == nil {
				d.state[id] = &wire.Summary{}
			}
			d.state[id].Fold(r.Seq, r.At, e)
		}
	}
	for _, l := range d.open {
		l.pump()
	}
	d.tell()
	return d.head()
}

func (d *Desk) head() uint64 { return uint64(len(d.log)) }

// Conversation returns a conversation as the desk has it.
func (d *Desk) Conversation(id wire.ConversationID) (wire.Summary, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.state[id]; s != nil {
		return *s, true
	}
	return wire.Summary{}, false
}

// Log returns every record so far. Unseen ones have no event.
func (d *Desk) Log() []wire.Record {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.log)
}

// Got returns every frame that came, of all links, in order.
func (d *Desk) Got() []wire.FromClient {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.got)
}

// Commands returns the commands among the frames that came, repeated ones too.
func (d *Desk) Commands() []wire.CommandFrame {
	var commands []wire.CommandFrame
	for _, f := range d.Got() {
		if f.Command != nil {
			commands = append(commands, *f.Command)
		}
	}
	return commands
}

// Hellos returns the greetings of all links so far.
func (d *Desk) Hellos() []wire.Hello {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.hellos)
}

// Until waits until something about the desk is true; it is looked at again
// whenever a frame came or a link changed.
func (d *Desk) Until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for {
		d.mu.Lock()
		changed := d.changed
		d.mu.Unlock()
		if ok() {
			return
		}
		select {
		case <-changed:
		case <-limit.C:
			t.Fatalf("waited in vain for: %s", what)
		}
	}
}

// tell is called with d.mu held.
func (d *Desk) tell() {
	close(d.changed)
	d.changed = make(chan struct{})
}

func (d *Desk) serve(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	status, after, says := d.fault.status, d.fault.retryAfter, d.fault.says
	d.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer "+Token {
		status = http.StatusUnauthorized
	}
	if status != 0 {
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(says)))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, says) // who hung up is not told
		return
	}
	up := websocket.Upgrader{Subprotocols: []string{wire.Subprotocol}}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	d.links.Add(1)
	defer d.links.Done()
	(&link{d: d, ws: ws, filled: make(chan struct{}, 1)}).run()
}
