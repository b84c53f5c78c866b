package torture

import (
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"
)

// meddler stands between clients and the desk as a websocket of its own on each
// side, and sends frames twice, out of order, and long after they were sent.
type meddler struct {
	addr, desk string
	on         atomic.Bool
	proxy      *httputil.ReverseProxy

	mu    sync.Mutex
	socks map[*websocket.Conn]struct{}
}

func newMeddler(t *testing.T, desk string) *meddler {
	t.Helper()
	m := &meddler{desk: desk, socks: make(map[*websocket.Conn]struct{}),
		proxy: httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: desk})}
	m.proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	server := httptest.NewServer(m)
	t.Cleanup(func() { m.drop(); server.Close() })
	m.addr = strings.TrimPrefix(server.URL, "http://")
	return m
}

func (m *meddler) meddle(on bool) { m.on.Store(on) }

// drop ends every connection.
func (m *meddler) drop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for s := range m.socks {
		_ = s.Close()
	}
}

func (m *meddler) hold(s *websocket.Conn, held bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if held {
		m.socks[s] = struct{}{}
	} else {
		delete(m.socks, s)
	}
}

func (m *meddler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !websocket.IsWebSocketUpgrade(r) {
		m.proxy.ServeHTTP(w, r)
		return
	}
	header := http.Header{}
	if bearer := r.Header.Get("Authorization"); bearer != "" {
		header.Set("Authorization", bearer)
	}
	dialer := websocket.Dialer{Subprotocols: websocket.Subprotocols(r), NetDial: net.Dial}
	desk, resp, err := dialer.Dial("ws://"+m.desk+r.URL.Path, header)
	if err != nil {
		status := http.StatusBadGateway
		if resp != nil {
			status = resp.StatusCode
		}
		w.WriteHeader(status)
		return
	}
	up := websocket.Upgrader{Subprotocols: []string{desk.Subprotocol()}, CheckOrigin: func(*http.Request) bool { return true }}
	client, err := up.Upgrade(w, r, nil)
	if err != nil {
		_ = desk.Close()
		return
	}
	m.join(client, desk)
}

// join carries frames both ways until one side ends.
func (m *meddler) join(client, desk *websocket.Conn) {
	m.hold(client, true)
	m.hold(desk, true)
	var all sync.WaitGroup
	all.Go(func() { m.carry(desk, client, true) })
	m.carry(client, desk, false)
	all.Wait()
	m.hold(client, false)
	m.hold(desk, false)
}

// carry passes frames on. The first frame of a client is its greeting, which is
// only ever sent once, and first.
func (m *meddler) carry(to, from *websocket.Conn, fromClient bool) {
	defer to.Close()
	var g garbler
	for first := true; ; first = false {
		kind, frame, err := from.ReadMessage()
		if err != nil {
			if code, is := err.(*websocket.CloseError); is && code.Code >= 4000 {
				_ = to.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(code.Code, ""))
			}
			return
		}
		for _, f := range g.pass(frame, m.on.Load() && !first) {
			if to.WriteMessage(kind, f) != nil {
				return
			}
		}
		if fromClient && !first {
			g.sent = append(g.sent, frame)
		}
	}
}

// garbler is what one direction of one connection does to frames.
type garbler struct {
	sent    [][]byte // a client's earlier frames, which may come again
	waiting []byte   // one frame held back, to come after the next
}

// pass returns what is sent in a frame's place.
func (g *garbler) pass(frame []byte, garble bool) (send [][]byte) {
	dice := 5
	if garble {
		dice = rand.IntN(6)
	}
	switch {
	case dice == 0:
		send = [][]byte{frame, frame}
	case dice == 1 && g.waiting == nil:
		g.waiting = frame
		return nil
	case dice == 2 && len(g.sent) > 0:
		send = [][]byte{g.sent[rand.IntN(len(g.sent))], frame}
	default:
		send = [][]byte{frame}
	}
	if g.waiting != nil {
		send = append(send, g.waiting)
		g.waiting = nil
	}
	return send
}
