package chat_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/client/chat"
	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"

	"github.com/gorilla/websocket"
)

// desk is a scripted desk: each connection, once greeted, is handed to serve.
type desk struct {
	serve   func(i int, c *deskConn)
	ticket  func(w http.ResponseWriter, r chatwire.TicketRequest)
	conns   chan net.Conn
	mu      sync.Mutex
	served  int
	tickets []chatwire.TicketRequest
}

type deskConn struct {
	*websocket.Conn
	hello chatwire.Hello
}

func (c *deskConn) send(f chatwire.FromDesk) { _ = c.WriteJSON(f) }

// next returns the next frame that is no ping; false when the link is gone.
func (c *deskConn) next() (chatwire.FromCustomer, bool) {
	for {
		var f chatwire.FromCustomer
		if c.ReadJSON(&f) != nil {
			return f, false
		}
		if f.Ping == nil {
			return f, true
		}
		c.send(chatwire.FromDesk{Pong: &chatwire.Pong{Sent: f.Ping.Sent}})
	}
}

func (c *deskConn) close(code int) {
	_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, "told"), time.Now().Add(time.Second))
}

func (c *deskConn) welcome(laneLast uint64) {
	c.send(chatwire.FromDesk{Welcome: &chatwire.Welcome{Name: "Vera", LaneLast: laneLast, Beat: 25_000}})
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == chatwire.TicketPath {
		var req chatwire.TicketRequest
		_ = json.NewDecoder(r.Body).Decode(&req)
		d.mu.Lock()
		d.tickets = append(d.tickets, req)
		n := len(d.tickets)
		d.mu.Unlock()
		if d.ticket != nil {
			d.ticket(w, req)
			return
		}
		_ = json.NewEncoder(w).Encode(chatwire.TicketResponse{Ticket: "t", Resume: fmt.Sprint("r", n)})
		return
	}
	up := websocket.Upgrader{Subprotocols: []string{chatwire.Subprotocol}}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	c := &deskConn{Conn: ws}
	if f, ok := c.next(); ok && f.Hello != nil {
		c.hello = *f.Hello
		d.mu.Lock()
		i := d.served
		d.served++
		d.mu.Unlock()
		d.serve(i, c)
	}
}

// pipe is a listener whose connections never leave the process.
func (d *desk) Accept() (net.Conn, error) {
	c, ok := <-d.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (d *desk) Close() error   { return nil }
func (d *desk) Addr() net.Addr { return &net.TCPAddr{} }

func (d *desk) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case d.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// customer runs a client against d inside a synctest bubble until the test is over.
type customer struct {
	*chat.Client
	mu     sync.Mutex
	events []chat.Event
	err    error
}

func run(t *testing.T, d *desk, cfg chat.Config) *customer {
	t.Helper()
	d.conns = make(chan net.Conn)
	srv := &http.Server{Handler: d}
	var u customer
	cfg.URL, cfg.Dial = "http://desk", d.dial
	cfg.Sink = func(e chat.Event) {
		u.mu.Lock()
		u.events = append(u.events, e)
		u.mu.Unlock()
	}
	var err error
	if u.Client, err = chat.New(cfg); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = srv.Serve(d) })
	ended := make(chan struct{})
	go func() { u.err = u.Run(ctx); close(ended) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		close(d.conns)
		_ = srv.Close()
		wg.Wait()
	})
	return &u
}

func of[E chat.Event](u *customer) (out []E) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, e := range u.events {
		if e, ok := e.(E); ok {
			out = append(out, e)
		}
	}
	return out
}

func accept(n uint64) chatwire.FromDesk {
	return chatwire.FromDesk{Outcome: &chatwire.Outcome{N: n, Seq: 100 + n}}
}

func TestWhatWasNotAnsweredIsSentAgainUnderItsNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard [][]string
		d := &desk{serve: func(i int, c *deskConn) {
			c.welcome(uint64(min(i, 1)))
			var got []string
			for len(got) < 3-i {
				f, ok := c.next()
				if !ok {
					return
				}
				got = append(got, fmt.Sprintf("%d:%s", f.Say.N, f.Say.Text))
				if i == 1 || f.Say.N == 1 {
					c.send(accept(f.Say.N))
				}
			}
			heard = append(heard, got)
			if i == 1 {
				c.next()
			}
		}}
		u := run(t, d, chat.Config{Device: "d", Lane: "l"})
		for _, text := range []string{"uno", "dos", "tres"} {
			if _, err := u.Say(text); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute) // of the bubble's own time
		synctest.Wait()
		if got, want := fmt.Sprint(heard), "[[1:uno 2:dos 3:tres] [2:dos 3:tres]]"; got != want {
			t.Errorf("the desk heard %v, want %v", got, want)
		}
		if got := len(of[chat.Outcome](u)); got != 3 || u.Waiting() != 0 {
			t.Errorf("%d outcomes and %d waiting, want 3 and 0", got, u.Waiting())
		}
	})
}

func TestNoMoreThan32AreUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []uint64
		d := &desk{serve: func(i int, c *deskConn) {
			c.welcome(0)
			for {
				f, ok := c.next()
				if !ok || i > 0 {
					return
				}
				got = append(got, f.Say.N)
			}
		}}
		u := run(t, d, chat.Config{})
		for range 40 {
			if _, err := u.Say("hola"); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if len(got) != chatwire.MaxInFlight {
			t.Errorf("%d messages sent without an answer, want %d", len(got), chatwire.MaxInFlight)
		}
	})
}

func TestABusyDeskIsGivenItsPauseAndNothingIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		d := &desk{serve: func(_ int, c *deskConn) {
			c.welcome(0)
			start := time.Now()
			for {
				f, ok := c.next()
				if !ok {
					return
				}
				at = append(at, time.Since(start).Round(time.Second))
				if len(at) == 1 {
					c.send(chatwire.FromDesk{Resend: &wire.Resend{From: 1, Wait: 7000}})
				} else {
					c.send(accept(f.Say.N))
				}
			}
		}}
		u := run(t, d, chat.Config{})
		_, _ = u.Say("hola")
		time.Sleep(time.Minute)
		synctest.Wait()
		if want := []time.Duration{0, 7 * time.Second}; !slices.Equal(at, want) {
			t.Errorf("sent at %v, want %v", at, want)
		}
	})
}

func TestLinesComeOnceAndInOrderAcrossACut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var after []uint64
		d := &desk{serve: func(i int, c *deskConn) {
			after = append(after, c.hello.After)
			c.welcome(0)
			if i == 0 {
				c.send(chatwire.FromDesk{Lines: &chatwire.Lines{Lines: []chatwire.Line{{Seq: 5, Text: "a"}, {Seq: 9, Text: "b"}}}})
				c.close(wire.CloseRestart)
				return
			}
			c.send(chatwire.FromDesk{Lines: &chatwire.Lines{}})
			for range 2 { // the second time is a mistake of the desk
				c.send(chatwire.FromDesk{Lines: &chatwire.Lines{Lines: []chatwire.Line{{Seq: 12, Text: "c", Lane: c.hello.Lane, N: 1}}}})
			}
			c.next()
		}}
		u := run(t, d, chat.Config{})
		time.Sleep(20 * time.Second)
		synctest.Wait()
		var texts []string
		for _, l := range of[chat.Line](u) {
			texts = append(texts, fmt.Sprint(l.Text, l.Mine))
		}
		if got := strings.Join(texts, ","); got != "a0,b0,c1" {
			t.Errorf("lines %s, want a0,b0,c1", got)
		}
		if !slices.Equal(after, []uint64{0, 9}) {
			t.Errorf("resumed after %v, want [0 9]", after)
		}
		if d.tickets[1].Resume != "r1" {
			t.Errorf("second ticket asked with resume %q, want the one of the first", d.tickets[1].Resume)
		}
	})
}

// Lines that overtook others would hide them for good.
func TestLinesThatOvertookOthersAreNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{serve: func(i int, c *deskConn) {
			c.welcome(0)
			if i == 0 {
				c.send(chatwire.FromDesk{Lines: &chatwire.Lines{Prev: 5, Lines: []chatwire.Line{{Seq: 9, Text: "b"}}}})
			}
			c.send(chatwire.FromDesk{Lines: &chatwire.Lines{Lines: []chatwire.Line{{Seq: 5, Text: "a"}}}})
			c.send(chatwire.FromDesk{Lines: &chatwire.Lines{Prev: 5, Lines: []chatwire.Line{{Seq: 9, Text: "b"}}}})
			c.next()
		}}
		u := run(t, d, chat.Config{})
		time.Sleep(20 * time.Second)
		synctest.Wait()
		var texts []string
		for _, l := range of[chat.Line](u) {
			texts = append(texts, l.Text)
		}
		if got := strings.Join(texts, ","); got != "a,b" {
			t.Errorf("lines %s, want a,b", got)
		}
	})
}

func TestASilentDeskIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{serve: func(_ int, c *deskConn) {
			c.welcome(0)
			for { // reads, so that the pipe takes what is written, and says nothing
				if _, _, err := c.ReadMessage(); err != nil {
					return
				}
			}
		}}
		u := run(t, d, chat.Config{})
		time.Sleep(63 * time.Second)
		synctest.Wait()
		links := of[chat.Link](u)
		if len(links) < 2 || links[0].Up != true || links[1].Up {
			t.Fatalf("links %+v, want up, then down after 2.5 beats", links)
		}
	})
}

func TestAMessageWithoutAnswerEndsTheLinkWithinFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{serve: func(_ int, c *deskConn) {
			c.welcome(0)
			for _, ok := c.next(); ok; _, ok = c.next() {
			}
		}}
		u := run(t, d, chat.Config{})
		synctest.Wait()
		_, _ = u.Say("hola")
		time.Sleep(5*time.Second + time.Millisecond)
		synctest.Wait()
		links := of[chat.Link](u)
		if len(links) < 2 || links[1].Up {
			t.Fatalf("links %+v, want the second to be down", links)
		}
	})
}

func TestADeskThatForgotTheLaneGetsANewOneAndTheWholeMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type said struct {
			lane string
			n    uint64
		}
		var heard []said
		d := &desk{serve: func(i int, c *deskConn) {
			c.welcome(0)
			for {
				f, ok := c.next()
				if !ok {
					return
				}
				heard = append(heard, said{c.hello.Lane, f.Say.N})
				c.send(accept(f.Say.N))
				if i == 0 {
					c.close(wire.CloseRestart)
					return
				}
			}
		}}
		u := run(t, d, chat.Config{Lane: "old"})
		_, _ = u.Say("uno")
		synctest.Wait()
		if n, _ := u.Say("dos"); n != 2 {
			t.Errorf("second message is %d for its sender, want 2", n)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(heard) != 2 || heard[1].lane == "old" || heard[1].n != 1 {
			t.Errorf("heard %v, want the second message as number 1 of a new lane", heard)
		}
		out := of[chat.Outcome](u)
		if len(out) != 2 || out[1].N != 2 {
			t.Errorf("outcomes %v, want the second to name 2", out)
		}
	})
}

func TestALogThatWasReplacedIsSeenFromItsStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{serve: func(i int, c *deskConn) {
			lines := []chatwire.Line{{Seq: 7, Text: "a"}, {Seq: 9, Text: "b"}}
			epoch := "first"
			if i == 1 { // longer than what was seen: only the epoch tells
				lines, epoch = []chatwire.Line{{Seq: 7, Text: "a"}, {Seq: 12, Text: "c"}}, "second"
				if c.hello.Epoch != "first" || c.hello.After != 9 {
					t.Errorf("hello says %+v", c.hello)
				}
			}
			c.send(chatwire.FromDesk{Welcome: &chatwire.Welcome{Epoch: epoch, Beat: 25_000}})
			c.send(chatwire.FromDesk{Lines: &chatwire.Lines{Lines: lines}})
			if i == 0 {
				c.close(wire.CloseRestart)
				return
			}
			c.next()
		}}
		u := run(t, d, chat.Config{})
		time.Sleep(20 * time.Second)
		synctest.Wait()
		anew := 0
		for _, l := range of[chat.Link](u) {
			if l.Anew {
				anew++
			}
		}
		if anew != 1 || len(of[chat.Line](u)) != 4 {
			t.Errorf("%d lines after %d warnings, want all lines again after one", len(of[chat.Line](u)), anew)
		}
	})
}

// The desk accepted one and two and not yet three; then it came back from a backup
// that has only one.
func TestARestoredDeskIsToldApartFromWhatItStillHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		heard := make(map[string][]string) // by lane
		d := &desk{serve: func(i int, c *deskConn) {
			w := chatwire.Welcome{Epoch: "first", Beat: 25_000}
			if i > 0 {
				w.Epoch, w.Past = "second", []wire.Position{{Epoch: "first", Seq: 5}}
			}
			if i == 1 {
				w.LaneLast = 1
			}
			c.send(chatwire.FromDesk{Welcome: &w})
			for {
				f, ok := c.next()
				if !ok {
					return
				}
				if f.Say == nil {
					continue
				}
				heard[c.hello.Lane] = append(heard[c.hello.Lane], fmt.Sprint(f.Say.N, f.Say.Text))
				if i == 0 && f.Say.N == 3 {
					c.close(wire.CloseRestart)
					return
				}
				c.send(chatwire.FromDesk{Outcome: &chatwire.Outcome{N: f.Say.N, Seq: 4 + f.Say.N}})
			}
		}}
		u := run(t, d, chat.Config{Lane: "old"})
		for _, text := range []string{"uno", "dos", "tres"} {
			_, _ = u.Say(text)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if lost := of[chat.Lost](u); len(lost) != 1 || lost[0] != (chat.Lost{N: 2, Text: "dos"}) {
			t.Errorf("lost %+v, want the second only", lost)
		}
		if len(heard) != 2 || fmt.Sprint(heard["old"]) != "[1uno 2dos 3tres]" {
			t.Errorf("heard %v, want the third again in a new lane", heard)
		}
		if out := of[chat.Outcome](u); len(out) != 3 || out[2].N != 3 {
			t.Errorf("outcomes %+v", out)
		}
	})
}

func TestACustomerTurnedAwayStaysAway(t *testing.T) {
	for name, tc := range map[string]struct {
		desk *desk
		code int
	}{
		"by a close code": {&desk{serve: func(_ int, c *deskConn) { c.welcome(0); c.close(wire.CloseVersion) }}, wire.CloseVersion},
		"by the ticket": {&desk{ticket: func(w http.ResponseWriter, _ chatwire.TicketRequest) {
			http.Error(w, `{"kind":"denied","code":"token"}`, http.StatusUnauthorized)
		}}, http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				u := run(t, tc.desk, chat.Config{})
				time.Sleep(time.Minute)
				synctest.Wait()
				var away *chat.TurnedAwayError
				if !errors.As(u.err, &away) || away.Code != tc.code {
					t.Errorf("Run ended with %v, want turned away with %d", u.err, tc.code)
				}
			})
		})
	}
}

func TestASpentTokenDoesNotKeepAKnownBrowserOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{
			serve: func(_ int, c *deskConn) { c.welcome(0); c.next() },
			ticket: func(w http.ResponseWriter, r chatwire.TicketRequest) {
				if r.Token != "" {
					http.Error(w, `{"kind":"denied","code":"token"}`, http.StatusUnauthorized)
					return
				}
				_ = json.NewEncoder(w).Encode(chatwire.TicketResponse{Ticket: "t", Resume: "next"})
			},
		}
		u := run(t, d, chat.Config{Token: "spent", Resume: "held"})
		synctest.Wait()
		links := of[chat.Link](u)
		if len(links) != 1 || !links[0].Up || links[0].Resume != "next" {
			t.Errorf("links %+v, want one that is up", links)
		}
	})
}

func TestTextsThatCannotBeSentAreRefusedAtOnce(t *testing.T) {
	c, err := chat.New(chat.Config{URL: "http://desk", Sink: func(chat.Event) {}})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]error{
		" \n":                        chat.ErrEmpty,
		strings.Repeat("ñ", 4001):    chat.ErrTooLong,
		strings.Repeat("\x01", 4000): nil, // six bytes each on the wire, and still a frame
		strings.Repeat("😀", 4000):    nil,
		strings.Repeat("<", 4000):    nil,
	} {
		if _, err := c.Say(text); !errors.Is(err, want) {
			t.Errorf("Say(%.8q…) = %v, want %v", text, err, want)
		}
	}
}
