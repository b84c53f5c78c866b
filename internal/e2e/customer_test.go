package e2e

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/store/sqlite"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/chromedp"
	"github.com/rs/zerolog"
)

// surfer is somebody with a real browser whose profile outlives it, on a network
// that can be cut: in the browser, as airplane mode does, and on the way to the desk.
type surfer struct {
	t       *testing.T
	proxy   *toxiproxy.Proxy
	profile string
	browser context.Context
	pid     int
	page
}

func surf(t *testing.T, desk string) *surfer {
	t.Helper()
	proxies := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.New(io.Discard))
	proxy := toxiproxy.NewProxy(proxies, "desk", "127.0.0.1:0", desk)
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	s := &surfer{t: t, proxy: proxy, profile: t.TempDir()}
	s.start()
	return s
}

// start opens the browser on the profile of the one before.
func (s *surfer) start() {
	s.t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			s.t.Fatal("no chromium on this machine, and CI is set")
		}
		s.t.Skip("no chromium on this machine: the customer's page is not tried in a browser")
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(s.profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("headless", "new"), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "es-AR"), chromedp.Flag("accept-lang", "es-AR"))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	s.t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	s.t.Cleanup(cancel)
	info, err := chromedp.CallBrowser(ctx, systeminfo.GetProcessInfo, cdp.Empty{})
	if err != nil {
		s.t.Fatalf("starting the browser: %v", err)
	}
	for _, p := range info.ProcessInfo {
		if p.Type == "browser" {
			s.pid = int(p.ID)
		}
	}
	s.browser = ctx
}

// kill ends the browser as a power cut would.
func (s *surfer) kill() {
	s.t.Helper()
	if err := syscall.Kill(s.pid, syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
	for syscall.Kill(s.pid, 0) == nil {
		<-time.After(10 * time.Millisecond)
	}
}

// tab opens the chat in a new tab, which becomes the one that is spoken to.
func (s *surfer) tab() page {
	s.t.Helper()
	ctx, cancel := chromedp.NewContext(s.browser)
	s.t.Cleanup(cancel)
	s.page = page{ctx, s.t}
	if err := chromedp.Do(ctx, call(network.Enable, network.EnableParams{})); err != nil {
		s.t.Fatal(err)
	}
	s.load()
	return s.page
}

func (s *surfer) load() {
	s.t.Helper()
	if err := chromedp.Do(s.Context, chromedp.Navigate("http://"+s.proxy.Listen+"/chat")); err != nil {
		s.t.Fatalf("opening the page: %v", err)
	}
	s.until("the page has started", `!!document.getElementById('text')?.placeholder`)
}

func call[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// airplane cuts the tab off in the browser, or joins it again.
func (s *surfer) airplane(yes bool) {
	s.t.Helper()
	cut := &network.Conditions{Offline: yes, DownloadThroughput: -1, UploadThroughput: -1}
	err := chromedp.Do(s.Context,
		call(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{cut}}),
		call(network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: yes, DownloadThroughput: -1, UploadThroughput: -1}))
	if err != nil {
		s.t.Fatal(err)
	}
	if yes {
		s.until("it says that it is offline", `document.getElementById('status').textContent.includes('Sin conexión')`)
	}
}

// toxic spoils the way to the desk until the function it returns is called.
func (s *surfer) toxic(name, json string) (heal func()) {
	s.t.Helper()
	if _, err := s.proxy.Toxics.AddToxicJson(strings.NewReader(json)); err != nil {
		s.t.Fatal(err)
	}
	return func() { _ = s.proxy.Toxics.RemoveToxic(context.Background(), name) }
}

// says writes a message and waits until the page has kept it.
func (s *surfer) says(text string) {
	s.t.Helper()
	s.page.says(text)
	s.until("it is kept: "+text, `document.getElementById('text').value === ''`)
}

// waits writes a message that cannot leave now.
func (s *surfer) waits(text string) {
	s.t.Helper()
	s.says(text)
	s.until("it waits: "+text, `[...document.querySelectorAll('#waiting .waiting .text')].at(-1)?.textContent === '`+text+`'`)
}

// has waits until the page shows exactly these messages of the customer as sent.
func (s *surfer) has(texts ...string) {
	s.t.Helper()
	s.until("sent: "+strings.Join(texts, ","), `[...document.querySelectorAll('#log .mine .text')].map(e => e.textContent).join() === '`+strings.Join(texts, ",")+`' && !document.querySelector('#waiting .line')`)
}

// said returns what the customers have said by the desk's log, in order.
func said(t *testing.T, data string) []string {
	t.Helper()
	store, err := sqlite.Attach(context.Background(), data)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var texts []string
	err = store.View(context.Background(), func(r desk.Reader) error {
		entries, err := r.Entries(0, 10_000)
		for _, e := range entries {
			if s, ok := e.Event.(wire.Said); ok && s.By == wire.ByCustomer {
				texts = append(texts, s.Text)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// What a customer typed is in the log once and in the order typed, whatever happened
// to the network, the page, the browser and the desk meanwhile.
func TestWhatACustomerTypedSurvives(t *testing.T) {
	data, addr := t.TempDir(), free(t)
	first := startDesk(t, data, addr)
	rosa := surf(t, addr)
	rosa.tab()
	var typed []string
	next := func() string {
		typed = append(typed, fmt.Sprint("m", len(typed)+1))
		return typed[len(typed)-1]
	}
	step := func(name string, do func()) {
		t.Helper()
		do()
		if t.Failed() {
			t.FailNow()
		}
		rosa.has(typed...)
		if got := said(t, data); !slices.Equal(got, typed) {
			t.Fatalf("after %s the log has %v, want %v", name, got, typed)
		}
	}

	step("a message", func() { rosa.says(next()) })

	step("a reload in airplane mode", func() {
		rosa.airplane(true)
		rosa.waits(next())
		rosa.waits(next())
		rosa.js(`(() => { const box = document.getElementById('text'); box.value = 'a medias'; box.dispatchEvent(new Event('input')); })()`)
		_ = chromedp.Do(rosa.Context, chromedp.Reload()) // the browser's own error page
		rosa.until("the page is gone", `!document.getElementById('text')`)
		rosa.airplane(false)
		rosa.load()
		rosa.until("the draft is there", `document.getElementById('text').value === 'a medias'`)
		rosa.js(`(() => { const box = document.getElementById('text'); box.value = ''; box.dispatchEvent(new Event('input')); })()`)
	})

	step("a closed tab", func() {
		rosa.airplane(true)
		rosa.waits(next())
		if err := chromedp.Cancel(rosa.Context); err != nil {
			t.Fatal(err)
		}
		rosa.tab()
	})

	step("a killed browser", func() {
		rosa.proxy.Stop()
		rosa.until("it says so", `document.getElementById('status').textContent.includes('Sin conexión')`)
		rosa.waits(next())
		rosa.waits(next())
		rosa.kill()
		if err := rosa.proxy.Start(); err != nil {
			t.Fatal(err)
		}
		rosa.start()
		rosa.tab()
	})

	step("a killed desk", func() {
		first.kill()
		rosa.says(next())
		rosa.says(next())
		rosa.until("both are kept", `document.querySelectorAll('#waiting .waiting').length === 2`)
		startDesk(t, data, addr)
	})

	step("a lost outcome", func() {
		heal := rosa.toxic("mute", `{"name":"mute","type":"timeout","stream":"downstream","attributes":{"timeout":0}}`)
		rosa.waits(next())
		rosa.until("the silence is noticed", `document.getElementById('status').textContent.includes('Sin conexión')`)
		if got := said(t, data); !slices.Equal(got, typed) {
			t.Fatalf("the desk has %v: the message did not arrive, so its outcome was not lost", got)
		}
		heal()
	})

	step("a lost outcome and a killed browser", func() {
		heal := rosa.toxic("mute", `{"name":"mute","type":"timeout","stream":"downstream","attributes":{"timeout":0}}`)
		rosa.waits(next())
		for deadline := time.Now().Add(patience); !slices.Equal(said(t, data), typed); <-time.After(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the message never arrived")
			}
		}
		rosa.kill()
		heal()
		rosa.start()
		rosa.tab()
	})

	step("a second tab", func() {
		one := rosa.page
		two := rosa.tab()
		one.says(next())
		rosa.has(typed...)
		two.says(next())
		rosa.page = one
	})

	step("2 kB/s and 600 ms", func() {
		var heal []func()
		for _, stream := range []string{"upstream", "downstream"} {
			heal = append(heal,
				rosa.toxic("slow-"+stream, `{"name":"slow-`+stream+`","type":"bandwidth","stream":"`+stream+`","attributes":{"rate":2}}`),
				rosa.toxic("late-"+stream, `{"name":"late-`+stream+`","type":"latency","stream":"`+stream+`","attributes":{"latency":300}}`))
		}
		for range 3 {
			rosa.says(next())
		}
		rosa.has(typed...)
		for _, h := range heal {
			h()
		}
	})
}
