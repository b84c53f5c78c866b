package webchat_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/channel/webchat"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

func TestInABrowserTextsGoBothWaysAndStayText(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	p := browser(t, "es-AR")()
	p.open(at + "/chat")
	for _, text := range []string{
		"Hola, ¿cuánto debo? Ñandú, pingüino",
		"👩‍👩‍👧‍👦 ❤️ 🇲🇽",
		"primera línea\nsegunda",
		strings.Repeat("ñ😀", 2000),
		`<img src=x onerror="document.title='hurt'"><script>alert(1)</script>`,
		"\u202egnp.exe \u2067x\u2069 fin",
		strings.Repeat("w", 500),
	} {
		p.say(text)
		p.sees("own message "+text[:4], once(mine, text))
		desk.reply("Re: " + text)
		p.sees("the answer to "+text[:4], once(texts, "Re: "+text))
	}
	if got := p.js(`document.querySelectorAll('#log img, #log script').length + ' ' + document.title`); !strings.HasPrefix(got, "0 ") || strings.Contains(got, "hurt") {
		t.Errorf("text became markup: %s", got)
	}
	if got := p.js(`document.documentElement.scrollWidth <= innerWidth && document.getElementById('scroll').scrollWidth <= innerWidth`); got != "true" {
		t.Error("a long word makes the page wider than the phone")
	}
	p.clean()
}

func TestInABrowserHistoryIsThereAfterAReload(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	p := browser(t, "es-AR")()
	p.open(at + "/chat")
	p.say("uno")
	p.sees("it", once(mine, "uno"))
	desk.reply("dos")
	p.sees("the answer", once(texts, "dos"))
	p.do(chromedp.Reload())
	p.sees("both after the reload", are(texts, "uno", "dos"))
	p.say("tres")
	p.sees("all three", are(texts, "uno", "dos", "tres"))
	if got := strings.Join(desk.texts(), ","); got != "uno,tres" {
		t.Errorf("the desk heard %s", got)
	}
	p.clean()
}

func TestInABrowserWhatIsWrittenOfflineIsKeptAndSentOnce(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	tabs := browser(t, "es-AR")
	p := tabs()
	p.open(at + "/chat")
	p.say("antes")
	p.sees("it", once(mine, "antes"))
	p.offline(true)
	p.sees("that it is offline", status+`.includes('Sin conexión')`)
	p.say("durante 1")
	p.say("durante 2")
	p.sees("both waiting", are(waiting, "durante 1", "durante 2"))
	if n := len(desk.texts()); n != 1 {
		t.Errorf("the desk heard %d messages, want 1", n)
	}
	p.offline(false)
	p.sees("both arrived", are(mine, "antes", "durante 1", "durante 2")+" && "+are(waiting))
	p.do(chromedp.Reload())
	p.sees("each once after a reload", are(mine, "antes", "durante 1", "durante 2"))
	p.say("después")
	p.sees("the next", once(mine, "después"))
	if got := strings.Join(desk.texts(), ","); got != "antes,durante 1,durante 2,después" {
		t.Errorf("the desk heard %s", got)
	}
}

func TestInABrowserATabSendsWhatAClosedOneLeft(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	tabs := browser(t, "es-AR")
	p := tabs()
	p.open(at + "/chat")
	p.say("antes")
	p.sees("it", once(mine, "antes"))
	p.offline(true)
	p.sees("that it is offline", status+`.includes('Sin conexión')`)
	p.say("huérfano")
	p.sees("it waits", are(waiting, "huérfano"))
	p.close()
	q := tabs()
	q.open(at + "/chat")
	q.sees("what the other left", are(mine, "antes", "huérfano"))
	if got := strings.Join(desk.texts(), ","); got != "antes,huérfano" {
		t.Errorf("the desk heard %s", got)
	}
	q.clean()
}

func TestInABrowserTwoTabsAreTwoLanes(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	tabs := browser(t, "es-AR")
	p := tabs()
	p.open(at + "/chat")
	p.say("uno")
	p.sees("it", once(mine, "uno"))
	q := tabs()
	q.open(at + "/chat")
	q.sees("what the first said", once(mine, "uno"))
	q.say("dos")
	p.say("tres")
	for _, tab := range []*tab{p, q} {
		tab.sees("all three", are(mine+".toSorted()", "dos", "tres", "uno"))
		tab.clean()
	}
	if n := len(desk.texts()); n != 3 {
		t.Errorf("the desk heard %d messages, want 3", n)
	}
}

func TestInABrowserTheStaffsSideIsShown(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	p := browser(t, "es-MX")()
	p.open(at + "/chat")
	p.do(chromedp.Focus("#name"), insert("Vera"))
	p.say("hola")
	p.sees("it sent", once(mine, "hola")+` && document.querySelector('#log .mine.sent .state').textContent === 'enviado'`)
	p.sees("that somebody will come", status+` === 'En un momento te atiende una persona'`)
	desk.staff(func(p *person) {
		p.service, p.read = chatwire.Service{Agent: "Ana"}, chatwire.Marks{Delivered: 1}
		p.version++
	})
	p.sees("who serves", status+` === 'Ana te está atendiendo'`)
	p.sees("it delivered", `document.querySelector('#log .mine.delivered .state').textContent === 'entregado'`)
	desk.serve(chatwire.Service{Agent: "Ana"}, 1)
	p.sees("it read", `document.querySelector('#log .mine.read .state').textContent === 'leído'`)
	desk.staff(func(p *person) { p.typing++ })
	p.sees("that Ana writes", `document.getElementById('typing').textContent === 'Está escribiendo'`)
	desk.reply("buenas")
	p.sees("the answer instead", once(texts, "buenas")+` && document.getElementById('typing').textContent === ''`)
	eventually(t, "the desk hears that it was read", func() bool {
		read := uint64(0)
		desk.staff(func(p *person) { read = p.marks.Read })
		return read == 2
	})
	p.do(chromedp.Focus("#text"), insert("estoy escribiendo"))
	eventually(t, "the desk sees the customer writing", func() bool {
		typed := 0
		desk.staff(func(p *person) { typed = p.typed })
		return typed > 0
	})
	desk.serve(chatwire.Service{Resolved: true}, 1)
	p.sees("that it is resolved", `document.getElementById('resolved').textContent.includes('resuelta')`)
	if desk.entered[0].Name != "Vera" || desk.entered[0].Locale != "es-MX" {
		t.Errorf("entered as %+v", desk.entered[0])
	}
	p.clean()
}

func TestInABrowserOlderLinesComeOnScrollingUp(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	p := browser(t, "en-GB")()
	p.open(at + "/chat")
	p.say("0")
	p.sees("it", once(mine, "0"))
	for i := 1; i <= 50; i++ {
		desk.reply(strconv.Itoa(i))
	}
	p.do(chromedp.Reload())
	p.sees("the newest only", texts+`.length === 20 && `+texts+`.at(-1) === '50'`)
	p.sees("that it stands at the end", `document.getElementById('scroll').scrollTop > 0`)
	p.js(`document.getElementById('scroll').scrollTop = 0`)
	p.sees("a page more", texts+`.length === 40`)
	p.sees("that what was read stays in sight", `document.getElementById('scroll').scrollTop > 200`)
	p.js(`document.getElementById("older").click()`)
	p.sees("all of it, in order", texts+`.join() === [...Array(51).keys()].join()`)
	p.sees("no offer of more", `document.getElementById('older').hidden`)
	if got := p.js(`document.querySelectorAll('#log .day').length`); got != "1" {
		t.Errorf("%s headings for one day", got)
	}
	p.clean()
}

func TestInABrowserTheTitleCountsWhatWasNotSeen(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	p := browser(t, "en-GB")()
	p.open(at + "/chat")
	p.say("hello")
	p.sees("it", once(mine, "hello"))
	p.js(`document.hasFocus = () => false`)
	desk.reply("one")
	desk.reply("two")
	p.sees("two unread", `document.title === '(2) Customer support'`)
	p.js(`document.hasFocus = () => true`)
	p.js(`window.dispatchEvent(new Event('focus'))`)
	p.sees("none unread", `document.title === 'Customer support'`)
	p.clean()
}

func TestInABrowserTheKeyboardIsEnough(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	p := browser(t, "en-GB")()
	p.open(at + "/chat")
	p.js(`document.activeElement.blur()`)
	var stops []string
	for range 8 {
		p.do(chromedp.KeyEvent("\t"))
		stops = append(stops, p.js(`document.activeElement.id`))
		if at := stops[len(stops)-1]; at != "" && p.js(`getComputedStyle(document.activeElement).outlineStyle`) == "none" {
			t.Errorf("no sign of where the focus is on %s", at)
		}
	}
	for _, want := range []string{"language", "scroll", "name", "text", "send"} {
		if !slices.Contains(stops, want) {
			t.Errorf("Tab stops at %v, not at %s", stops, want)
		}
	}
	p.do(chromedp.Focus("#text"), insert("one"))
	p.do(call(input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: "keyDown", Key: "Enter", Code: "Enter", Text: "\r", Modifiers: 8, WindowsVirtualKeyCode: 13}))
	p.do(insert("two"), chromedp.KeyEvent("\r"))
	p.sees("one message of two lines", once(mine, "one\ntwo"))
	p.do(insert("three"), chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"))
	p.sees("what the button sent", once(mine, "three"))
	if got := strings.Join(desk.texts(), ","); got != "one\ntwo,three" {
		t.Errorf("the desk heard %q", got)
	}
	p.clean()
}

func TestInABrowserEverythingHasANameForAScreenReader(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	p := browser(t, "en-GB")()
	p.open(at + "/chat")
	p.say("hello")
	p.sees("it", once(mine, "hello"))
	desk.reply("welcome")
	p.sees("the answer", once(texts, "welcome"))
	tree, err := chromedp.Call(p.Context, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]bool)
	for _, n := range tree.Nodes {
		if n.Role == nil || n.Name == nil || n.Ignored {
			continue
		}
		var role, name string
		if json.Unmarshal(n.Role.Value, &role) == nil && json.Unmarshal(n.Name.Value, &name) == nil {
			found[role+": "+name] = true
		}
	}
	for _, want := range []string{"heading: Customer support", "log: Conversation", "textbox: Your message", "button: Send", "button: Cambiar a español"} {
		if !found[want] {
			t.Errorf("no %s among %v", want, slices.Sorted(maps.Keys(found)))
		}
	}
}

func TestInABrowserATextTooLongOrRefusedComesBackForCorrection(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	p := browser(t, "en-GB")()
	p.open(at + "/chat")
	p.do(chromedp.Focus("#text"), insert(strings.Repeat("😀", 4001)), chromedp.KeyEvent("\r"))
	p.sees("that it is too long", `document.getElementById('count').textContent === '1 characters too many'`)
	p.js(`document.getElementById('text').value = ''`)
	p.say(unwanted)
	p.sees("that it was refused and why", `document.querySelector('#waiting .refused .why').textContent.includes('No se puede.')`)
	p.do(chromedp.Reload())
	p.sees("that still", `document.querySelector('#waiting .refused')`)
	p.js(`document.querySelector('#waiting .refused button').click()`)
	p.sees("the text again", `document.getElementById('text').value === '`+unwanted+`' && !document.querySelector('#waiting .refused')`)
	p.js(`document.getElementById('text').value = ''`)
	p.say("this instead")
	p.sees("it", once(mine, "this instead"))
	if got := strings.Join(desk.texts(), ","); got != "this instead" {
		t.Errorf("the desk heard %s", got)
	}
}

func TestInABrowserATokenInTheAddressNamesTheCustomerAndIsGoneAtOnce(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	p := browser(t, "es-AR")()
	p.open(at + "/chat#token=" + mint(t, func(*webchat.Claims) {}))
	p.sees("that it is in", status+` === 'Te leemos' && document.getElementById('status').className === 'up'`)
	if got := p.js(`location.href`); got != at+"/chat" {
		t.Errorf("the address still says %s", got)
	}
	if e := desk.entered[0]; e.Ref != "cliente-7" {
		t.Errorf("entered as %+v", e)
	}
	p.say("soy yo")
	p.sees("it", once(mine, "soy yo"))
	p.do(chromedp.Reload())
	p.sees("the history without a token", once(mine, "soy yo"))
	p.clean()
}

// lender serves a page of somebody else's that holds the widget.
func lender(t *testing.T) (srv *httptest.Server, setDesk func(desk, token string)) {
	var page string
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, page)
	}))
	t.Cleanup(srv.Close)
	return srv, func(desk, token string) {
		page = fmt.Sprintf(`<!doctype html><title>lender</title><h1>Lender</h1><script src="%s/widget.js" data-token="%s" defer></script>`, desk, token)
	}
}

func TestInABrowserTheWidgetWorksOnALendersPage(t *testing.T) {
	srv, set := lender(t)
	desk, _, at := open(t, webchat.Config{Embedders: []string{srv.URL}})
	set(at, mint(t, func(*webchat.Claims) {}))
	p := browser(t, "es-AR")()
	p.do(chromedp.Navigate(srv.URL))
	p.sees("the widget", `window.ventanilla`)
	p.js(`ventanilla.open()`)
	eventually(t, "the frame comes in with the lender's token", func() bool {
		desk.mu.Lock()
		defer desk.mu.Unlock()
		return len(desk.entered) == 1 && desk.entered[0].Ref == "cliente-7"
	})
	height, err := strconv.ParseFloat(p.js("innerHeight"), 64)
	if err != nil {
		t.Fatal(err)
	}
	write := func() { // the frame fills a phone, its composer is at the bottom
		p.do(chromedp.MouseClickXY(120, height-50), insert("x"), chromedp.KeyEvent("\r"))
	}
	eventually(t, "what is typed into the frame arrives", func() bool {
		write()
		return len(desk.texts()) > 0
	})
	p.js(`ventanilla.forget()`)
	eventually(t, "after signing out, whoever writes is somebody else", func() bool {
		write()
		desk.mu.Lock()
		defer desk.mu.Unlock()
		last := desk.entered[len(desk.entered)-1]
		return len(desk.entered) > 1 && last.Ref == "" && last.Resume == ""
	})
	p.clean()
}

func TestInABrowserAStrangersPageCannotHoldTheWidget(t *testing.T) {
	srv, set := lender(t)
	desk, _, at := open(t, webchat.Config{Embedders: []string{"https://lender.example"}})
	set(at, mint(t, func(*webchat.Claims) {}))
	p := browser(t, "es-AR")()
	p.do(chromedp.Navigate(srv.URL))
	p.sees("the widget", `window.ventanilla`)
	p.js(`ventanilla.open()`)
	eventually(t, "the browser refuses the frame", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return strings.Contains(strings.Join(p.troubles, " "), "frame-ancestors")
	})
	if len(desk.entered) != 0 {
		t.Error("somebody came in")
	}
}

func TestInABrowserADuplicatedTabTakesALaneOfItsOwn(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	tabs := browser(t, "en-GB")
	p := tabs()
	p.open(at + "/chat")
	p.say("one")
	p.sees("it", once(mine, "one"))
	q := tabs()
	q.open(at + "/chat")
	home := p.js(`sessionStorage.getItem("ventanilla/home")`)
	q.js(fmt.Sprintf(`sessionStorage.setItem('ventanilla/home', %q)`, home)) // as duplicating a tab does
	q.do(chromedp.Reload())
	q.sees("the first message", once(mine, "one"))
	if got := q.js(`sessionStorage.getItem('ventanilla/home')`); got == home {
		t.Error("both tabs have one outbox")
	}
	q.say("two")
	p.say("three")
	for _, tab := range []*tab{p, q} {
		tab.sees("all three", are(mine+".toSorted()", "one", "three", "two"))
	}
	if n := len(desk.texts()); n != 3 {
		t.Errorf("the desk heard %d messages, want 3", n)
	}
}

// What the restored desk has is shown, what waited is sent, and what it had accepted
// and lost is the customer's to send again, once, in whichever window.
func TestInABrowserADeskBackFromABackupIsBelievedAndWhatItLostIsOffered(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	tabs := browser(t, "es-AR")
	p := tabs()
	p.open(at + "/chat")
	for _, text := range []string{"uno", "dos", "tres"} {
		p.say(text)
		p.sees("it", once(mine, text))
	}
	q := tabs()
	q.open(at + "/chat")
	q.sees("all three", are(mine, "uno", "dos", "tres"))
	desk.staff(func(*person) { desk.full = &wire.Refusal{Kind: wire.Busy, Code: "disk_full", Text: "lleno"} })
	p.say("cuatro")
	p.sees("it got a number and waits", are(waiting, "cuatro")+" && "+status+`.includes('no podemos guardar')`)
	for _, tab := range []*tab{p, q} {
		tab.offline(true)
		tab.sees("that it is offline", status+`.includes('Sin conexión')`)
	}
	desk.restore(1)
	desk.staff(func(*person) { desk.full = nil })
	for _, tab := range []*tab{p, q} {
		tab.offline(false)
		tab.sees("what the desk has, and what it lost", are(mine, "uno", "cuatro")+" && "+are(waiting)+" && "+are(lost, "dos", "tres"))
	}
	p.do(chromedp.Reload())
	p.sees("the same after a reload", are(mine, "uno", "cuatro")+" && "+are(lost, "dos", "tres"))
	p.js(`document.querySelectorAll('#waiting .lost button')[0].click()`)
	for _, tab := range []*tab{p, q} {
		tab.sees("the second sent again", are(mine, "uno", "cuatro", "dos")+" && "+are(lost, "tres"))
	}
	q.js(`document.querySelectorAll('#waiting .lost button')[1].click()`)
	for _, tab := range []*tab{p, q} {
		tab.sees("the third let go", are(lost))
		tab.clean()
	}
	p.say("cinco")
	p.sees("the next", are(mine, "uno", "cuatro", "dos", "cinco"))
	desk.staff(func(p *person) {
		for tab, last := range p.lanes {
			if tab.Lane == p.lines[0].Lane && last != 1 {
				t.Errorf("numbers up to %d were given in a lane of the log before", last)
			}
		}
	})
	if got := strings.Join(desk.texts(), ","); got != "uno,dos,tres,cuatro,dos,cinco" {
		t.Errorf("the desk heard %s", got)
	}
}

func TestInABrowserAFourthWindowPausesTheFirstWhichCanGoOn(t *testing.T) {
	desk, _, at := open(t, webchat.Config{})
	tabs := browser(t, "en-GB")
	first := tabs()
	first.open(at + "/chat")
	first.say("one")
	first.sees("it", once(mine, "one"))
	for range 3 {
		q := tabs()
		q.open(at + "/chat")
		q.sees("the message", once(mine, "one"))
	}
	first.sees("that it is paused", status+` === 'Paused' && !document.getElementById('notice').hidden`)
	desk.reply("two")
	first.do(chromedp.Click("#notice-do"))
	first.sees("what it missed", once(texts, "two")+` && document.getElementById('notice').hidden`)
	first.clean()
}
