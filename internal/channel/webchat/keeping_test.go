package webchat_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/channel/webchat"

	"github.com/Shopify/toxiproxy/v2"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/rs/zerolog"
)

const (
	off   = status + `.includes('Sin conexión')`
	box   = `document.getElementById('text').value`
	since = `document.getElementById('since').textContent`
)

// choose presses a button of the nth message that waits.
func (p *tab) choose(nth, button int) {
	p.t.Helper()
	p.js(fmt.Sprintf(`document.querySelectorAll('#waiting .line')[%d].querySelectorAll('button')[%d].click()`, nth, button))
}

func TestInABrowserWhatWaitsCanBeCorrectedOrTakenBack(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	p := browser(t, "es-AR")()
	p.open(at + "/chat")
	p.say("uno")
	p.sees("it", once(mine, "uno"))
	p.offline(true)
	p.sees("that it is offline", off)
	for i, text := range []string{"dos", "trs", "cuatro"} {
		p.say(text)
		p.sees("it waits", waiting+fmt.Sprintf(`.length === %d`, i+1))
	}
	p.sees("how many wait and since when", since+`.includes('Última señal hace') && `+since+`.includes('esperan 3 mensajes')`)
	p.choose(0, 1) // takes "dos" back
	p.sees("it gone", are(waiting, "trs", "cuatro"))
	p.choose(0, 0) // corrects "trs"
	p.sees("it in the box", box+` === 'trs' && `+are(waiting, "cuatro"))
	p.js(`(() => { const b = document.getElementById('text'); b.value = ''; })()`)
	p.say("tres")
	p.sees("it waits", are(waiting, "cuatro", "tres"))
	p.offline(false)
	p.sees("all arrived", are(mine, "uno", "cuatro", "tres")+" && "+are(waiting)+` && !`+since)
	if got := strings.Join(desk.texts(), ","); got != "uno,cuatro,tres" {
		t.Errorf("the desk heard %s", got)
	}
	p.clean()
}

func TestInABrowserADraftOutlivesItsTab(t *testing.T) {
	_, _, at := open(t, webchat.Config{})
	tabs := browser(t, "es-AR")
	p := tabs()
	p.open(at + "/chat")
	p.do(chromedp.Focus("#text"), insert("a medio escribir"))
	p.do(chromedp.Reload())
	p.sees("it after a reload", box+` === 'a medio escribir'`)
	p.close()
	q := tabs()
	q.open(at + "/chat")
	q.sees("it in the next tab", box+` === 'a medio escribir'`)
	q.clean()
}

// A desk that cannot save says so; the message waits, and goes out when it can.
func TestInABrowserADeskThatCannotSaveIsSaidAndLosesNothing(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	p := browser(t, "es-AR")()
	p.open(at + "/chat")
	p.say("uno")
	p.sees("it", once(mine, "uno"))
	desk.staff(func(*person) { desk.full = &wire.Refusal{Kind: wire.Busy, Code: "disk_full", Text: "lleno"} })
	p.say("dos")
	p.sees("that it cannot be saved now", status+`.includes('no podemos guardar') && `+are(waiting, "dos"))
	desk.staff(func(*person) { desk.full = nil })
	p.sees("it sent", are(mine, "uno", "dos")+" && "+are(waiting)+" && !"+status+`.includes('no podemos')`)
	if got := strings.Join(desk.texts(), ","); got != "uno,dos" {
		t.Errorf("the desk heard %s", got)
	}
	p.clean()
}

// A browser that refuses storage still talks, and says what that costs.
func TestInABrowserWithoutADatabaseThatIsSaidAndItStillTalks(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	p := browser(t, "es-AR")()
	p.do(call(cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{
		Source: `indexedDB.open = () => { throw new DOMException('denied', 'SecurityError') };
			Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } })`,
	}))
	p.open(at + "/chat")
	p.sees("that nothing is kept", `document.getElementById('kept').textContent.includes('no guarda nada') && !document.getElementById('kept').hidden`)
	p.say("uno")
	p.sees("it", once(mine, "uno"))
	p.offline(true)
	p.sees("that it is offline", off)
	p.say("dos")
	p.say("tres")
	p.sees("they wait", are(waiting, "dos", "tres"))
	p.offline(false)
	p.sees("all arrived", are(mine, "uno", "dos", "tres"))
	if got := strings.Join(desk.texts(), ","); got != "uno,dos,tres" {
		t.Errorf("the desk heard %s", got)
	}
	p.clean()
}

// A browser without room keeps the text in the page, sends it, and says so meanwhile.
func TestInABrowserWithoutRoomWhatIsTypedIsStillSentOnce(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	p := browser(t, "es-AR")()
	p.open(at + "/chat")
	p.say("uno")
	p.sees("it", once(mine, "uno"))
	p.js(`IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); }`)
	p.offline(true)
	p.sees("that it is offline", off)
	long := strings.Repeat("ñ", 4000)
	p.say(long)
	p.sees("it waits, and that it is not kept", waiting+`.length === 1 && !document.getElementById('kept').hidden`)
	p.offline(false)
	p.sees("it sent, and no warning", once(mine, long)+` && document.getElementById('kept').hidden`)
	if n := len(desk.texts()); n != 2 {
		t.Errorf("the desk heard %d messages, want 2", n)
	}
	p.clean()
}

// What a page of an earlier version left in localStorage is sent, under the numbers it
// already had.
func TestInABrowserWhatAnEarlierPageLeftIsSent(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	tabs := browser(t, "es-AR")
	p := tabs()
	p.open(at + "/chat")
	p.say("uno")
	p.sees("it", once(mine, "uno"))
	var device, lane string
	desk.staff(func(p *person) {
		for tab := range p.lanes {
			device, lane = tab.Device, tab.Lane
		}
	})
	// The desk has "uno" as number 1; its outcome was lost, and "dos" was never sent.
	p.js(fmt.Sprintf(`localStorage.setItem('ventanilla/guest/lanes/%s', JSON.stringify({entries: [{text: 'uno', at: 1, n: 1}, {text: 'dos', at: 2}], refused: [{text: 'tres', why: 'No.'}]})),
		localStorage.setItem('ventanilla/guest/device', JSON.stringify(%q))`, lane, device))
	p.do(chromedp.Reload())
	p.sees("both once, and the refused one", are(mine, "uno", "dos")+` && `+are(waiting)+` && document.querySelector('#waiting .refused .text').textContent === 'tres'`)
	if got := strings.Join(desk.texts(), ","); got != "uno,dos" {
		t.Errorf("the desk heard %s", got)
	}
	if left := p.js(`Object.keys(localStorage).filter(k => /lanes|device|resume/.test(k)).join()`); left != "" {
		t.Errorf("localStorage still holds %s", left)
	}
	p.clean()
}

// A link that is dead and does not say so is noticed by the message that gets no
// answer; the message arrives once, though the desk had taken it.
func TestInABrowserAHalfOpenLinkIsNoticedByTheMessageInFlight(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	proxies := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.New(io.Discard))
	proxy := toxiproxy.NewProxy(proxies, "desk", "127.0.0.1:0", strings.TrimPrefix(at, "http://"))
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	p := browser(t, "es-AR")()
	p.open("http://" + proxy.Listen + "/chat")
	p.say("uno")
	p.sees("it", once(mine, "uno"))
	mute := `{"name":"mute","type":"timeout","stream":"downstream","attributes":{"timeout":0}}`
	if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(mute)); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	p.say("dos")
	p.sees("that it is offline", off)
	t.Logf("noticed after %v", time.Since(began))
	if got := strings.Join(desk.texts(), ","); got != "uno,dos" {
		t.Fatalf("the desk heard %s", got)
	}
	if err := proxy.Toxics.RemoveToxic(t.Context(), "mute"); err != nil {
		t.Fatal(err)
	}
	p.sees("both once", are(mine, "uno", "dos")+" && "+are(waiting))
	if got := strings.Join(desk.texts(), ","); got != "uno,dos" {
		t.Errorf("the desk heard %s", got)
	}
	p.clean()
}

// The widget's frame, on a lender's page and sandboxed, keeps what waits as well.
func TestInABrowserTheWidgetKeepsWhatWaits(t *testing.T) {
	srv, set := lender(t)
	desk, _, at := open(t, webchat.Config{Embedders: []string{srv.URL}})
	set(at, mint(t, func(*webchat.Claims) {}))
	tabs := browser(t, "es-AR")
	p, q := tabs(), tabs()
	q.do(chromedp.Navigate(at + "/chat/icon.svg")) // of the frame's origin
	show := func() {
		p.do(chromedp.Navigate(srv.URL))
		p.sees("the widget", `window.ventanilla`)
		p.js(`ventanilla.open()`)
	}
	write := func(text string) { // the frame fills a phone, its composer is at the bottom
		var height float64
		_, _ = fmt.Sscan(p.js("innerHeight"), &height)
		p.do(chromedp.MouseClickXY(120, height-50), insert(text), chromedp.KeyEvent("\r"))
	}
	heard := func(text string) int {
		n := 0
		for _, s := range desk.texts() {
			if s == text {
				n++
			}
		}
		return n
	}
	show()
	eventually(t, "the frame has come in", func() bool {
		desk.mu.Lock()
		defer desk.mu.Unlock()
		return len(desk.entered) > 0
	})
	write("x")
	eventually(t, "what is typed into the frame arrives", func() bool { return heard("x") == 1 })
	p.offline(true)
	write("sin conexión")
	eventually(t, "the frame's database has it", func() bool {
		return q.kept("sin conexión")
	})
	if heard("sin conexión") != 0 {
		t.Error("it was sent while offline")
	}
	p.offline(false)
	show()
	eventually(t, "it arrives after the page is opened again", func() bool { return heard("sin conexión") == 1 })
	p.clean()
}

// kept reads from the browser's database whether a text is in it.
func (p *tab) kept(text string) bool {
	p.t.Helper()
	yes, err := chromedp.Run(p.Context, chromedp.Evaluate[bool](fmt.Sprintf(`new Promise(async (resolve) => {
		if ((await indexedDB.databases()).length === 0) return resolve(false);
		const open = indexedDB.open('ventanilla');
		open.onsuccess = () => {
			const all = open.result.transaction('messages').objectStore('messages').getAll();
			all.onsuccess = () => { open.result.close(); resolve(all.result.some((row) => row.text === %q)); };
		};
	})`, text), chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatal(err)
	}
	return yes
}
