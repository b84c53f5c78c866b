package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"ventanilla/client/chat"
	"ventanilla/client/wire"
)

// record names the file that the screens of the session with a cut go to.
var record = flag.String("record", "", "write the screens of the session with a cut to this file")

// longCut is how long a cut lasts in a torture run. Elsewhere it lasts as long as
// what happens in it.
const longCut = 30 * time.Second

func torture() bool { return os.Getenv("VENTANILLA_TORTURE") != "" }

// cable is what lies between a workstation and its desk, and can be pulled.
type cable struct {
	t     *testing.T
	proxy *toxiproxy.Proxy
}

func newCable(t *testing.T, desk string) *cable {
	t.Helper()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	c := &cable{t, toxiproxy.NewProxy(server, "cable", "127.0.0.1:0", desk)}
	c.mend()
	t.Cleanup(c.proxy.Stop)
	return c
}

func (c *cable) pull() {
	c.proxy.Stop()
	c.proxy.Toxics.ResetToxics(c.t.Context())
}

func (c *cable) mend() {
	c.t.Helper()
	if err := c.proxy.Start(); err != nil {
		c.t.Fatal(err)
	}
}

// dead lets the connections stand and carries no byte any more.
func (c *cable) dead() {
	c.t.Helper()
	for _, way := range []string{"upstream", "downstream"} {
		toxic := fmt.Sprintf(`{"name":%q,"type":"timeout","stream":%q,"attributes":{"timeout":0}}`, way, way)
		if _, err := c.proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			c.t.Fatal(err)
		}
	}
}

// customer is a customer as a program, on a good link.
type customer struct {
	t    *testing.T
	chat *chat.Client
	mu   sync.Mutex
	got  []string // what the staff said, in order
	news chan struct{}
}

func newCustomer(t *testing.T, addr, name string) *customer {
	t.Helper()
	c := &customer{t: t, news: make(chan struct{}, 1)}
	var err error
	if c.chat, err = chat.New(chat.Config{URL: "http://" + addr, Name: name, Locale: "es-AR", Sink: c.take}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.chat.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	return c
}

func (c *customer) take(e chat.Event) {
	line, ok := e.(chat.Line)
	if !ok || line.By == wire.ByCustomer {
		return
	}
	c.mu.Lock()
	c.got = append(c.got, line.Text)
	c.mu.Unlock()
	c.chat.Mark(line.Seq, line.Seq)
	select {
	case c.news <- struct{}{}:
	default:
	}
}

func (c *customer) says(text string) {
	c.t.Helper()
	if _, err := c.chat.Say(text); err != nil {
		c.t.Fatal(err)
	}
}

// has waits until the staff has said just these, in this order.
func (c *customer) has(want ...string) {
	c.t.Helper()
	late := time.After(patience)
	for {
		c.mu.Lock()
		got := slices.Clone(c.got)
		c.mu.Unlock()
		if slices.Equal(got, want) {
			return
		}
		select {
		case <-c.news:
		case <-late:
			c.t.Fatalf("the customer has %q, not %q", got, want)
		}
	}
}

// inOrder fails unless the texts stand on the screen from top to bottom, each once.
func (term *terminal) inOrder(texts ...string) {
	term.t.Helper()
	screen, at := term.text(), -1
	for _, s := range texts {
		i := strings.Index(screen, s)
		if i <= at || strings.Count(screen, s) != 1 {
			term.t.Fatalf("%q is not once and after what came before it on the screen:\n%s", s, screen)
		}
		at = i
	}
}

// reel keeps screens of a session, without what differs from run to run.
type reel struct{ strings.Builder }

var clocks = regexp.MustCompile(`\b\d{1,2}:\d\d\b`)

func (r *reel) take(title string, term *terminal) {
	fmt.Fprintf(r, "## %s\n\n", title)
	for _, row := range strings.Split(clocks.ReplaceAllString(term.text(), "··:··"), "\n") {
		fmt.Fprintf(r, "%s\n", strings.TrimRight("    "+row, " "))
	}
	r.WriteString("\n")
}

func (r *reel) save(t *testing.T) {
	if *record == "" {
		return
	}
	head := "# A reply typed in the middle of a cut\n\nThe screens of a real workstation, as `go test ./internal/e2e -run AReplyTyped -record` wrote them.\n\n"
	if err := os.WriteFile(*record, []byte(head+r.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A reply is typed in the middle of a cut while the customer goes on writing. The
// screen never loses the text and says what it is worth; after the cut the agent is
// shown what came meanwhile, decides, and the customer gets the reply once.
func TestAReplyTypedInTheMiddleOfACut(t *testing.T) {
	desk := startDesk(t, t.TempDir(), free(t))
	token := desk.agent("ana", "Ana", wire.RoleAgent)
	cable := newCable(t, desk.addr)
	rosa := newCustomer(t, desk.addr, "Rosa")
	through := &served{t: t, addr: cable.proxy.Listen}
	ana := through.workstation(token, 100, 24)
	var screens reel

	rosa.says("hola, ¿hasta cuándo puedo pagar?")
	ana.sees(" 1 Equipo")
	ana.types(".")
	ana.sees("2 Rosa", "hasta cuándo puedo pagar")
	ana.types("r")
	ana.sees("respuesta al cliente")
	ana.types("Podés pagar has")
	ana.sees("Podés pagar has")
	screens.take("The reply is begun, the link is live", ana)

	rest := time.After(0)
	if torture() {
		rest = time.After(longCut)
		cable.dead()
	} else {
		cable.pull()
	}
	rosa.says("¿y el lunes también?")
	ana.types("ta el viernes 家.")
	ana.sees("sin conexión", "Podés pagar hasta el viernes 家.")
	screens.take("The link is cut in the middle of it", ana)
	ana.types("\r")
	ana.sees("sin conexión", "Podés pagar hasta el viernes 家.", "esperando conexión")
	rosa.says("perdón que insista")
	screens.take("It is sent, and waits", ana)
	<-rest
	ana.sees("Podés pagar hasta el viernes 家.")
	cable.pull() // what was dead is gone
	cable.mend()

	ana.sees("NO SE ENVIÓ", "¿y el lunes también?", "perdón que insista", "Podés pagar hasta el viernes 家.")
	screens.take("The link is back: the customer has written meanwhile, so the reply is held", ana)
	rosa.has()
	ana.types("\x19") // ctrl+y: anyway
	rosa.has("Podés pagar hasta el viernes 家.")
	ana.sees("enviado igual", "✓✓ leído")
	ana.inOrder("hasta cuándo puedo pagar", "¿y el lunes también?", "perdón que insista", "Podés pagar hasta el viernes 家.")
	screens.take("It is sent anyway, once, after the customer's lines", ana)
	screens.save(t)
}

// A line that comes between the last letter and enter holds the reply back; the
// agent goes back to the text, and what is sent then is what was meant.
func TestALineThatCrossesAReplyIsShownBeforeItLeaves(t *testing.T) {
	desk := startDesk(t, t.TempDir(), free(t))
	token := desk.agent("ana", "Ana", wire.RoleAgent)
	rosa := newCustomer(t, desk.addr, "Rosa")
	ana := desk.workstation(token, 80, 24)
	rosa.says("¿cuánto debo?")
	ana.sees("Sin asig. 1")
	ana.types(".")
	ana.sees("¿cuánto debo?")
	ana.types("r")
	ana.sees("respuesta al cliente")
	ana.types("Son $ 13.229,84")
	ana.sees("Son $ 13.229,84")
	rosa.says("ah, ya pagué ayer, perdón")
	ana.sees("ya pagué ayer")
	ana.types("\r")
	ana.sees("NO SE ENVIÓ", "ya pagué ayer", "Son $ 13.229,84")
	ana.types("\r\r") // in haste
	ana.sees("Retenido")
	rosa.has()
	ana.types("\x1b")
	ana.sees("respuesta al cliente", "Son $ 13.229,84")
	ana.types("\x15Lo veo, ¡gracias!\r")
	rosa.has("Lo veo, ¡gracias!")
}

// signsIn starts a workstation that seals what is typed with the password.
func signsIn(t *testing.T, home, addr, login string) *terminal {
	t.Helper()
	term := startTerminal(t, 120, 40, ventanilla(t, home, "--server", "http://"+addr, "--login", login))
	term.sees("password:")
	term.types("una contraseña larga\r")
	term.sees("disponible")
	return term
}

var waited = regexp.MustCompile(`espera (\d+):(\d\d)`)

// passes waits until a customer in front of the agent has waited some seconds longer.
func (term *terminal) passes(seconds int) {
	term.t.Helper()
	first, late := -1, time.After(patience)
	for {
		if m := waited.FindStringSubmatch(term.text()); m != nil {
			minutes, _ := strconv.Atoi(m[1])
			now, _ := strconv.Atoi(m[2])
			if now += 60 * minutes; first < 0 {
				first = now
			} else if now >= first+seconds {
				return
			}
		}
		select {
		case <-term.drawn:
		case <-late:
			term.t.Fatalf("the customer's wait does not grow:\n%s", term.text())
		}
	}
}

// kill ends the program as a power cut would.
func (term *terminal) kill() {
	_ = term.cmd.Process.Kill()
	<-term.ended
}

// What was sent without a link, what was opened again and is held, and what is half
// written outlive the program; each leaves once, the held one when its writer says so.
func TestAKilledWorkstationLosesAndDoublesNothing(t *testing.T) {
	desk := startDesk(t, t.TempDir(), free(t))
	desk.agent("ana", "Ana", wire.RoleAgent)
	cable, home := newCable(t, desk.addr), t.TempDir()
	rosa := newCustomer(t, desk.addr, "Rosa")
	ana := signsIn(t, home, cable.proxy.Listen, "ana")
	rosa.says("hola")
	ana.sees("Sin asig. 1")
	ana.types(".")
	ana.sees("2 Rosa", "│ hola")
	ana.types("r")
	ana.sees("respuesta al cliente")
	cable.pull()
	ana.sees("sin conexión")
	ana.types("la primera\r")
	ana.sees("┊ la primera", "esperando conexión")
	ana.types("la segunda\r")
	ana.sees("┊ la segunda")
	ana.types("\x1b[A") // up: the last one that waits
	ana.sees("editar la respuesta que espera")
	ana.types(" corregida")
	ana.sees("la segunda corregida")
	ana.types("\x1b")
	ana.sees("┊ la segunda corregida", "‖ retenido")
	ana.types("r")
	ana.sees("enter envía al cliente")
	ana.types("a medias 家")
	ana.sees("a medias 家")
	ana.passes(2) // a draft loses the last second at most
	ana.kill()

	cable.mend()
	again := signsIn(t, home, cable.proxy.Listen, "ana")
	rosa.has("la primera")
	again.sees("Mías 1", "Rosa")
	again.types("\r")
	again.sees("│ la primera", "┊ la segunda corregida", "‖ retenido", "a medias 家")
	again.types("c")
	again.sees("editar la respuesta que espera")
	again.types("\r")
	rosa.has("la primera", "la segunda corregida")
	again.sees("│ la segunda corregida", "a medias 家")
	again.inOrder("│ la primera", "│ la segunda corregida")
}
