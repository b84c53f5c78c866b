package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/bus/local"
	"ventanilla/internal/desk"
	"ventanilla/internal/finance/libro"
	"ventanilla/internal/gateway"
	"ventanilla/internal/store/sqlite"
)

const password = "una contraseña larga"

// floor is a desk behind a real gateway on a loopback address.
type floor struct {
	t     *testing.T
	desk  *desk.Desk
	store desk.Store
	gate  *gateway.Gateway
	url   string
}

func open(t *testing.T) *floor {
	t.Helper()
	return openWith(t, func(s desk.Store) desk.Store { return s }, nil, func(l net.Listener) net.Listener { return l })
}

// openWith opens a desk whose store and listener are wrapped, with a clock (nil: the machine's).
func openWith(t *testing.T, over func(desk.Store) desk.Store, now func() time.Time, listens func(net.Listener) net.Listener) *floor {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	store, err := sqlite.Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	book, err := libro.Open(ctx, libro.Config{Path: filepath.Join(t.TempDir(), "libro.db")})
	if err != nil {
		t.Fatal(err)
	}
	d, err := desk.Open(ctx, desk.Config{Store: over(store), Bus: new(local.Bus), Provider: book, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	f := &floor{t: t, desk: d, store: store, gate: gateway.New(ctx, gateway.Config{Desk: d, Log: slog.New(slog.DiscardHandler)})}
	mux := http.NewServeMux()
	for _, r := range f.gate.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	web := httptest.NewUnstartedServer(mux)
	web.Listener = listens(web.Listener)
	web.Start()
	f.url = web.URL
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		f.gate.Close()
		web.Close()
		stop()
		if err := errors.Join(<-done, book.Close(), store.Close()); err != nil {
			t.Error(err)
		}
	})
	return f
}

func (f *floor) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// hire makes an account and returns a session's token.
func (f *floor) hire(login string, role wire.Role) string {
	f.t.Helper()
	u := desk.User{Login: login, Agent: wire.Agent{
		ID: wire.AgentID("id-" + login), Name: login, Role: role, Queues: []wire.QueueID{desk.DefaultQueue}, State: wire.Offline,
	}}
	f.must(f.store.Update(f.t.Context(), func(tx desk.Tx) error { return tx.SaveUser(u) }))
	in, err := desk.StartSession(f.t.Context(), f.store, time.Now(), u)
	f.must(err)
	return in.Token
}

func (f *floor) customer(text string) desk.Sender {
	f.t.Helper()
	c, err := f.desk.Visit(f.t.Context(), desk.Visit{Name: "Rosa", Fresh: wire.NewToken(), Expires: time.Now().Add(time.Hour)})
	f.must(err)
	from := desk.Sender{Customer: c.ID, Device: "device-c", Lane: "lane-cc"}
	f.say(from, 1, text)
	return from
}

func (f *floor) say(from desk.Sender, n uint64, text string) {
	f.t.Helper()
	f.answered(func(reply func(desk.Reply)) error {
		return f.desk.Say(f.t.Context(), from, chatwire.Say{N: n, Text: text}, reply)
	})
}

// command lets somebody of the staff do something without a socket.
func (f *floor) command(from desk.Sender, n uint64, c wire.Command) {
	f.t.Helper()
	frame, err := wire.NewCommandFrame(n, 0, c)
	f.must(err)
	f.answered(func(reply func(desk.Reply)) error { return f.desk.Submit(f.t.Context(), from, frame, reply) })
}

func (f *floor) answered(submit func(func(desk.Reply)) error) {
	f.t.Helper()
	done := make(chan desk.Reply, 1)
	f.must(submit(func(r desk.Reply) { done <- r }))
	if r := <-done; r.Outcome == nil || r.Outcome.Refused != nil {
		f.t.Fatalf("answered %+v", r)
	}
}

// socket is a raw client: it sends what it likes.
type socket struct {
	t *testing.T
	*websocket.Conn
}

func (f *floor) dial(token string) socket {
	f.t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}}
	ws, _, err := dialer.DialContext(f.t.Context(), strings.Replace(f.url, "http", "ws", 1)+wire.Path,
		http.Header{"Authorization": {"Bearer " + token}})
	f.must(err)
	f.t.Cleanup(func() { _ = ws.Close() })
	return socket{f.t, ws}
}

func (s socket) send(f wire.FromClient) {
	s.t.Helper()
	if err := s.WriteJSON(f); err != nil {
		s.t.Fatal(err)
	}
}

func (s socket) hello(at *wire.Position, rights string) wire.Welcome {
	s.t.Helper()
	s.send(wire.FromClient{Hello: &wire.Hello{
		Version: wire.Version, Device: "device-1", Lane: "lane-1-1", Locale: "en", At: at, Rights: rights,
	}})
	return *s.until(func(f wire.FromDesk) bool { return f.Welcome != nil }).Welcome
}

func (s socket) greets(lane string) {
	s.t.Helper()
	s.send(wire.FromClient{Hello: &wire.Hello{Version: wire.Version, Device: "device-1", Lane: lane}})
	s.until(func(f wire.FromDesk) bool { return f.Welcome != nil })
}

// until reads frames to the first that fits.
func (s socket) until(fits func(wire.FromDesk) bool) wire.FromDesk {
	s.t.Helper()
	for {
		_ = s.SetReadDeadline(time.Now().Add(20 * time.Second)) // a bound for a broken build
		var f wire.FromDesk
		if err := s.ReadJSON(&f); err != nil {
			s.t.Fatalf("waiting for a frame: %v", err)
		}
		if fits(f) {
			return f
		}
	}
}

// closed reads to the end and returns the close code.
func (s socket) closed() int {
	s.t.Helper()
	for {
		_ = s.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, _, err := s.ReadMessage(); err != nil {
			if e, ok := errors.AsType[*websocket.CloseError](err); ok {
				return e.Code
			}
			s.t.Fatalf("ended without a code: %v", err)
		}
	}
}

func TestSigningInAndOut(t *testing.T) {
	f := open(t)
	_, err := desk.AddUser(t.Context(), f.store, time.Now(), desk.NewUser{Login: "Ana", Name: "Ana", Role: wire.RoleAgent, Password: password})
	f.must(err)
	post := func(path, token string, body any) (int, []byte) {
		b, err := json.Marshal(body)
		f.must(err)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.url+path, bytes.NewReader(b))
		f.must(err)
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Accept-Language", "en")
		res, err := http.DefaultClient.Do(r)
		f.must(err)
		defer res.Body.Close()
		var out bytes.Buffer
		_, err = out.ReadFrom(res.Body)
		f.must(err)
		return res.StatusCode, out.Bytes()
	}
	for _, wrong := range []wire.Login{
		{Login: "ana", Password: "otra contraseña"}, {Login: "nadie", Password: password}, {},
		{Login: "ana", Password: strings.Repeat("x", 3000)},
	} {
		if status, body := post(wire.LoginPath, "", wrong); status != http.StatusUnauthorized || !bytes.Contains(body, []byte("bad_login")) {
			t.Errorf("signing in wrongly: %d %s", status, body)
		}
	}
	status, body := post(wire.LoginPath, "", wire.Login{Login: "ANA", Password: password})
	var in wire.LoggedIn
	if f.must(json.Unmarshal(body, &in)); status != http.StatusOK || in.You.Name != "Ana" {
		t.Fatalf("signing in: %d %s", status, body)
	}
	f.dial(in.Token).hello(nil, "")
	if status, _ := post(wire.LogoutPath, in.Token, nil); status != http.StatusNoContent {
		t.Fatalf("signing out: %d", status)
	}
	_, res, err := websocket.DefaultDialer.Dial(strings.Replace(f.url, "http", "ws", 1)+wire.Path,
		http.Header{"Authorization": {"Bearer " + in.Token}})
	if err == nil || res == nil || res.StatusCode != http.StatusUnauthorized {
		t.Fatalf("a session that ended opens a socket: %v", err)
	}
}

// Every route says who may use it, and those for sessions refuse who has none.
func TestEveryRouteThatWantsASessionRefusesStrangers(t *testing.T) {
	f := open(t)
	for _, r := range f.gate.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		req, err := http.NewRequestWithContext(t.Context(), method, f.url+path, strings.NewReader("{}"))
		f.must(err)
		res, err := http.DefaultClient.Do(req)
		f.must(err)
		f.must(res.Body.Close())
		if r.Session && path != wire.LogoutPath && res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s answers a stranger %d", r.Pattern, res.StatusCode)
		}
	}
}

func TestBrowsersAreNoClientsOfThisProtocol(t *testing.T) {
	f := open(t)
	dialer := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}}
	_, res, err := dialer.Dial(strings.Replace(f.url, "http", "ws", 1)+wire.Path, http.Header{
		"Authorization": {"Bearer " + f.hire("ana", wire.RoleAgent)}, "Origin": {"https://evil.example"},
	})
	if err == nil || res.StatusCode != http.StatusForbidden {
		t.Fatalf("a foreign origin got in: %v", err)
	}
}

func TestHelloComesFirstAndInAVersionWeSpeak(t *testing.T) {
	f := open(t)
	token := f.hire("ana", wire.RoleAgent)
	s := f.dial(token)
	s.send(wire.FromClient{Ping: &wire.Ping{}})
	if code := s.closed(); code != wire.CloseGarbage {
		t.Errorf("a ping before hello closes with %d", code)
	}
	s = f.dial(token)
	s.send(wire.FromClient{Hello: &wire.Hello{Version: 99, Device: "device-1", Lane: "lane-1-1"}})
	if code := s.closed(); code != wire.CloseVersion {
		t.Errorf("version 99 closes with %d", code)
	}
}

// Who sends garbage loses the link; others never notice.
func TestGarbageCostsOnlyItsSender(t *testing.T) {
	f := open(t)
	good := f.dial(f.hire("ana", wire.RoleAgent))
	good.hello(nil, "")
	for name, frames := range map[string][]string{
		"not json":     {"}{", "}{"},
		"nothing in":   {"{}", `{"dance":{}}`},
		"two in one":   {`{"ping":{"sent":1},"ask":{"id":1,"name":"counts","args":{}}}`, `{"ping":{},"typing":{"c":"x"}}`},
		"oversize":     {`{"ping":{"sent":1},"x":"` + strings.Repeat("a", wire.MaxClientFrame) + `"}`},
		"binary later": {`{"ask":5}`, `[]`},
	} {
		bad := f.dial(f.hire("bruno", wire.RoleAgent))
		bad.hello(nil, "")
		for _, frame := range frames {
			_ = bad.WriteMessage(websocket.TextMessage, []byte(frame))
		}
		if code := bad.closed(); code != wire.CloseGarbage && code != websocket.CloseMessageTooBig {
			t.Errorf("%s: closed with %d", name, code)
		}
	}
	good.send(wire.FromClient{Ping: &wire.Ping{Sent: 42}})
	if p := good.until(func(f wire.FromDesk) bool { return f.Pong != nil }).Pong; p.Sent != 42 {
		t.Errorf("the pong holds %+v", p)
	}
}

func TestUnknownAndForbiddenThingsAreTypedRefusals(t *testing.T) {
	f := open(t)
	s := f.dial(f.hire("sara", wire.RoleSupervisor))
	if can := s.hello(nil, "").Can; len(can) != 0 {
		t.Errorf("a supervisor can %v", can)
	}
	s.send(wire.FromClient{Command: &wire.CommandFrame{N: 1, Name: "explode", Args: []byte("{}")}})
	s.send(wire.FromClient{Command: &wire.CommandFrame{N: 2, Name: "reply", Args: []byte(`{"c":"x","text":"hola"}`)}})
	s.send(wire.FromClient{Command: &wire.CommandFrame{N: 3, Name: "take", Args: []byte(`[]`)}})
	s.send(wire.FromClient{Ask: &wire.AskFrame{ID: 9, Name: "explode"}})
	want := map[uint64]string{1: "unknown_command", 2: "no_right", 3: "bad_frame", 9: "unknown_ask"}
	for len(want) > 0 {
		frame := s.until(func(f wire.FromDesk) bool { return f.Outcome != nil || f.Answer != nil })
		if o := frame.Outcome; o != nil {
			if o.Refused == nil || o.Refused.Code != want[o.N] {
				t.Errorf("command %d: %+v", o.N, o)
			}
			delete(want, o.N)
		}
		if a := frame.Answer; a != nil {
			if a.Refused == nil || a.Refused.Code != want[a.ID] {
				t.Errorf("ask %d: %+v", a.ID, a)
			}
			delete(want, a.ID)
		}
	}
}

// A client that comes back gets what it missed and nothing twice; one whose rights
// are not what they were, or whose log is another, gets a snapshot.
func TestResuming(t *testing.T) {
	f := open(t)
	token := f.hire("ana", wire.RoleAgent)
	s := f.dial(token)
	w := s.hello(nil, "")
	at := wire.Position{Epoch: w.Epoch, Seq: s.until(func(f wire.FromDesk) bool { return f.Snapshot != nil && f.Snapshot.Last }).Snapshot.Seq}
	f.must(s.Close())
	f.customer("hola")

	s = f.dial(token)
	if !s.hello(&at, w.Rights).Resumed {
		t.Fatal("a recent position was not resumed")
	}
	prev, seen := at.Seq, 0
	for seen < 2 { // appeared, said
		for _, r := range s.until(func(f wire.FromDesk) bool { return f.Feed != nil }).Feed.Records {
			if r.Prev != prev {
				t.Fatalf("a hole: seq %d says %d came before, %d did", r.Seq, r.Prev, prev)
			}
			prev = r.Seq
			if _, staff := r.Event.(wire.PresenceChanged); !staff {
				seen++
			}
		}
	}
	f.must(s.Close())
	for name, hello := range map[string]func(socket) wire.Welcome{
		"other rights": func(s socket) wire.Welcome { return s.hello(&at, "lead[general]") },
		"other epoch":  func(s socket) wire.Welcome { return s.hello(&wire.Position{Epoch: "x", Seq: 1}, w.Rights) },
		"the future":   func(s socket) wire.Welcome { return s.hello(&wire.Position{Epoch: w.Epoch, Seq: 1 << 40}, w.Rights) },
	} {
		s := f.dial(token)
		if hello(s).Resumed {
			t.Errorf("%s: resumed", name)
		}
		s.until(func(f wire.FromDesk) bool {
			return f.Snapshot != nil && f.Snapshot.Last && len(f.Snapshot.Conversations) == 1
		})
		f.must(s.Close())
	}
}

// Whoever an administrator shuts out is told so, on the link and at the next try:
// the workstation then removes what it keeps. A session that only ended is answered
// otherwise, because everything is kept then.
func TestRevokedIsToldFromSignedOut(t *testing.T) {
	tests := []struct {
		name         string
		end          func(f *floor, token string) error
		code, status int
	}{
		{"disabled", func(f *floor, _ string) error {
			return desk.DisableUser(f.t.Context(), f.store, time.Now(), "ana")
		}, wire.CloseRevoked, http.StatusForbidden},
		{"signed out by an administrator", func(f *floor, _ string) error {
			return desk.SignOutUser(f.t.Context(), f.store, time.Now(), "ana")
		}, wire.CloseRevoked, http.StatusForbidden},
		{"logged out", func(f *floor, token string) error {
			r, err := http.NewRequestWithContext(f.t.Context(), http.MethodPost, f.url+wire.LogoutPath, nil)
			if err != nil {
				return err
			}
			r.Header.Set("Authorization", "Bearer "+token)
			res, err := http.DefaultClient.Do(r)
			if err == nil {
				err = res.Body.Close()
			}
			return err
		}, wire.CloseSignedOut, http.StatusUnauthorized},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := open(t)
			token := f.hire("ana", wire.RoleAgent)
			s, other := f.dial(token), f.dial(f.hire("bruno", wire.RoleAgent))
			s.hello(nil, "")
			other.hello(nil, "")
			f.must(test.end(f, token))
			if code := s.closed(); code != test.code {
				t.Errorf("closed with %d, want %d", code, test.code)
			}
			if status, refusal := f.refusedAt(token); status != test.status || (refusal.Code == "revoked") != (status == http.StatusForbidden) {
				t.Errorf("the token is answered %d, %+v", status, refusal)
			}
			other.send(wire.FromClient{Ping: &wire.Ping{Sent: 1}})
			other.until(func(f wire.FromDesk) bool { return f.Pong != nil }) // nobody else is touched
		})
	}
}

// refusedAt tries to come in with a token and returns the answer.
func (f *floor) refusedAt(token string) (int, wire.Refusal) {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, f.url+wire.Path, nil)
	f.must(err)
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(r)
	f.must(err)
	defer res.Body.Close()
	var refusal wire.Refusal
	f.must(json.NewDecoder(res.Body).Decode(&refusal))
	return res.StatusCode, refusal
}

// Guessing one account's password takes longer and longer, and does not keep others out.
func TestGuessingIsSlowedDown(t *testing.T) {
	f := open(t)
	_, err := desk.AddUser(t.Context(), f.store, time.Now(), desk.NewUser{Login: "ana", Name: "Ana", Role: wire.RoleAgent, Password: password})
	f.must(err)
	login := func(login, word string) int {
		res, err := http.Post(f.url+wire.LoginPath, "application/json", strings.NewReader(`{"login":"`+login+`","password":"`+word+`"}`))
		f.must(err)
		f.must(res.Body.Close())
		return res.StatusCode
	}
	for i := range 20 {
		if login("bruno", "adivinanza") == http.StatusTooManyRequests {
			break
		} else if i == 19 {
			t.Fatal("twenty guesses in a row were heard")
		}
	}
	if status := login("ana", password); status != http.StatusOK {
		t.Fatalf("somebody else signs in: %d", status)
	}
}

// Between the upgrade and the hello somebody's rights may end: whatever position the
// hello states, there is no feed by the old ones.
func TestRightsThatEndBeforeTheHello(t *testing.T) {
	f := open(t)
	for _, resumes := range []bool{false, true} {
		token := f.hire("ana", wire.RoleAgent)
		first := f.dial(token)
		w := first.hello(nil, "")
		late := f.dial(token)
		f.must(desk.DisableUser(t.Context(), f.store, time.Now(), "ana"))
		if code := first.closed(); code != wire.CloseRevoked { // by then the desk's head is past it
			t.Fatalf("closed with %d", code)
		}
		var at *wire.Position
		if resumes {
			at = &wire.Position{Epoch: w.Epoch, Seq: f.desk.Head()}
		}
		late.send(wire.FromClient{Hello: &wire.Hello{
			Version: wire.Version, Device: "device-1", Lane: "lane-1-2", At: at, Rights: w.Rights,
		}})
		if code := late.closed(); code != wire.CloseRights && code != wire.CloseRevoked {
			t.Errorf("resuming %v: closed with %d", resumes, code)
		}
	}
}

// What the hello lists is watched only as far as it may be seen.
func TestTheHelloWatchesOnlyWhatMayBeSeen(t *testing.T) {
	f := open(t)
	token := f.hire("ana", wire.RoleAgent)
	long := strings.Repeat("x", 200)
	from := f.customer("hola")
	var id wire.ConversationID
	f.must(f.store.Update(t.Context(), func(tx desk.Tx) error {
		c, _, err := tx.LatestOf(from.Customer)
		id = c.Summary.ID
		return err
	}))
	bruno := desk.Sender{Agent: "id-bruno", Device: "device-b", Lane: "lane-bb"}
	f.hire("bruno", wire.RoleAgent)
	f.must(desk.AddQueue(t.Context(), f.store, time.Now(), wire.Queue{ID: "mora"}))
	f.command(bruno, 1, wire.Take{Conversation: id})
	f.command(bruno, 2, wire.Transfer{Conversation: id, Queue: "mora", Reason: "mora"})
	s := f.dial(token)
	s.send(wire.FromClient{Hello: &wire.Hello{
		Version: wire.Version, Device: "device-1", Lane: "lane-1-1", Watch: []wire.ConversationID{id},
	}})
	s.until(func(f wire.FromDesk) bool { return f.Snapshot != nil && f.Snapshot.Last })
	f.must(f.store.Update(t.Context(), func(tx desk.Tx) error { // it comes back
		c, _, err := tx.Conversation(id)
		c.Summary.Queue = desk.DefaultQueue
		return errors.Join(err, tx.SaveConversation(c))
	}))
	f.say(from, 2, long)
	for {
		for _, r := range s.until(func(f wire.FromDesk) bool { return f.Feed != nil }).Feed.Records {
			if said, ok := r.Event.(wire.Said); ok {
				if !said.Cut {
					t.Errorf("who never opened it gets %q", said.Text)
				}
				return
			}
		}
	}
}

func TestTooManyLinksOfOnePerson(t *testing.T) {
	f := open(t)
	token := f.hire("ana", wire.RoleAgent)
	for range 3 {
		f.dial(token).greets("lane-" + wire.NewToken())
	}
	fourth := f.dial(token)
	fourth.send(wire.FromClient{Hello: &wire.Hello{Version: wire.Version, Device: "device-1", Lane: "lane-of-the-fourth"}})
	if code := fourth.closed(); code != wire.CloseTooMany {
		t.Fatalf("the fourth link closes with %d", code)
	}
}

// Links that never got as far as their hello are those of a bad line more often than
// of a bad client: it may come back.
func TestLinksThatDoNotGreetKeepNobodyAwayForGood(t *testing.T) {
	f := open(t)
	token := f.hire("ana", wire.RoleAgent)
	for range 6 {
		f.dial(token)
	}
	if code := f.dial(token).closed(); !wire.ComeBack(code) {
		t.Fatalf("closes with %d", code)
	}
}

// A client whose link died unnoticed comes back as often as it must: its new link
// takes the place of the old.
func TestALaneHasOneLink(t *testing.T) {
	f := open(t)
	token := f.hire("ana", wire.RoleAgent)
	last := f.dial(token)
	last.greets("lane-1-1")
	for range 5 {
		next := f.dial(token)
		next.greets("lane-1-1")
		if code := last.closed(); code != wire.CloseTooMany {
			t.Fatalf("the link before closes with %d", code)
		}
		last = next
	}
}

func TestSigningOutClosesTheSessionsLinks(t *testing.T) {
	f := open(t)
	token := f.hire("ana", wire.RoleAgent)
	s := f.dial(token)
	s.hello(nil, "")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.url+wire.LogoutPath, nil)
	f.must(err)
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(r)
	f.must(err)
	f.must(res.Body.Close())
	if code := s.closed(); code != wire.CloseSignedOut { // at once, not at the next round
		t.Fatalf("closed with %d", code)
	}
}

// A desk that stops tells everybody to come back, also who has not said hello yet.
func TestAStoppingDeskSaysComeBack(t *testing.T) {
	f := open(t)
	token := f.hire("ana", wire.RoleAgent)
	greeted, silent := f.dial(token), f.dial(token)
	greeted.hello(nil, "")
	f.gate.Close()
	late := f.dial(token)
	for name, s := range map[string]socket{"greeted": greeted, "silent": silent, "late": late} {
		if code := s.closed(); code != wire.CloseRestart {
			t.Errorf("who was %s: closed with %d", name, code)
		}
	}
}

// A reader who stops is told to go and costs nobody else anything.
func TestAReaderWhoStopsLosesItsLinkOnly(t *testing.T) {
	f := open(t)
	stopped := f.dial(f.hire("bruno", wire.RoleAgent))
	stopped.hello(nil, "")
	good := f.dial(f.hire("ana", wire.RoleAgent))
	good.hello(nil, "")
	before := f.gate.Links()
	flood := []byte(`{"ask":{"id":1,"name":"explode","args":{}}}`)
	go func() { // answers pile up that nobody reads
		for range 200_000 {
			if stopped.WriteMessage(websocket.TextMessage, flood) != nil {
				return
			}
		}
	}()
	for n := int64(1); f.gate.Links() == before; n++ {
		good.send(wire.FromClient{Ping: &wire.Ping{Sent: wire.Millis(n)}})
		good.until(func(f wire.FromDesk) bool { return f.Pong != nil && f.Pong.Sent == wire.Millis(n) })
	}
}

// A frame that inflates is never inflated: compression is not spoken.
func TestNoCompressionIsNegotiated(t *testing.T) {
	f := open(t)
	dialer := websocket.Dialer{EnableCompression: true, Subprotocols: []string{wire.Subprotocol}}
	ws, res, err := dialer.Dial(strings.Replace(f.url, "http", "ws", 1)+wire.Path,
		http.Header{"Authorization": {"Bearer " + f.hire("ana", wire.RoleAgent)}})
	f.must(err)
	defer ws.Close()
	if got := res.Header.Get("Sec-Websocket-Extensions"); got != "" {
		t.Fatalf("negotiated %q", got)
	}
	if got := ws.Subprotocol(); got != wire.Subprotocol {
		t.Fatalf("speaks %q", got)
	}
}

// Who sends more commands than may be in flight is read from more slowly: every
// one has its outcome, in the order typed.
func TestAFloodOfCommandsIsAnsweredInOrder(t *testing.T) {
	f := open(t)
	s := f.dial(f.hire("ana", wire.RoleAgent))
	s.hello(nil, "")
	const many = 10 * wire.MaxInFlight
	go func() {
		for n := range uint64(many) {
			frame := wire.CommandFrame{N: n + 1, Name: "take", Args: []byte(`{"c":"none"}`)}
			if s.WriteJSON(wire.FromClient{Command: &frame}) != nil {
				return
			}
		}
	}()
	for n := range uint64(many) {
		if o := s.until(func(f wire.FromDesk) bool { return f.Outcome != nil || f.Resend != nil }).Outcome; o == nil || o.N != n+1 {
			t.Fatalf("after %d came %+v", n, o)
		}
	}
}
