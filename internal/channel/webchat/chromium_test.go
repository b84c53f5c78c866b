package webchat_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium finds the browser. Without one the test is skipped, but not in CI.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no chromium on this machine, and CI is set")
	}
	t.Skip("no chromium on this machine: the customer's page is not tried in a browser")
	return ""
}

// tab is a page in a real browser.
type tab struct {
	context.Context
	t        *testing.T
	close    func()
	mu       sync.Mutex
	troubles []string // what the browser complained about
}

// browser starts one and returns a maker of tabs that share its storage.
func browser(t *testing.T, language string) func() *tab {
	t.Helper()
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("headless", "new"), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", language), chromedp.Flag("accept-lang", language))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	t.Cleanup(stop)
	first, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(first); err != nil {
		t.Fatalf("starting the browser: %v", err)
	}
	return func() *tab { return newTab(t, first) }
}

func newTab(t *testing.T, browser context.Context) *tab {
	ctx, cancel := chromedp.NewContext(browser)
	p := &tab{Context: ctx, t: t}
	var watching sync.WaitGroup
	p.close = sync.OnceFunc(func() { cancel(); watching.Wait() })
	t.Cleanup(p.close)
	p.do(call(log.Enable, cdp.Empty{}), call(network.Enable, network.EnableParams{}), call(runtime.Enable, cdp.Empty{}),
		call(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}),
		chromedp.EmulateViewport(360, 740)) // a phone's: windows are never that narrow
	thrown, logged := chromedp.Events(ctx, runtime.ExceptionThrown), chromedp.Events(ctx, log.EntryAdded)
	watching.Go(func() {
		for e, err := range thrown {
			if err == nil {
				p.note(e.ExceptionDetails.Text + " " + e.ExceptionDetails.Exception.Description)
			}
		}
	})
	watching.Go(func() {
		for e, err := range logged {
			if err == nil && (e.Entry.Source == log.EntrySourceSecurity || strings.Contains(e.Entry.Text, "Content Security Policy")) {
				p.note(e.Entry.Text)
			}
		}
	})
	return p
}

// call makes an action of a command of the DevTools protocol.
func call[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// note keeps what must not happen: exceptions, and violations of the policy.
func (p *tab) note(trouble string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.troubles = append(p.troubles, trouble)
}

// clean fails the test when the browser complained.
func (p *tab) clean() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.troubles {
		p.t.Errorf("the browser complains: %s", s)
	}
}

func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.Context, actions...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) open(at string) {
	p.t.Helper()
	p.do(chromedp.Navigate(at))
	p.sees("the page to have started", `document.getElementById('text')?.placeholder`)
}

// js evaluates an expression.
func (p *tab) js(expression string) string {
	p.t.Helper()
	out, err := chromedp.Run(p.Context, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return out
}

// sees waits until an expression is true in the page.
func (p *tab) sees(what, expression string) {
	p.t.Helper()
	deadline := time.Now().Add(45 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ; ; <-tick.C {
		// A page that is being loaded has no answer yet.
		if ok, err := chromedp.Run(p.Context, chromedp.Evaluate[bool]("Boolean("+expression+")")); err == nil && ok {
			return
		}
		if time.Now().After(deadline) {
			p.clean()
			p.t.Fatalf("not within 45 s: %s\nthe page shows:\n%s", what, p.js("document.body.innerText"))
		}
	}
}

// insert puts a text where the focus is, the way a paste does.
func insert(text string) chromedp.Action[chromedp.Void] {
	return call(input.InsertText, input.InsertTextParams{Text: text})
}

// say writes a text into the composer and presses Enter.
func (p *tab) say(text string) {
	p.t.Helper()
	p.do(chromedp.Focus("#text"), insert(text), chromedp.KeyEvent("\r"))
}

// offline cuts the tab off, or joins it again.
func (p *tab) offline(yes bool) {
	p.t.Helper()
	cut := &network.Conditions{Offline: yes, DownloadThroughput: -1, UploadThroughput: -1}
	p.do(
		call(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{cut}}),
		call(network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: yes, DownloadThroughput: -1, UploadThroughput: -1}),
	)
}

// Lists of the texts that a page shows.
const (
	texts   = `[...document.querySelectorAll('#log .text')].map(e => e.textContent)`
	mine    = `[...document.querySelectorAll('#log .mine .text')].map(e => e.textContent)`
	waiting = `[...document.querySelectorAll('#waiting .waiting .text')].map(e => e.textContent)`
	lost    = `[...document.querySelectorAll('#waiting .lost .text')].map(e => e.textContent)`
	status  = `document.getElementById('status').textContent`
)

// once is true when a list holds a text exactly once.
func once(list, text string) string {
	return fmt.Sprintf("%s.filter(s => s === decodeURIComponent(%q)).length === 1", list, strings.ReplaceAll(url.QueryEscape(text), "+", "%20"))
}

// are is true when a list is exactly this, in order.
func are(list string, texts ...string) string {
	return fmt.Sprintf("%s.join('|') === %q", list, strings.Join(texts, "|"))
}
