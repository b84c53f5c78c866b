package e2e

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// page is the customer's page in a real Chromium.
type page struct {
	context.Context
	t *testing.T
}

func openPage(t *testing.T, address string) page {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no chromium on this machine, and CI is set")
		}
		t.Skip("no chromium on this machine: terminal and browser are not tried together")
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("headless", "new"), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "es-AR"), chromedp.Flag("accept-lang", "es-AR"))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	p := page{ctx, t}
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatalf("opening the page: %v", err)
	}
	p.until("the page has started", `!!document.getElementById('text')?.placeholder`)
	return p
}

// js evaluates an expression of the page.
func (p page) js(expression string) string {
	p.t.Helper()
	out, err := chromedp.Run(p.Context, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return out
}

// until waits for an expression to be true. The page is another program: asking is
// the only way to know.
func (p page) until(what, expression string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); p.js(expression) != "true"; {
		if time.Now().After(deadline) {
			p.t.Fatalf("never: %s. The page says:\n%s", what, p.js("document.body.innerText"))
		}
		<-time.After(20 * time.Millisecond)
	}
}

// says writes a message as a person does, but faster.
func (p page) says(text string) {
	p.t.Helper()
	p.js(`(() => { const box = document.getElementById('text'); box.focus(); box.value = ` + strconv.Quote(text) + `;
		box.dispatchEvent(new Event('input', {bubbles: true}));
		box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true})); })()`)
}

// shows waits until the page shows a text so many times.
func (p page) shows(text string, times int) {
	p.t.Helper()
	p.until("it shows "+text, `document.body.innerText.split(`+strconv.Quote(text)+`).length - 1 === `+strconv.Itoa(times))
}
