package webchat_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ventanilla/client/chat"
	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/channel/webchat"

	"github.com/gorilla/websocket"
)

var secret = []byte("0123456789abcdef0123456789abcdef")

// open serves a door before a desk in memory.
func open(t *testing.T, cfg webchat.Config) (*memDesk, *webchat.Channel, string) {
	t.Helper()
	desk := newMemDesk()
	cfg.Desk = desk
	if cfg.Secret == nil {
		cfg.Secret = secret
	}
	ch, err := webchat.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, r := range ch.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	srv := httptest.NewServer(mux)
	t.Cleanup(func() { ch.Close(); srv.Close() })
	return desk, ch, srv.URL
}

func post(t *testing.T, url string, req chatwire.TicketRequest, header ...string) (*http.Response, chatwire.TicketResponse) {
	t.Helper()
	body, _ := json.Marshal(req)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+chatwire.TicketPath, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer chatwire.TicketResponse
	if resp.StatusCode == http.StatusOK {
		if err := json.Unmarshal(data, &answer); err != nil {
			t.Fatal(err)
		}
	}
	return resp, answer
}

// raw is a socket whose frames a test writes by hand.
type raw struct {
	*websocket.Conn
	t *testing.T
}

func dial(t *testing.T, url string, header http.Header) (*raw, *http.Response) {
	t.Helper()
	d := websocket.Dialer{Subprotocols: []string{chatwire.Subprotocol}}
	ws, resp, err := d.DialContext(t.Context(), "ws"+strings.TrimPrefix(url, "http")+chatwire.Path, header)
	if err != nil {
		return nil, resp
	}
	t.Cleanup(func() { _ = ws.Close() })
	_ = ws.SetReadDeadline(time.Now().Add(20 * time.Second))
	return &raw{ws, t}, resp
}

func (r *raw) send(frame string) {
	r.t.Helper()
	if err := r.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		r.t.Fatal(err)
	}
}

// until reads to the first frame that is wanted.
func (r *raw) until(wanted func(chatwire.FromDesk) bool) chatwire.FromDesk {
	r.t.Helper()
	for {
		var f chatwire.FromDesk
		if err := r.ReadJSON(&f); err != nil {
			r.t.Fatalf("waiting for a frame: %v", err)
		}
		if wanted(f) {
			return f
		}
	}
}

// code reads to the end and returns the close code.
func (r *raw) code() int {
	r.t.Helper()
	for {
		_, _, err := r.ReadMessage()
		var e *websocket.CloseError
		if errors.As(err, &e) {
			return e.Code
		}
		if err != nil {
			r.t.Fatalf("waiting for the close: %v", err)
		}
	}
}

// enter comes in with a new ticket.
func enter(t *testing.T, url string, req chatwire.TicketRequest, lane string) *raw {
	t.Helper()
	_, ticket := post(t, url, req)
	return enterWith(t, url, ticket.Ticket, lane)
}

func enterWith(t *testing.T, url, ticket, lane string) *raw {
	t.Helper()
	ws, _ := dial(t, url, nil)
	if ws == nil {
		t.Fatal("the socket was refused")
	}
	ws.send(fmt.Sprintf(`{"hello":{"version":1,"ticket":%q,"device":"device-1","lane":%q}}`, ticket, "lane-tab-"+lane))
	return ws
}

func isWelcome(f chatwire.FromDesk) bool { return f.Welcome != nil }

func TestTheGoCustomerTalksThroughTheDoor(t *testing.T) {
	desk, _, url := open(t, webchat.Config{})
	var mu sync.Mutex
	var lines []string
	outcomes := make(chan chat.Outcome, 100)
	c, err := chat.New(chat.Config{URL: url, Name: "Vera", Locale: "es-AR", Sink: func(e chat.Event) {
		switch e := e.(type) {
		case chat.Line:
			mu.Lock()
			lines = append(lines, e.Text)
			mu.Unlock()
		case chat.Outcome:
			outcomes <- e
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- c.Run(ctx) }()
	want := []string{"hola", strings.Repeat("😀", 4000), "¿Cuánto debo? <b>"}
	for _, text := range want {
		if _, err := c.Say(text); err != nil {
			t.Fatal(err)
		}
	}
	for range want {
		if o := <-outcomes; o.Refused != nil {
			t.Errorf("refused: %+v", o.Refused)
		}
	}
	desk.reply("Hola, Vera")
	want = append(want, "Hola, Vera")
	eventually(t, "all lines come back", func() bool { mu.Lock(); defer mu.Unlock(); return slices.Equal(lines, want) })
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestATicketIsGoodOnce(t *testing.T) {
	_, _, url := open(t, webchat.Config{})
	_, ticket := post(t, url, chatwire.TicketRequest{})
	enterWith(t, url, ticket.Ticket, "a").until(isWelcome)
	second := enterWith(t, url, ticket.Ticket, "b")
	if f := second.until(func(f chatwire.FromDesk) bool { return f.Refused != nil }); f.Refused.Code != "bad_ticket" {
		t.Errorf("refused with %q", f.Refused.Code)
	}
	if code := second.code(); !wire.ComeBack(code) {
		t.Errorf("closed with %d, which keeps an honest page away", code)
	}
}

func TestATicketLastsThirtySeconds(t *testing.T) {
	var mu sync.Mutex
	now := time.Now()
	_, _, url := open(t, webchat.Config{Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
	_, ticket := post(t, url, chatwire.TicketRequest{})
	mu.Lock()
	now = now.Add(30 * time.Second)
	mu.Unlock()
	if code := enterWith(t, url, ticket.Ticket, "a").code(); code != wire.CloseNoGreet {
		t.Errorf("closed with %d, want %d", code, wire.CloseNoGreet)
	}
}

func TestASignedTokenNamesTheCustomerOnce(t *testing.T) {
	desk, _, url := open(t, webchat.Config{})
	token := mint(t, func(*webchat.Claims) {})
	if resp, _ := post(t, url, chatwire.TicketRequest{Token: token, Name: "Mallory"}); resp.StatusCode != http.StatusOK {
		t.Fatalf("answered %s", resp.Status)
	}
	if e := desk.entered[0]; e.Ref != "cliente-7" || e.Name != "Vera Ñandú" {
		t.Errorf("the desk was told %q, %q; want what the token says", e.Ref, e.Name)
	}
	if resp, _ := post(t, url, chatwire.TicketRequest{Token: token}); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("the second use was answered %s, want 401", resp.Status)
	}
	if len(desk.entered) != 1 {
		t.Error("the second use reached the desk")
	}
}

func TestResumeTokensRotateAndOnlyTheirHashReachesTheDesk(t *testing.T) {
	desk, _, url := open(t, webchat.Config{})
	_, first := post(t, url, chatwire.TicketRequest{})
	_, second := post(t, url, chatwire.TicketRequest{Resume: first.Resume})
	if first.Resume == second.Resume || second.Resume == "" {
		t.Errorf("tokens %q and %q, want two", first.Resume, second.Resume)
	}
	a, b := desk.entered[0], desk.entered[1]
	if b.Resume != a.Fresh || strings.Contains(fmt.Sprint(a, b), first.Resume) {
		t.Errorf("the desk was told %+v and %+v", a, b)
	}
}

func TestOtherPeoplesPagesStayOut(t *testing.T) {
	_, _, url := open(t, webchat.Config{})
	for origin, want := range map[string]bool{
		url:                    true,
		"null":                 false,
		"https://evil.example": false,
		strings.Replace(url, "http:", "https:", 1): false,
		url + ".evil.example":                      false,
		"http://127.0.0.1:1":                       false,
		"file://":                                  false,
	} {
		resp, _ := post(t, url, chatwire.TicketRequest{}, "Origin", origin)
		ws, shake := dial(t, url, http.Header{"Origin": {origin}})
		if got := resp.StatusCode == http.StatusOK; got != want {
			t.Errorf("origin %s: ticket answered %s", origin, resp.Status)
		}
		if got := ws != nil; got != want {
			t.Errorf("origin %s: socket answered %s", origin, shake.Status)
		}
	}
	if resp, _ := post(t, url, chatwire.TicketRequest{}, "Sec-Fetch-Site", "cross-site"); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a cross-site POST was answered %s, want 403", resp.Status)
	}
	if resp, _ := post(t, url, chatwire.TicketRequest{}, "Content-Type", "text/plain"); resp.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("a form's POST was answered %s, want 415", resp.Status)
	}
}

func TestANetworkThatFloodsIsAskedToWaitAndOthersAreNot(t *testing.T) {
	_, _, url := open(t, webchat.Config{BehindProxy: true, Limits: webchat.Limits{Arrivals: webchat.Rate{PerSecond: 0.01, Burst: 3}}})
	status := func(from string) int {
		resp, _ := post(t, url, chatwire.TicketRequest{}, "X-Forwarded-For", from)
		if resp.StatusCode == http.StatusTooManyRequests && resp.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		return resp.StatusCode
	}
	for i, tc := range []struct {
		from string
		want int
	}{
		{"203.0.113.1", 200}, {"203.0.113.2", 200}, {"203.0.113.200", 200},
		{"203.0.113.3", 429},               // same /24
		{"198.51.100.7, 203.0.113.9", 429}, // what the client claims is not believed
		{"203.0.114.3", 200},
		{"2001:db8:1::1", 200}, {"2001:db8:1:2::1", 200}, {"2001:db8:1:3::1", 200}, {"2001:db8:1:4::1", 429},
	} {
		if got := status(tc.from); got != tc.want {
			t.Errorf("%d: from %s answered %d, want %d", i, tc.from, got, tc.want)
		}
	}
}

func TestWithoutAProxyTheForwardedHeaderIsNotBelieved(t *testing.T) {
	_, _, url := open(t, webchat.Config{Limits: webchat.Limits{Arrivals: webchat.Rate{PerSecond: 0.01, Burst: 1}}})
	for range 3 { // loopback is exempt, whatever the header says
		if resp, _ := post(t, url, chatwire.TicketRequest{}, "X-Forwarded-For", "203.0.113.1"); resp.StatusCode != http.StatusOK {
			t.Fatalf("answered %s", resp.Status)
		}
	}
}

func TestWhoWritesTooFastIsDelayedAndLosesNothing(t *testing.T) {
	desk, _, url := open(t, webchat.Config{Limits: webchat.Limits{Messages: webchat.Rate{PerSecond: 20, Burst: 3}}})
	c, err := chat.New(chat.Config{URL: url, Sink: func(chat.Event) {}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- c.Run(ctx) }()
	var want []string
	for i := range 12 {
		want = append(want, fmt.Sprint(i))
		_, _ = c.Say(fmt.Sprint(i))
	}
	eventually(t, "all messages arrive", func() bool { return len(desk.texts()) >= len(want) && c.Waiting() == 0 })
	cancel()
	<-ended
	if got := desk.texts(); !slices.Equal(got, want) {
		t.Errorf("heard %v, want %v", got, want)
	}
}

func TestGarbageIsRefusedOnceThenClosedAndNobodyElseNotices(t *testing.T) {
	_, _, url := open(t, webchat.Config{})
	bystander := enter(t, url, chatwire.TicketRequest{}, "a")
	bystander.until(isWelcome)
	for _, frame := range []string{"", "{", "[]", "null", `{}`, `{"nonsense":{}}`, `{"ping":{},"typing":{}}`, "\x00"} {
		ws := enter(t, url, chatwire.TicketRequest{}, "a")
		ws.until(isWelcome)
		ws.send(frame)
		ws.until(func(f chatwire.FromDesk) bool { return f.Refused != nil })
		ws.send(`{"ping":{"sent":7}}`)
		ws.until(func(f chatwire.FromDesk) bool { return f.Pong != nil && f.Pong.Sent == 7 })
		ws.send(frame)
		if code := ws.code(); code != wire.CloseGarbage {
			t.Errorf("%q twice: closed with %d, want %d", frame, code, wire.CloseGarbage)
		}
	}
	bystander.send(`{"ping":{"sent":9}}`)
	bystander.until(func(f chatwire.FromDesk) bool { return f.Pong != nil })
}

func TestAnOversizeFrameClosesItsOwnSocketOnly(t *testing.T) {
	_, _, url := open(t, webchat.Config{})
	bystander := enter(t, url, chatwire.TicketRequest{}, "a")
	ws := enter(t, url, chatwire.TicketRequest{}, "a")
	ws.until(isWelcome)
	ws.send(`{"say":{"n":1,"text":"` + strings.Repeat("x", chatwire.MaxFrame) + `"}}`)
	if code := ws.code(); code != websocket.CloseMessageTooBig {
		t.Errorf("closed with %d", code)
	}
	bystander.send(`{"ping":{"sent":9}}`)
	bystander.until(func(f chatwire.FromDesk) bool { return f.Pong != nil })
}

func TestAFloodOfFramesIsClosed(t *testing.T) {
	_, _, url := open(t, webchat.Config{})
	ws := enter(t, url, chatwire.TicketRequest{}, "a")
	ws.until(isWelcome)
	for range 1000 {
		if ws.WriteMessage(websocket.TextMessage, []byte(`{"ping":{"sent":1}}`)) != nil {
			break
		}
	}
	if code := ws.code(); code != wire.CloseGarbage && code != wire.CloseSlow {
		t.Errorf("closed with %d", code)
	}
}

func TestTheFirstFrameIsHello(t *testing.T) {
	_, _, url := open(t, webchat.Config{})
	for frame, want := range map[string]int{
		`{"say":{"n":1,"text":"hola"}}`:                                                  wire.CloseGarbage,
		`{"hello":{"version":1,"ticket":"x"}}`:                                           wire.CloseGarbage,
		`{"hello":{"version":2,"ticket":"x","device":"device-1","lane":"lane-001"}}`:     wire.CloseVersion,
		`{"hello":{"version":1,"ticket":"guess","device":"device-1","lane":"lane-001"}}`: wire.CloseNoGreet,
	} {
		ws, _ := dial(t, url, nil)
		ws.send(frame)
		if code := ws.code(); code != want {
			t.Errorf("%s: closed with %d, want %d", frame, code, want)
		}
	}
}

func TestAFourthWindowClosesTheOldest(t *testing.T) {
	_, _, url := open(t, webchat.Config{})
	_, first := post(t, url, chatwire.TicketRequest{})
	resume := chatwire.TicketRequest{Resume: first.Resume}
	var open []*raw
	for i := range 4 {
		ws := enter(t, url, resume, fmt.Sprint("lane", i))
		ws.until(isWelcome)
		open = append(open, ws)
	}
	if code := open[0].code(); code != wire.CloseTooMany {
		t.Errorf("the oldest was closed with %d, want %d", code, wire.CloseTooMany)
	}
	again := enter(t, url, resume, "lane3")
	again.until(isWelcome)
	if code := open[3].code(); code != wire.CloseTooMany {
		t.Errorf("the same tab's earlier socket was closed with %d", code)
	}
	for _, ws := range []*raw{open[1], open[2], again} {
		ws.send(`{"ping":{"sent":9}}`)
		ws.until(func(f chatwire.FromDesk) bool { return f.Pong != nil })
	}
}

func TestWhenAllSocketsAreTakenTheNextIsAskedToComeBack(t *testing.T) {
	_, _, url := open(t, webchat.Config{Limits: webchat.Limits{Sockets: 1}})
	enter(t, url, chatwire.TicketRequest{}, "a").until(isWelcome)
	ws, resp := dial(t, url, nil)
	if ws != nil || resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("answered %s, %v", resp.Status, resp.Header)
	}
}

func TestNoCompressionIsNegotiated(t *testing.T) {
	_, _, url := open(t, webchat.Config{})
	d := websocket.Dialer{Subprotocols: []string{chatwire.Subprotocol}, EnableCompression: true}
	ws, resp, err := d.DialContext(t.Context(), "ws"+strings.TrimPrefix(url, "http")+chatwire.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	if ext := resp.Header.Get("Sec-WebSocket-Extensions"); ext != "" {
		t.Errorf("agreed to %q", ext)
	}
}

func TestClosingTheDoorSendsEverybodyHomeToComeBack(t *testing.T) {
	_, ch, url := open(t, webchat.Config{})
	ws := enter(t, url, chatwire.TicketRequest{}, "a")
	ws.until(isWelcome)
	silent, _ := dial(t, url, nil) // has not even said hello
	go func() { _, _, _ = silent.ReadMessage() }()
	ended := make(chan struct{})
	go func() { ch.Close(); close(ended) }()
	if code := ws.code(); code != wire.CloseRestart {
		t.Errorf("closed with %d, want %d", code, wire.CloseRestart)
	}
	<-ended
	if late, resp := dial(t, url, nil); late != nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Error("a closed door let somebody in")
	}
}

func TestThePageIsServedUnderAStrictPolicyAndCachedByItsTag(t *testing.T) {
	_, _, url := open(t, webchat.Config{Embedders: []string{"https://lender.example"}})
	for _, path := range []string{"/chat", "/chat/page.css", "/chat/main.js", "/widget.js"} {
		resp, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		csp := resp.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'",
			"frame-ancestors 'self' https://lender.example", "require-trusted-types-for 'script'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy lacks %s", path, want)
			}
		}
		if resp.StatusCode != 200 || strings.Contains(csp, "unsafe") || resp.Header.Get("X-Content-Type-Options") != "nosniff" || resp.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %s, %v", path, resp.Status, resp.Header)
		}
		again, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		again.Header.Set("If-None-Match", resp.Header.Get("ETag"))
		resp, err = http.DefaultClient.Do(again)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusNotModified {
			t.Errorf("%s: asked again and answered %s", path, resp.Status)
		}
	}
	for _, path := range []string{"/chat/index.html", "/chat/nothing.js", "/chat/widget.js"} {
		if resp, err := http.Get(url + path); err != nil || resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %v %v", path, resp.Status, err)
		}
	}
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	for name, cfg := range map[string]webchat.Config{
		"no desk":      {},
		"short secret": {Desk: newMemDesk(), Secret: []byte("short")},
		"a path":       {Desk: newMemDesk(), Embedders: []string{"https://lender.example/chat"}},
		"a wildcard":   {Desk: newMemDesk(), Embedders: []string{"*"}},
		"a policy":     {Desk: newMemDesk(), Embedders: []string{"https://a.example; script-src *"}},
	} {
		if _, err := webchat.New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// crowdedDesk lets in nobody who was not here before.
type crowdedDesk struct{ *memDesk }

func (d crowdedDesk) Enter(ctx context.Context, e webchat.Entry) (webchat.Visitor, error) {
	if e.Resume == "" && e.Ref == "" {
		return webchat.Visitor{}, fmt.Errorf("too much to do: %w", webchat.ErrCrowded)
	}
	return d.memDesk.Enter(ctx, e)
}

// Under load somebody new is told so, with when to come back; who was here comes in.
func TestACrowdedDeskAsksNewcomersToComeBack(t *testing.T) {
	ch, err := webchat.New(webchat.Config{Desk: crowdedDesk{newMemDesk()}, Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, r := range ch.Routes() {
		mux.Handle(r.Pattern, r.Handler)
	}
	srv := httptest.NewServer(mux)
	t.Cleanup(func() { ch.Close(); srv.Close() })
	res, _ := post(t, srv.URL, chatwire.TicketRequest{Locale: "es"})
	after, err := strconv.Atoi(res.Header.Get("Retry-After"))
	if res.StatusCode != http.StatusServiceUnavailable || err != nil || after < 20 {
		t.Errorf("a newcomer is answered %s, come back after %q", res.Status, res.Header.Get("Retry-After"))
	}
	if res, in := post(t, srv.URL, chatwire.TicketRequest{Resume: "held"}); res.StatusCode != http.StatusOK || in.Ticket == "" {
		t.Errorf("who was here is answered %s", res.Status)
	}
}
