// Package linkfault puts a bad network between real clients and a real desk: a
// proxy that delays, narrows, tears and blackholes, a process that is stopped, and,
// as root, a network of the kernel's own that loses packets. It has tests only.
//
// What needs root and two network namespaces is behind a build tag:
//
//	go test -tags netns ./internal/linkfault
package linkfault

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"ventanilla/client"
	"ventanilla/client/chat"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/server"
)

// followEnv makes the test program follow a desk instead: see stopped_test.go.
const followEnv = "VENTANILLA_LINKFAULT_FOLLOW"

func TestMain(m *testing.M) {
	if desk := os.Getenv(followEnv); desk != "" {
		follow(desk)
		return
	}
	zerolog.SetGlobalLevel(zerolog.Disabled) // the proxy tells of every connection
	os.Exit(m.Run())
}

// patience is how long a broken build is waited for; no measure of anything.
const patience = time.Minute

// office is a desk with one agent who has one conversation.
type office struct {
	*server.Server
	addr, token  string
	conversation wire.ConversationID
	customer     *chat.Client
	quiet        *agent // is next to the desk and misses nothing
}

// open lets the desk listen on the loopback and wherever else it is told to.
func open(t *testing.T, also ...net.Listener) *office {
	t.Helper()
	s, err := server.Open(t.Context(), server.Config{Data: t.TempDir(), Unlimited: true})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	user, err := desk.AddUser(t.Context(), s.Store(), time.Now(), desk.NewUser{
		Login: "ana", Name: "Ana", Role: wire.RoleAgent, Password: "una contraseña larga",
	})
	if err != nil {
		t.Fatal(err)
	}
	in, err := desk.StartSession(t.Context(), s.Store(), time.Now(), user)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing the desk: %v", err)
		}
	})
	run(t, func(ctx context.Context) error { return s.Serve(ctx, append(also, l)...) })
	o := &office{Server: s, addr: l.Addr().String(), token: in.Token}
	o.furnish(t)
	return o
}

// furnish lets a customer write and the agent take the conversation.
func (o *office) furnish(t *testing.T) {
	t.Helper()
	var err error
	o.customer, err = chat.New(chat.Config{URL: "http://" + o.addr, Name: "Rosa", Locale: "es-AR", Sink: func(chat.Event) {}})
	if err != nil {
		t.Fatal(err)
	}
	run(t, o.customer.Run)
	o.say(t, "hola")
	o.quiet = o.agent(t, o.addr)
	o.quiet.until(t, "the customer's conversation", func(v mirror.View) bool {
		if rows := v.Rows(mirror.Unassigned, mirror.ByWaiting); rows.Len() > 0 {
			o.conversation = rows.At(0).ID
		}
		return o.conversation != ""
	})
	o.quiet.Watch(o.conversation)
	o.quiet.Do(wire.Take{Conversation: o.conversation})
	o.quiet.until(t, "the conversation taken", func(v mirror.View) bool {
		c, known := v.Conversation(o.conversation)
		return known && c.Opened() && c.Summary().Agent != ""
	})
}

func (o *office) say(t *testing.T, text string) {
	t.Helper()
	if _, err := o.customer.Say(text); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, f func(context.Context) error) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("ended with: %v", err)
		}
	})
}

// agent is a client with its mirror, as a workstation would be.
type agent struct {
	*client.Client
	mu      sync.Mutex
	changed chan struct{}
	mirror  *mirror.Mirror
	links   []client.LinkChanged
	settled []client.Settled
	welcome int
}

func (o *office) agent(t *testing.T, addr string, change ...func(*client.Config)) *agent {
	t.Helper()
	a := &agent{mirror: mirror.New(), changed: make(chan struct{})}
	cfg := client.Config{URL: "http://" + addr, Token: o.token, Locale: "es-AR", Sink: a.sink}
	for _, c := range change {
		c(&cfg)
	}
	a.Client = client.New(cfg)
	run(t, a.Run)
	return a
}

func (a *agent) sink(u client.Update) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range u.Events {
		a.take(e)
	}
	close(a.changed)
	a.changed = make(chan struct{})
}

func (a *agent) take(e client.Event) {
	if err := client.Fold(a.mirror, e); err != nil {
		panic(err) // the client has checked it
	}
	switch e := e.(type) {
	case client.LinkChanged:
		a.links = append(a.links, e)
	case client.Settled:
		a.settled = append(a.settled, e)
	case client.Welcomed:
		a.welcome++
	}
}

// until waits until the mirror shows what is wanted.
func (a *agent) until(t *testing.T, what string, want func(mirror.View) bool) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		a.mu.Lock()
		changed, done := a.changed, want(a.mirror.View())
		a.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-late.C:
			t.Fatalf("waited in vain for: %s; the link: %v", what, a.story())
		}
	}
}

func (a *agent) untilLive(t *testing.T) {
	t.Helper()
	a.until(t, "a live link", func(mirror.View) bool { return a.state() == client.Live })
}

// state is the last one told; call it within until.
func (a *agent) state() client.State {
	if len(a.links) == 0 {
		return client.Down
	}
	return a.links[len(a.links)-1].State
}

// story is how the link has been, for whoever looks for what went wrong.
func (a *agent) story() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []string
	for _, l := range a.links {
		text := fmt.Sprintf("%d in=%d out=%d", l.State, l.BytesIn, l.BytesOut)
		if l.Err != nil {
			text += " " + l.Err.Error()
		}
		all = append(all, text)
	}
	return all[max(0, len(all)-30):]
}

// silences counts the links that were left because nothing was heard; call it
// within until.
func (a *agent) silences() int {
	n := 0
	for _, l := range a.links {
		if l.State == client.Down && errors.Is(l.Err, client.ErrSilent) {
			n++
		}
	}
	return n
}

// lines are the messages of the conversation as the mirror holds them.
func (o *office) lines(v mirror.View) []string {
	c, known := v.Conversation(o.conversation)
	if !known {
		return nil
	}
	var all []string
	for i := range c.Len() {
		if m, ok := c.Line(i).Event.(wire.Said); ok {
			all = append(all, fmt.Sprintf("%d %s %s", c.Line(i).Seq, m.By, m.Text))
		}
	}
	return all
}

// audit compares what an agent shows with what somebody shows who comes now, and
// looks for each text in it once.
func (o *office) audit(t *testing.T, a *agent, texts []string) {
	t.Helper()
	fresh := o.agent(t, o.addr)
	fresh.Watch(o.conversation)
	all := func(v mirror.View) bool {
		if c, known := v.Conversation(o.conversation); !known || !c.Opened() {
			return false
		}
		shown := strings.Join(o.lines(v), "\n")
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(shown, " "+text) })
	}
	fresh.until(t, "everything in a fresh mirror", all)
	a.until(t, "everything in the mirror", all)
	a.mu.Lock()
	defer a.mu.Unlock()
	fresh.mu.Lock()
	defer fresh.mu.Unlock()
	ours, theirs := o.lines(a.mirror.View()), o.lines(fresh.mirror.View())
	ours = ours[max(0, len(ours)-len(theirs)):] // who was there longer may have more before
	if !slices.Equal(ours, theirs) {
		t.Errorf("the mirror has\n%s\na fresh one\n%s", strings.Join(ours, "\n"), strings.Join(theirs, "\n"))
	}
	for _, text := range texts {
		found := slices.DeleteFunc(slices.Clone(theirs), func(l string) bool { return !strings.HasSuffix(l, " "+text) })
		if len(found) != 1 {
			t.Errorf("%.20q is in the log %d times", text, len(found))
		}
	}
}

// proxy is a network that can be hurt.
type proxy struct {
	*toxiproxy.Proxy
	t *testing.T
}

func newProxy(to string) *toxiproxy.Proxy {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	return toxiproxy.NewProxy(server, "between", "127.0.0.1:0", to)
}

func (o *office) proxy(t *testing.T) *proxy {
	t.Helper()
	p := &proxy{newProxy(o.addr), t}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p
}

// hurt adds a toxic in both directions.
func (p *proxy) hurt(kind, attributes string) {
	p.t.Helper()
	for _, stream := range []string{"upstream", "downstream"} {
		p.hurtOne(stream, kind, attributes)
	}
}

func (p *proxy) hurtOne(stream, kind, attributes string) {
	p.t.Helper()
	spec := fmt.Sprintf(`{"name":"%s %s","type":"%s","stream":"%s","attributes":%s}`, stream, kind, kind, stream, attributes)
	if _, err := p.Toxics.AddToxicJson(strings.NewReader(spec)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *proxy) heal() { p.Toxics.ResetToxics(p.t.Context()) }

// cut breaks what is connected; new connections come through.
func (p *proxy) cut() {
	p.t.Helper()
	p.Stop()
	if err := p.Start(); err != nil {
		p.t.Fatal(err)
	}
}
