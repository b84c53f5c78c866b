package gateway_test

import (
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// command sends a command over a socket.
func (s socket) command(n uint64, c wire.Command) {
	s.t.Helper()
	frame, err := wire.NewCommandFrame(n, 0, c)
	if err != nil {
		s.t.Fatal(err)
	}
	s.send(wire.FromClient{Command: &frame})
}

// ask asks and returns the answer.
func (s socket) ask(id uint64, a wire.Ask) wire.Answer {
	s.t.Helper()
	frame, err := wire.NewAskFrame(id, a)
	if err != nil {
		s.t.Fatal(err)
	}
	s.send(wire.FromClient{Ask: &frame})
	return *s.until(func(f wire.FromDesk) bool { return f.Answer != nil && f.Answer.ID == id }).Answer
}

// narrow makes a socket hold as little as the system lets it.
func (s socket) narrow() socket {
	s.t.Helper()
	if err := s.NetConn().(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		s.t.Fatal(err)
	}
	return s
}

// Whatever a hostile or unlucky client does, the records of others arrive, all of
// them, and so do the outcomes of what others do.
func TestABadReaderCostsNobodyElse(t *testing.T) {
	const messages = 400
	bad := map[string]func(f *floor, s socket, each <-chan struct{}){
		"reads nothing": func(_ *floor, _ socket, each <-chan struct{}) {
			for range each {
			}
		},
		"reads a byte for each message of the others": func(_ *floor, s socket, each <-chan struct{}) {
			one := make([]byte, 1)
			for range each {
				_, _ = s.NetConn().Read(one)
			}
		},
		"sends half a frame and is silent": func(_ *floor, s socket, each <-chan struct{}) {
			_, _ = s.NetConn().Write([]byte{0x81, 0xfe, 0x10, 0x00, 1, 2, 3, 4, 'x'})
			for range each {
			}
		},
		"asks and never reads": func(_ *floor, s socket, each <-chan struct{}) {
			for range each {
				_ = s.WriteMessage(websocket.TextMessage, []byte(`{"ask":{"id":1,"name":"search","args":{"text":"hola"}}}`))
			}
		},
		"pings and never reads": func(_ *floor, s socket, each <-chan struct{}) {
			for range each {
				for range 20 {
					_ = s.WriteMessage(websocket.TextMessage, []byte(`{"ping":{"sent":1}}`))
				}
			}
		},
		"sends commands and never reads": func(_ *floor, s socket, each <-chan struct{}) {
			n := uint64(0)
			for range each {
				for range 20 {
					n++
					_ = s.WriteJSON(wire.FromClient{Command: &wire.CommandFrame{N: n, Name: "take", Args: []byte(`{"c":"none"}`)}})
				}
			}
		},
	}
	for name, does := range bad {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			from, id := f.conversation("hola")
			good := f.enters(f.hire("ana", wire.RoleAgent), "lane-a-1", wire.Hello{Watch: []wire.ConversationID{id}})
			s := f.enters(f.hire("bruno", wire.RoleAgent), "lane-b-1", wire.Hello{Watch: []wire.ConversationID{id}}).narrow()
			each, done := make(chan struct{}), make(chan struct{})
			go func() { defer close(done); does(f, s, each) }()
			defer func() { close(each); _ = s.Close(); <-done }()
			text := strings.Repeat("x", 4000)
			for n := range uint64(messages) {
				f.say(from, n+2, text)
				good.until(func(d wire.FromDesk) bool { return d.Feed != nil && holdsSaid(d.Feed) })
				if n%50 == 0 {
					good.command(n/50+1, wire.Note{Conversation: id, Text: "sigo"})
					good.until(func(d wire.FromDesk) bool { return d.Outcome != nil && d.Outcome.N == n/50+1 })
				}
				select {
				case each <- struct{}{}:
				default: // it is stuck, as it wants to be
				}
			}
		})
	}
}

func holdsSaid(f *wire.Feed) bool {
	for _, r := range f.Records {
		if _, ok := r.Event.(wire.Said); ok {
			return true
		}
	}
	return false
}

// A hello that comes byte by byte, or never, ends by itself.
func TestAHelloThatDoesNotComeEndsTheLink(t *testing.T) {
	t.Parallel() // it takes the seconds a hello may take
	f := open(t)
	s := f.dial(f.hire("bruno", wire.RoleAgent))
	_, err := s.NetConn().Write([]byte{0x81, 0xfe, 0x00, 0x80, 0, 0, 0, 0, '{', '"'})
	f.must(err)
	good := f.enters(f.hire("ana", wire.RoleAgent), "lane-a-1", wire.Hello{})
	good.ping(1)
	if code := s.closed(); code != wire.CloseNoGreet {
		t.Errorf("closed with %d", code)
	}
	good.ping(2)
}

// JSON within JSON within JSON is refused before it costs a stack.
func TestDeepFramesAreGarbage(t *testing.T) {
	f := open(t)
	token := f.hire("bruno", wire.RoleAgent)
	deep := strings.Repeat("[", 15_000) + strings.Repeat("]", 15_000)
	s := f.enters(token, "lane-b-1", wire.Hello{})
	for _, frame := range []string{`{"ask":` + deep + `}`, `{"x":` + deep + `}`} {
		f.must(s.WriteMessage(websocket.TextMessage, []byte(frame)))
	}
	if code := s.closed(); code != wire.CloseGarbage {
		t.Errorf("closed with %d", code)
	}
	shallow := strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000)
	s = f.enters(token, "lane-b-2", wire.Hello{})
	s.send(wire.FromClient{Command: &wire.CommandFrame{N: 1, Name: "reply", Args: []byte(`{"c":` + shallow + `}`)}})
	if o := s.until(func(d wire.FromDesk) bool { return d.Outcome != nil }).Outcome; o.Refused == nil || o.Refused.Code != "bad_frame" {
		t.Errorf("a command with deep args: %+v", o)
	}
}

// The websocket's own pings come between frames, where no limit on frames sees them.
func TestAFloodOfControlFramesIsCut(t *testing.T) {
	for name, kind := range map[string]int{"pings": websocket.PingMessage, "pongs": websocket.PongMessage} {
		f := open(t)
		s := f.enters(f.hire("bruno", wire.RoleAgent), "lane-b-1", wire.Hello{})
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			for range 100_000 {
				if s.WriteControl(kind, []byte("x"), time.Now().Add(20*time.Second)) != nil {
					return
				}
			}
		}()
		for s.SetReadDeadline(time.Now().Add(20*time.Second)) == nil { // what it was told may be lost with what it still sends
			_, _, err := s.ReadMessage()
			if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
				t.Fatalf("%s: goes on", name)
			}
			if err != nil {
				break
			}
		}
		f.must(s.Close())
		<-sent
	}
}

// Who wants to watch everything gets as much as anybody.
func TestThousandsOfSubscriptionsAreBounded(t *testing.T) {
	f := open(t)
	var ids []wire.ConversationID
	for range wire.MaxWatched + 6 {
		_, id := f.conversation("hola")
		ids = append(ids, id)
	}
	watch := make([]wire.ConversationID, 0, 4000)
	for len(watch) < cap(watch) {
		watch = append(watch, ids[len(watch)%len(ids)])
	}
	s := f.enters(f.hire("bruno", wire.RoleAgent), "lane-b-1", wire.Hello{Watch: watch})
	refused := 0
	for i, id := range ids {
		if a := s.ask(uint64(i)+1, wire.Watch{Conversation: id}); a.Refused != nil {
			refused++
			if a.Refused.Code != "watching_many" {
				t.Errorf("refused with %s", a.Refused.Code)
			}
		}
	}
	if refused != len(ids)-wire.MaxWatched {
		t.Errorf("of %d conversations %d were refused", len(ids), refused)
	}
}

// Sixteen at once take one conversation: one has it, the others learn who.
func TestOfManyWhoTakeAtOnceOneWins(t *testing.T) {
	f := open(t)
	const takers = 16
	var sockets []socket
	for i := range takers {
		name := string(rune('a'+i)) + "-agent"
		sockets = append(sockets, f.enters(f.hire(name, wire.RoleAgent), "lane-"+name, wire.Hello{}))
	}
	for round := range uint64(5) {
		_, id := f.conversation("hola")
		start := make(chan struct{})
		outcomes := make(chan wire.Outcome, takers)
		for _, s := range sockets {
			go func() {
				<-start
				frame, _ := wire.NewCommandFrame(round+1, 0, wire.Take{Conversation: id})
				if s.WriteJSON(wire.FromClient{Command: &frame}) != nil {
					outcomes <- wire.Outcome{}
					return
				}
				for {
					var d wire.FromDesk
					_ = s.SetReadDeadline(time.Now().Add(20 * time.Second))
					if s.ReadJSON(&d) != nil || d.Outcome != nil {
						if d.Outcome == nil {
							d.Outcome = &wire.Outcome{}
						}
						outcomes <- *d.Outcome
						return
					}
				}
			}()
		}
		close(start)
		won, taken := 0, map[string]int{}
		for range takers {
			switch o := <-outcomes; {
			case o.Refused == nil && o.Seq > 0:
				won++
			case o.Refused != nil && o.Refused.Code == "taken":
				taken[o.Refused.Text]++
			default:
				t.Errorf("round %d: %+v", round, o)
			}
		}
		var c desk.Conversation
		f.must(f.store.View(t.Context(), func(r desk.Reader) error {
			var err error
			c, _, err = r.Conversation(id)
			return err
		}))
		if won != 1 || len(taken) != 1 || c.Summary.Agent == "" {
			t.Errorf("round %d: %d won, the others hear %v, %q has it", round, won, taken, c.Summary.Agent)
		}
	}
}

// paced records how much is written under one deadline, and how near the nearest is.
type paced struct {
	net.Conn
	*pace
}

type pace struct {
	mu          sync.Mutex
	most, since int
	nearest     time.Duration
}

// NetConn is where the system's limits are set.
func (c paced) NetConn() net.Conn { return c.Conn }

func (c paced) SetWriteDeadline(at time.Time) error {
	c.mu.Lock()
	c.since = 0
	if left := time.Until(at); !at.IsZero() && (c.nearest == 0 || left < c.nearest) {
		c.nearest = left
	}
	c.mu.Unlock()
	return c.Conn.SetWriteDeadline(at)
}

func (c paced) Write(b []byte) (int, error) {
	c.mu.Lock()
	c.since += len(b)
	c.most = max(c.most, c.since)
	c.mu.Unlock()
	return c.Conn.Write(b)
}

type pacedListener struct {
	net.Listener
	pace
}

func (l *pacedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return paced{c, &l.pace}, nil
}

// A link of 2 kB/s takes a minute for a long page, and is no stopped reader: what has
// to be taken within one deadline is small. A proxy beside the desk takes 160 kB at
// once, and nothing more until its client has taken those.
func TestAThinLinkIsNoStoppedReader(t *testing.T) {
	const lump = 160_000 / 2_000 * time.Second
	var l pacedListener
	f := openWith(t, func(s desk.Store) desk.Store { return s }, nil, func(inner net.Listener) net.Listener { l.Listener = inner; return &l })
	from, id := f.conversation("hola")
	for n := range uint64(60) {
		f.say(from, n+2, strings.Repeat("ñ", 2000))
	}
	s := f.enters(f.hire("ana", wire.RoleAgent), "lane-a-1", wire.Hello{})
	l.mu.Lock()
	l.nearest = 0 // that of the upgrade
	l.mu.Unlock()
	tl := s.ask(1, wire.Watch{Conversation: id, Limit: 60})
	if len(tl.Result) < 200_000 {
		t.Fatalf("the page has %d B", len(tl.Result))
	}
	s.ping(2) // the answer is written to its end
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.most > 17<<10 {
		t.Errorf("%d B under one deadline", l.most)
	}
	if l.nearest < lump {
		t.Errorf("cut off after %s, within the %s of a lump", l.nearest, lump)
	}
}

// A desk that stops does not wait for somebody who reads nothing.
func TestStoppingDoesNotWaitForAStoppedReader(t *testing.T) {
	t.Parallel() // it takes the seconds of a goodbye
	f := open(t)
	from, id := f.conversation("hola")
	good := f.enters(f.hire("ana", wire.RoleAgent), "lane-a-1", wire.Hello{Watch: []wire.ConversationID{id}})
	f.enters(f.hire("bruno", wire.RoleAgent), "lane-b-1", wire.Hello{Watch: []wire.ConversationID{id}}).narrow()
	for n := range uint64(400) { // more than the kernel holds for who does not read
		f.say(from, n+2, strings.Repeat("x", 4000))
		good.until(func(d wire.FromDesk) bool { return d.Feed != nil && holdsSaid(d.Feed) })
	}
	stopped := make(chan struct{})
	go func() { f.gate.Close(); close(stopped) }()
	if code := good.closed(); code != wire.CloseRestart {
		t.Errorf("who reads is closed with %d", code)
	}
	select {
	case <-stopped:
	case <-time.After(writersPatience):
		t.Error("the desk waits for a reader who has stopped")
	}
}

// writersPatience is well below how long a link may take nothing.
const writersPatience = 20 * time.Second
