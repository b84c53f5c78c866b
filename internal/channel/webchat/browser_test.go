package webchat_test

import (
	"strings"
	"testing"

	"ventanilla/internal/channel/webchat"

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
