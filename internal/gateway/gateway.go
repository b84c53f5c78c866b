// Package gateway serves the staff's protocol: it signs people in, accepts their
// sockets, moves frames between them and the desk, and tells those who must go
// why. It decides nothing about who may see or do what; the desk does.
package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
	"ventanilla/internal/caller"
	"ventanilla/internal/desk"
	"ventanilla/internal/quota"
)

const (
	helloWithin   = 15 * time.Second // five are too few where one packet in twenty is lost
	writeWithin   = 2 * time.Minute  // for a few kB: a proxy takes 160 kB at once, at 2 kB/s one in 80 s
	goodbyeWithin = 5 * time.Second  // for a link that has to go and may be stuck
	quietFor      = 65 * time.Second // 2.5 beats and a little
	recheckEvery  = 30 * time.Second // sessions of open sockets
	kernelBuffer  = 64 << 10         // what a stopped reader can make the kernel hold
	kernelUnsent  = 8 << 10          // and how much of it that was not sent once
	monitorsAfter = 30               // seconds, after which those who look on may try again
	linksPerAgent = 3
	mostLinks     = 10_000
	loginBody     = 4 << 10
)

// Gateway is the staff's side of a desk. Make it with [New]; Close ends every
// link and waits for them.
type Gateway struct {
	desk     *desk.Desk
	log      *slog.Logger
	proxied  bool
	upgrader websocket.Upgrader
	callers  *quota.Quota[netip.Prefix] // who may ask for a login how often
	guesses  *quota.Quota[guess]

	ctx  context.Context // of the links, not of any request
	stop context.CancelFunc
	all  sync.WaitGroup

	mu    sync.Mutex
	links map[*link]struct{}
}

// guess is one network's tries at one account: whoever guesses elsewhere does not
// lock out the person.
type guess struct {
	account string // digest: the map holds no names
	network netip.Prefix
}

// How often one network may sign in, and how often at one account.
var (
	callerRate = quota.Rate{PerSecond: 1, Burst: 30}
	guessRate  = quota.Rate{PerSecond: 0.1, Burst: 6}
)

// Config describes the staff's side of a desk. Desk and Log are required.
type Config struct {
	Desk *desk.Desk
	Log  *slog.Logger
	// BehindProxy believes a proxy about who calls.
	BehindProxy bool
}

// New serves a desk until ctx ends.
func New(ctx context.Context, cfg Config) *Gateway {
	ctx, stop := context.WithCancel(ctx)
	g := &Gateway{
		desk: cfg.Desk, log: cfg.Log, proxied: cfg.BehindProxy, ctx: ctx, stop: stop, links: make(map[*link]struct{}),
		callers: quota.New[netip.Prefix](callerRate, quota.Unlimited), guesses: quota.New[guess](guessRate, quota.Unlimited),
	}
	g.upgrader = websocket.Upgrader{
		HandshakeTimeout: helloWithin, ReadBufferSize: 1 << 10, WriteBufferSize: 1 << 10,
		WriteBufferPool: &sync.Pool{}, Subprotocols: []string{wire.Subprotocol},
		// Browsers are no clients of this protocol: whatever states an origin is one.
		CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "" },
	}
	g.all.Go(g.recheck)
	return g
}

// Route is one address and who may use it: anybody, or whoever holds a session.
type Route struct {
	Pattern string // of http.ServeMux
	Handler http.Handler
	Session bool
}

// Routes lists every address.
func (g *Gateway) Routes() []Route {
	return []Route{
		{"GET " + wire.Path, http.HandlerFunc(g.accept), true},
		{"POST " + wire.LoginPath, http.HandlerFunc(g.login), false},
		{"POST " + wire.LogoutPath, http.HandlerFunc(g.logout), true},
	}
}

// Close tells every client to come back later, and waits.
func (g *Gateway) Close() {
	g.mu.Lock()
	g.stop() // under the lock: what add lets in is waited for
	g.mu.Unlock()
	g.all.Wait()
}

// Links counts the open links.
func (g *Gateway) Links() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.links)
}

func (g *Gateway) login(w http.ResponseWriter, r *http.Request) {
	network, count := caller.Network(r, g.proxied)
	if count && g.callers.Take(network, 0, g.desk.Now()) > 0 {
		g.refuse(w, r, http.StatusTooManyRequests, desk.Refusal(wire.Busy, "many_logins", locale(r)))
		return
	}
	var in wire.Login
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, loginBody)).Decode(&in); err != nil {
		g.refuse(w, r, http.StatusBadRequest, desk.Refusal(wire.Invalid, "bad_frame", locale(r)))
		return
	}
	if g.guesses.Take(guess{desk.Digest(strings.ToLower(in.Login)), network}, 0, g.desk.Now()) > 0 {
		g.refuse(w, r, http.StatusTooManyRequests, desk.Refusal(wire.Busy, "many_logins", locale(r)))
		return
	}
	s, err := g.desk.SignIn(r.Context(), in.Login, in.Password)
	if err != nil {
		g.fail(w, r, statusOf(err), err)
		return
	}
	g.answer(w, http.StatusOK, wire.LoggedIn{Token: s.Token, You: s.Agent, Expires: wire.At(s.Expires), Workspace: g.desk.Name()})
}

func (g *Gateway) logout(w http.ResponseWriter, r *http.Request) {
	token := bearer(r)
	if err := g.desk.SignOut(r.Context(), token); err != nil {
		g.fail(w, r, http.StatusServiceUnavailable, err)
		return
	}
	for _, l := range g.open() {
		if l.token == token {
			l.end(wire.CloseSignedOut)
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// accept upgrades and returns: the link lives on in goroutines of its own, so that
// an idle one does not hold net/http's buffers.
func (g *Gateway) accept(w http.ResponseWriter, r *http.Request) {
	token := bearer(r)
	user, err := g.desk.Authenticate(r.Context(), token)
	if err != nil {
		g.fail(w, r, statusOf(err), err)
		return
	}
	switch {
	case !slices.Contains(websocket.Subprotocols(r), wire.Subprotocol):
		g.refuse(w, r, http.StatusBadRequest, desk.Refusal(wire.Invalid, "no_subprotocol", locale(r)))
		return
	case g.sheds(user.Role):
		w.Header().Set("Retry-After", strconv.Itoa(monitorsAfter+rand.N(monitorsAfter)))
		g.refuse(w, r, http.StatusServiceUnavailable, desk.Refusal(wire.Busy, "busy", locale(r)))
		return
	case g.Links() >= mostLinks:
		g.refuse(w, r, http.StatusServiceUnavailable, desk.Refusal(wire.Busy, "busy", locale(r)))
		return
	}
	ws, err := g.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	limitSendBuffer(ws.NetConn())
	l := newLink(g, ws, user, token)
	if code := g.add(l); code != 0 {
		l.close(code)
	}
}

// limitSendBuffer: a larger buffer only delays noticing a stopped reader.
func limitSendBuffer(conn net.Conn) {
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		conn = t.NetConn()
	}
	if t, ok := conn.(*net.TCPConn); ok {
		_ = t.SetWriteBuffer(kernelBuffer)
		limitUnsent(t, kernelUnsent)
	}
}

// add runs a link, or returns the code to close it with: when its user has enough
// of them already, or when the desk stops.
func (g *Gateway) add(l *link) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	same := 0
	for other := range g.links {
		if other.came.ID == l.came.ID {
			same++
		}
	}
	switch {
	case g.ctx.Err() != nil:
		return wire.CloseRestart
	case same >= 2*linksPerAgent: // those that have not said hello yet count here only
		return wire.CloseNoGreet // a bad line may be all that keeps the others from it
	}
	g.links[l] = struct{}{}
	g.all.Go(func() {
		defer g.drop(l)
		l.run(g.ctx)
	})
	return 0
}

// greeted names a link's lane, or returns the code to close it with when its user
// has enough of them. Another link of that lane is of a client that has come back
// before the desk noticed that it went: it only takes up room.
func (g *Gateway) greeted(l *link, from desk.Sender) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	others := 0
	for other := range g.links {
		switch {
		case other == l || other.from.Agent != from.Agent:
		case other.from.Device == from.Device && other.from.Lane == from.Lane:
			other.end(wire.CloseTooMany)
		default:
			others++
		}
	}
	if others >= linksPerAgent {
		return wire.CloseTooMany
	}
	l.from = from
	return 0
}

// sheds reports whether there is no room now for the links of a role.
func (g *Gateway) sheds(role wire.Role) bool {
	return desk.Monitors(role) && g.desk.Sheds(desk.NoMonitors)
}

// looksAway ends what a link said of where its user is, unless its client is back
// over another one.
func (g *Gateway) looksAway(l *link) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for other := range g.links {
		if other != l && other.from.Agent == l.from.Agent && other.from.Device == l.from.Device && other.from.Lane == l.from.Lane {
			return
		}
	}
	g.desk.LookAway(l.from)
}

func (g *Gateway) drop(l *link) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.links, l)
}

func (g *Gateway) open() []*link {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Collect(maps.Keys(g.links))
}

// fail answers with an error of the desk.
func (g *Gateway) fail(w http.ResponseWriter, r *http.Request, status int, err error) {
	if atFault(err) && r.Context().Err() == nil { // who hung up is not waited for any more
		g.log.Error("a request failed", "path", r.URL.Path, "status", status, "err", err)
	}
	g.refuse(w, r, status, desk.Explain(err, locale(r)))
}

// atFault reports whether an error is the desk's own and not known to its log already:
// anything but a refusal without a cause.
func atFault(err error) bool {
	e, refused := errors.AsType[*desk.Error](err)
	return !refused || e.Err != nil
}

func (g *Gateway) refuse(w http.ResponseWriter, r *http.Request, status int, refusal *wire.Refusal) {
	switch {
	case status >= http.StatusInternalServerError && w.Header().Get("Retry-After") == "":
		w.Header().Set("Retry-After", "2")
	case status == http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "60")
	}
	g.answer(w, status, refusal)
}

func (g *Gateway) answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		g.log.Debug("an answer was not read to its end", "err", err)
	}
}

func statusOf(err error) int {
	e, ok := errors.AsType[*desk.Error](err)
	switch {
	case !ok || e.Kind == wire.Internal:
		return http.StatusInternalServerError
	case desk.Revoked(err):
		return http.StatusForbidden
	case e.Kind == wire.Denied:
		return http.StatusUnauthorized
	}
	return http.StatusServiceUnavailable
}

func locale(r *http.Request) string {
	first, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	return first
}
