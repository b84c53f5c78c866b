package demo_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ventanilla/client"
	"ventanilla/client/chat"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
	"ventanilla/internal/demo"
)

// soon bounds waiting for what other goroutines do; it is no measure of how fast
// they are.
const soon = 30 * time.Second

// play opens and runs a demo until the test ends, or stop is called.
func play(t *testing.T, cfg demo.Config) (d *demo.Demo, stop func()) {
	t.Helper()
	d, err := demo.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("the demo ended with: %v", err)
			}
		case <-time.After(soon):
			t.Fatal("the demo does not end")
		}
		if err := d.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	t.Cleanup(stop)
	return d, stop
}

// seat is the person at the keyboard.
type seat struct {
	*client.Client
	mu      sync.Mutex
	mirror  *mirror.Mirror
	records []wire.Record
	changed chan struct{}
}

// sit starts a client with the person's session; it leaves with the test.
func sit(t *testing.T, d *demo.Demo) *seat {
	t.Helper()
	s := &seat{mirror: mirror.New(), changed: make(chan struct{}, 1)}
	s.Client = client.New(client.Config{URL: demo.Origin, Token: d.You().Token, Dial: d.Dial, Sink: s.sink})
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Errorf("the workstation's link ended: %v", err)
		}
	})
	t.Cleanup(func() {
		stop()
		running.Wait()
	})
	return s
}

func (s *seat) sink(u client.Update) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range u.Events {
		_ = client.Fold(s.mirror, e) // a gap shows in what is waited for
		if part, is := e.(client.FeedPart); is {
			s.records = append(s.records, part.Records...)
		}
	}
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// until waits until something about what the person sees is true.
func (s *seat) until(t *testing.T, what string, ok func(mirror.View, []wire.Record) bool) {
	t.Helper()
	limit := time.NewTimer(soon)
	defer limit.Stop()
	for {
		s.mu.Lock()
		done := ok(s.mirror.View(), s.records)
		s.mu.Unlock()
		if done {
			return
		}
		select {
		case <-s.changed:
		case <-limit.C:
			t.Fatalf("waited in vain for: %s", what)
		}
	}
}

// count counts the records that something is true of.
func count(records []wire.Record, is func(wire.Event) bool) (n int) {
	for _, r := range records {
		if is(r.Event) {
			n++
		}
	}
	return n
}

func TestTheDeskLivesWithoutAnybodyAtTheKeyboard(t *testing.T) {
	d, _ := play(t, demo.Config{Speed: 60})
	s := sit(t, d)
	s.until(t, "customers waiting", func(v mirror.View, _ []wire.Record) bool {
		return v.Ready() && v.Rows(mirror.Unassigned, mirror.ByWaiting).Len() > 0
	})
	s.until(t, "colleagues who took, answered and closed", func(_ mirror.View, all []wire.Record) bool {
		return count(all, func(e wire.Event) bool { r, ok := e.(wire.Routed); return ok && r.How == wire.Took }) >= 4 &&
			count(all, func(e wire.Event) bool { x, ok := e.(wire.Said); return ok && x.By == wire.ByAgent }) >= 8 &&
			count(all, func(e wire.Event) bool { x, ok := e.(wire.StatusChanged); return ok && x.Status == wire.Resolved }) >= 2
	})
}

func TestThePersonBeginsWithACustomerOfTheirOwn(t *testing.T) {
	d, _ := play(t, demo.Config{})
	s := sit(t, d)
	s.until(t, "the first customer, given to us", func(v mirror.View, _ []wire.Record) bool {
		return v.Rows(mirror.Mine, mirror.ByWaiting).Len() == 1
	})
}

func TestACustomerGoesOnWhenThePersonAnswers(t *testing.T) {
	d, _ := play(t, demo.Config{Speed: 20})
	s := sit(t, d)
	var id wire.ConversationID
	var before uint64
	s.until(t, "a customer", func(v mirror.View, _ []wire.Record) bool {
		if rows := v.Rows(mirror.Unassigned, mirror.ByWaiting); rows.Len() > 0 && rows.At(0).Last.Seq > 0 {
			id = rows.At(0).ID
		}
		return id != ""
	})
	s.Do(wire.Reply{Conversation: id, Text: "¡Hola! Ya lo miro. ¿Me contás un poco más?"})
	s.until(t, "our answer in the feed", func(_ mirror.View, all []wire.Record) bool {
		for _, r := range all {
			if e, ok := r.Event.(wire.Said); ok && e.Conversation == id && e.By == wire.ByAgent {
				before = r.Seq
			}
		}
		return before > 0
	})
	s.until(t, "what the customer says to it", func(_ mirror.View, all []wire.Record) bool {
		for _, r := range all {
			if e, ok := r.Event.(wire.Said); ok && e.Conversation == id && e.By == wire.ByCustomer && r.Seq > before {
				return true
			}
		}
		return false
	})
}

func TestABrowserBecomesAKnownCustomerAtEachVisit(t *testing.T) {
	d, _ := play(t, demo.Config{})
	web := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	visit := func() string {
		t.Helper()
		resp, err := web.Get(d.Visit())
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		path, fragment, _ := strings.Cut(resp.Header.Get("Location"), "#token=")
		token, err := url.QueryUnescape(fragment)
		if resp.StatusCode != http.StatusSeeOther || path != "/chat" || token == "" || err != nil {
			t.Fatalf("the visit leads to %s with status %d", path, resp.StatusCode)
		}
		return token
	}
	token := visit()
	if token == visit() {
		t.Error("two visits got the same token, which is good once")
	}
	s := sit(t, d)
	s.until(t, "the queue", func(v mirror.View, _ []wire.Record) bool { return v.Ready() })
	up := make(chan chat.Link, 1)
	c, err := chat.New(chat.Config{URL: d.Desk(), Token: token, Sink: func(e chat.Event) {
		if l, ok := e.(chat.Link); ok {
			select {
			case up <- l:
			default:
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { _ = c.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	const hello = "hola, soy yo desde el navegador"
	if _, err := c.Say(hello); err != nil {
		t.Fatal(err)
	}
	if l := <-up; !l.Up || !l.Known || l.Name == "" {
		t.Errorf("the browser's link is %+v, want a known customer", l)
	}
	// The cast may play the same customer: whose conversation it is then, and what is
	// said in it next, is not for us to know.
	s.until(t, "the browser's message at the workstation", func(v mirror.View, records []wire.Record) bool {
		return slices.ContainsFunc(records, func(r wire.Record) bool {
			said, ok := r.Event.(wire.Said)
			if !ok || said.Text != hello {
				return false
			}
			c, _ := v.Conversation(said.Conversation)
			return c.Summary().Known
		})
	})
}

func TestStrangersPagesGetNoToken(t *testing.T) {
	d, _ := play(t, demo.Config{})
	for host, want := range map[string]int{"evil.example:80": http.StatusForbidden, "localhost:1234": http.StatusSeeOther} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.Visit(), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("a request for %s got %d, want %d", host, resp.StatusCode, want)
		}
	}
}

func TestNothingIsLeftWhenItEnds(t *testing.T) {
	d, stop := play(t, demo.Config{Speed: 20})
	s := sit(t, d)
	s.until(t, "customers", func(v mirror.View, _ []wire.Record) bool {
		return v.Rows(mirror.Unassigned, mirror.ByWaiting).Len() > 2
	})
	dir := d.Data()
	if len(alive(t)) == 0 {
		t.Fatal("no goroutine of a running demo was found: the check below sees nothing")
	}
	stop()
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder %s is still there: %v", dir, err)
	}
	// The workstation's own link ends with the test; everything else has ended.
	for _, stack := range alive(t) {
		t.Errorf("a goroutine is left:\n%s", stack)
	}
}

// alive returns the goroutines that are at work in a demo.
func alive(t *testing.T) (found []string) {
	t.Helper()
	var b strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		t.Fatal(err)
	}
	for stack := range strings.SplitSeq(b.String(), "\n\n") {
		for _, part := range []string{
			"internal/demo.", "internal/replay.", "internal/server.", "internal/desk.", "internal/gateway.", "channel/webchat.", "client/chat.",
		} {
			if strings.Contains(stack, "ventanilla/"+part) || strings.Contains(stack, "ventanilla/internal/"+part) {
				found = append(found, stack)
				break
			}
		}
	}
	return found
}

func TestADemoThatIsKeptOpensAgain(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		d, stop := play(t, demo.Config{Data: dir})
		s := sit(t, d)
		s.until(t, "a desk that knows us", func(v mirror.View, _ []wire.Record) bool { return v.Ready() && v.Me().Role == wire.RoleLead })
		stop()
	}
}
