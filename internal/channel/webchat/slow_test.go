package webchat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/client/chat"
	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/channel/webchat"

	"github.com/gorilla/websocket"
)

// inside is a listener whose connections never leave the process: what is not
// read blocks its writer at once.
type inside struct {
	conns chan net.Conn
	door  *atomic.Pointer[webchat.Channel]
}

func (l inside) Accept() (net.Conn, error) {
	if c, ok := <-l.conns; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (inside) Close() error   { return nil }
func (inside) Addr() net.Addr { return &net.TCPAddr{} }

func (l inside) dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	l.conns <- far
	return near, nil
}

// openInside serves a door within a bubble of testing/synctest.
func openInside(t *testing.T, desk *memDesk) inside {
	l := inside{make(chan net.Conn), new(atomic.Pointer[webchat.Channel])}
	l.replace(t, desk)
	srv, ended := &http.Server{Handler: l}, make(chan struct{})
	go func() { _ = srv.Serve(l); close(ended) }()
	t.Cleanup(func() { l.door.Load().Close(); close(l.conns); _ = srv.Close(); <-ended })
	return l
}

// replace puts a new door before the same desk, as a restart does.
func (l inside) replace(t *testing.T, desk *memDesk) {
	ch, err := webchat.New(webchat.Config{Desk: desk})
	if err != nil {
		t.Fatal(err)
	}
	if old := l.door.Swap(ch); old != nil {
		old.Close()
	}
}

func (l inside) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mux := http.NewServeMux()
	for _, route := range l.door.Load().Routes() {
		mux.Handle(route.Pattern, route.Handler)
	}
	mux.ServeHTTP(w, r)
}

func (l inside) ticket(t *testing.T) string {
	c := http.Client{Transport: &http.Transport{DialContext: l.dial, DisableKeepAlives: true}}
	resp, err := c.Post("http://desk"+chatwire.TicketPath, "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer chatwire.TicketResponse
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.Ticket
}

func (l inside) socket(t *testing.T) *websocket.Conn {
	d := websocket.Dialer{NetDialContext: l.dial, Subprotocols: []string{chatwire.Subprotocol}}
	ws, _, err := d.DialContext(t.Context(), "ws://desk"+chatwire.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	return ws
}

// customer runs a Go client and returns what it has seen.
func customer(t *testing.T, cfg chat.Config) (*chat.Client, func() []string) {
	var lines atomic.Pointer[[]string]
	lines.Store(&[]string{})
	cfg.Sink = func(e chat.Event) {
		if l, ok := e.(chat.Line); ok {
			more := append(slices.Clone(*lines.Load()), l.Text)
			lines.Store(&more)
		}
	}
	c, err := chat.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { _ = c.Run(ctx); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	return c, func() []string { return *lines.Load() }
}

func TestWhoDoesNotReadIsClosedAndOthersNeverWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk := newMemDesk()
		l := openInside(t, desk)
		ctx := t.Context()
		v, err := desk.Enter(ctx, webchat.Entry{Fresh: "any"})
		if err != nil {
			t.Fatal(err)
		}
		desk.everybody = &v
		_, lines := customer(t, chat.Config{URL: "http://desk", Dial: l.dial})
		stuck := l.socket(t)
		hello := chatwire.Hello{Version: 1, Ticket: l.ticket(t), Device: "device-1", Lane: "lane-001"}
		if err := stuck.WriteJSON(chatwire.FromCustomer{Hello: &hello}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		var want []string
		for i := range 100 {
			desk.reply(fmt.Sprint(i))
			want = append(want, fmt.Sprint(i))
			synctest.Wait()
		}
		if got := lines(); !slices.Equal(got, want) {
			t.Errorf("who reads has %v", got)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		for {
			if _, _, err := stuck.ReadMessage(); err != nil {
				break // it was closed: a live link would block this test for ever
			}
		}
	})
}

func TestWhoNeverSaysHelloIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := openInside(t, newMemDesk())
		ws := l.socket(t)
		start := time.Now()
		_, _, err := ws.ReadMessage()
		if !websocket.IsCloseError(err, wire.CloseNoGreet) || time.Since(start) != 15*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestADoorThatIsReplacedLosesAndDoublesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk := newMemDesk()
		l := openInside(t, desk)
		c, lines := customer(t, chat.Config{URL: "http://desk", Dial: l.dial})
		var want []string
		for i := range 120 {
			want = append(want, fmt.Sprint(i))
			if _, err := c.Say(want[i]); err != nil {
				t.Fatal(err)
			}
			if i%30 == 29 {
				l.replace(t, desk)
			}
			time.Sleep(time.Second)
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if got := desk.texts(); !slices.Equal(got, want) {
			t.Errorf("the desk heard %v", got)
		}
		if got := lines(); !slices.Equal(got, want) {
			t.Errorf("the customer saw %v", got)
		}
	})
}

func TestTheCustomersMarksAndTypingReachTheDesk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk := newMemDesk()
		l := openInside(t, desk)
		c, _ := customer(t, chat.Config{URL: "http://desk", Dial: l.dial})
		synctest.Wait()
		c.Mark(5, 3)
		c.Mark(2, 1)
		c.Typing()
		synctest.Wait()
		desk.staff(func(p *person) {
			if p.marks != (chatwire.Marks{Delivered: 5, Read: 3}) || p.typed != 1 {
				t.Errorf("marks %+v and %d signs of typing", p.marks, p.typed)
			}
		})
	})
}
