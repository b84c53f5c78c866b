package tui

import (
	"strings"
	"testing"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"

	tea "charm.land/bubbletea/v2"
)

// newest is the last line of the sample.
const newest = 18

func (b *bench) pass(d time.Duration) {
	b.now = b.now.Add(d)
	b.send(clockTick{})
}

func (b *bench) customerSays(text string) {
	b.records(wire.Said{Conversation: "c1", By: wire.ByCustomer, Text: text})
}

func (b *bench) lastReply() wire.Reply {
	b.t.Helper()
	r, ok := b.lastDid().(wire.Reply)
	if !ok {
		b.t.Fatalf("sent %+v", b.lastDid())
	}
	return r
}

// refuse answers a command as the desk does when there are newer lines.
func (b *bench) refuse(c wire.Command, newest uint64) {
	b.events(client.Settled{Entry: client.Entry{ID: "1", N: 1, Command: c},
		Outcome: wire.Outcome{N: 1, Newest: newest, Refused: &wire.Refusal{Kind: wire.Conflict, Code: wire.CodeStale, Text: "hay líneas nuevas"}}})
}

func TestAReplySaysWhatItsWriterHadSeen(t *testing.T) {
	type act func(*bench)
	wait := func(d time.Duration) act { return func(b *bench) { b.pass(d) } }
	arrives := func(b *bench) { b.customerSays("otra cosa") }
	key := func(b *bench) { b.write("!") }
	for _, c := range []struct {
		name string
		acts []act
		seen uint64
	}{
		{"what was there", nil, newest},
		{"a line between the last letter and enter", []act{arrives}, newest},
		{"the same, after a long look without a key", []act{arrives, wait(time.Hour)}, newest},
		{"a line that came in the middle of a word", []act{arrives, wait(300 * time.Millisecond), key}, newest},
		{"a line that was read and written on after", []act{arrives, wait(2 * time.Second), key}, 1001},
		{"only the first of two was there long enough", []act{arrives, wait(2 * time.Second), arrives, key}, 1001},
		{"nobody looked at the window", []act{func(b *bench) { b.send(tea.BlurMsg{}) }, arrives, wait(time.Minute)}, newest},
		{"they came back and wrote on", []act{func(b *bench) { b.send(tea.BlurMsg{}) }, arrives, wait(time.Minute), func(b *bench) { b.send(tea.FocusMsg{}) }, key}, 1001},
		{"a sheet was in front of it", []act{arrives, func(b *bench) { b.press("esc", "?") }, wait(time.Minute), func(b *bench) { b.press("esc", "r") }, key}, newest},
		{"they had scrolled up", []act{func(b *bench) { b.press("esc", "pgup") }, arrives, wait(time.Minute), func(b *bench) { b.press("r") }, key}, newest},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := start(t, setup{size: Size{120, 24}})
			b.open("c1")
			b.press("r")
			b.write("hola")
			for _, a := range c.acts {
				a(b)
			}
			b.press("enter")
			if got := b.lastReply().Seen; got != c.seen {
				t.Errorf("seen up to %d, want %d\n%s", got, c.seen, b.screen())
			}
		})
	}
}

func TestAReplyFromAScreenThatShowsNothingStillAsksForCare(t *testing.T) {
	b := start(t, setup{size: Size{20, 8}})
	b.open("c1")
	b.m.carryOut(Write{ReplyKind})
	b.write("hola")
	b.press("enter")
	if got := b.lastReply().Seen; got != 1 {
		t.Errorf("seen %d: 0 would ask for no care, more was not on the screen", got)
	}
}

// staleReply is a reply that was refused because of a line that came meanwhile.
func staleReply(t *testing.T, size Size) *bench {
	b := start(t, setup{size: size})
	b.open("c1")
	b.press("r")
	b.write("te espero el 20")
	b.customerSays("no, el 25 mejor 🙏")
	b.press("enter")
	b.refuse(b.lastDid(), b.seq)
	return b
}

func TestAHeldReplyShowsJustTheDifferenceAndOneKeySendsItAnyway(t *testing.T) {
	for _, size := range []Size{{160, 45}, {120, 40}, {80, 24}} {
		t.Run(sizeName(size), func(t *testing.T) {
			b := staleReply(t, size)
			b.shows("NO SE ENVIÓ")
			b.shows("tu texto, retenido")
			b.shows("te espero el 20")
			b.shows("ctrl+y enviar igual")
			if n := strings.Count(b.screen(), "no, el 25 mejor"); n < 1 {
				t.Errorf("the difference is not there:\n%s", b.screen())
			}
			b.fits()
			did := len(b.desk.did)
			b.press("enter", "enter")
			if len(b.desk.did) != did {
				t.Fatal("a hasty enter sent it")
			}
			b.press("ctrl+y")
			if got, want := b.lastReply(), (wire.Reply{Conversation: "c1", Text: "te espero el 20", Seen: 1001, Anyway: true}); got != want {
				t.Errorf("sent %+v, want %+v", got, want)
			}
			b.hides("NO SE ENVIÓ")
		})
	}
}

func TestGoingBackToEditingCountsAsHavingSeenTheDifference(t *testing.T) {
	b := staleReply(t, Size{120, 40})
	b.press("esc")
	b.hides("NO SE ENVIÓ")
	if b.m.v.focus != ComposerPart {
		t.Error("the focus left the text")
	}
	b.press("ctrl+u")
	b.write("el 25 entonces")
	b.press("enter")
	if got, want := b.lastReply(), (wire.Reply{Conversation: "c1", Text: "el 25 entonces", Seen: 1001}); got != want {
		t.Errorf("sent %+v, want %+v", got, want)
	}
}

func TestLettersGoIntoAHeldTextAndEmptyingItEndsTheHolding(t *testing.T) {
	b := staleReply(t, Size{120, 40})
	b.write("y")
	if got := b.m.v.drafts.of(DraftKey{"c1", ReplyKind}).Text(); got != "te espero el 20y" {
		t.Fatalf("the text is %q", got)
	}
	b.press("ctrl+u")
	b.hides("NO SE ENVIÓ")
}

func TestTheDifferenceGrowsWithWhatComesWhileItIsShown(t *testing.T) {
	b := staleReply(t, Size{80, 24})
	b.pass(time.Minute)
	b.customerSays("o el 26")
	b.records(wire.Noted{Conversation: "c1", Agent: "leo", Text: "ojo, ya prometió antes"}, wire.Said{Conversation: "c1", By: wire.ByAgent, Agent: "ana", Text: "lo mío no es noticia"})
	b.shows("o el 26")
	b.shows("ojo, ya prometió antes")
	if strings.Contains(strings.Join(b.m.v.drafts.guards["c1"].rows(70, &b.m.v), ""), "lo mío") {
		t.Error("the agent's own line is shown as news")
	}
	b.press("ctrl+y") // in the instant they came: the desk refuses again
	if got := b.lastReply().Seen; got != 1001 {
		t.Errorf("seen %d, want 1001", got)
	}
	b.refuse(b.lastDid(), b.seq)
	b.pass(time.Minute)
	b.press("ctrl+y")
	if got := b.lastReply().Seen; got != b.seq {
		t.Errorf("seen %d, want %d", got, b.seq)
	}
}

func TestTheDifferenceSaysWhenAColleagueTookTheConversation(t *testing.T) {
	b := staleReply(t, Size{80, 24})
	b.records(wire.Routed{Conversation: "c1", How: wire.Took, By: "leo", Agent: "leo", Queue: "q1"})
	b.shows("Ahora la atiende Leo")
}

func TestNothingIsSentAnywayBeforeTheNewLinesAreHere(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.open("c1")
	b.press("r")
	b.write("hola")
	b.press("enter")
	did := len(b.desk.did)
	b.refuse(b.lastDid(), b.seq+1) // the desk knows of a line that has not come yet
	b.shows("Cargando lo nuevo")
	b.press("ctrl+y")
	if len(b.desk.did) != did {
		t.Fatal("sent unseen")
	}
	b.customerSays("tarde pero acá")
	b.press("ctrl+y")
	if !b.lastReply().Anyway {
		t.Errorf("sent %+v", b.lastDid())
	}
}

func TestTextsThatWaitedOfflineComeBackInTheirOrder(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.open("c1")
	b.press("r")
	for _, s := range []string{"uno", "dos", "tres"} {
		b.write(s)
		b.press("enter")
	}
	b.open("c2")
	b.pass(time.Hour)
	sent := b.desk.did[len(b.desk.did)-3:]
	b.customerSays("¿hola?")
	for _, c := range sent {
		b.refuse(c, b.seq)
	}
	b.shows("No se envió a Rosa P.")
	b.open("c1")
	b.press("r")
	b.shows("¿hola?")
	if got := b.m.v.drafts.of(DraftKey{"c1", ReplyKind}).Text(); got != "uno\ndos\ntres" {
		t.Errorf("the draft is %q", got)
	}
}

func TestAnUnresolvedConversationSaysWhatIsNew(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.open("c1")
	b.press("e")
	b.customerSays("¡esperá, una cosa más!") // while the codes are on the screen
	b.press("enter")
	r, ok := b.lastDid().(wire.Resolve)
	if !ok || r.Seen != newest {
		t.Fatalf("asked for %+v", b.lastDid())
	}
	b.refuse(r, b.seq)
	b.shows("No se resolvió: Rosa P. escribió «¡esperá, una cosa más!»")
}

func TestResolvingAsksWhenTextIsLeft(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.open("c1")
	b.press("r")
	b.write("a medias")
	b.press("esc", "e")
	b.shows("Hay texto sin enviar a Rosa P.")
	b.press("enter") // the first choice goes back to the text
	if b.m.v.focus != ComposerPart || len(b.desk.did) != 0 {
		t.Fatalf("focus %v, did %v", b.m.v.focus, b.desk.did)
	}
	b.press("esc", "e", "down", "enter", "enter")
	if _, ok := b.lastDid().(wire.Resolve); !ok {
		t.Errorf("did %+v", b.desk.did)
	}
	if b.m.v.drafts.of(DraftKey{"c1", ReplyKind}).Text() != "a medias" {
		t.Error("the draft is gone")
	}
}

func TestATextSentAnywaySaysSoToTheTeam(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.open("c1")
	b.records(wire.Said{Conversation: "c1", By: wire.ByAgent, Agent: "leo", Text: "lo que dije", Anyway: true})
	b.shows("enviado igual")
}

func TestTheFootSaysAtOnceWhatAHeldTextMay(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.open("c1")
	b.press("r")
	b.write("va")
	b.press("enter")
	b.hides("ctrl+y")
	b.customerSays("otra cosa")
	b.refuse(b.lastReply(), 99)
	foot := strings.Split(strings.TrimSpace(b.screen()), "\n")
	if last := foot[len(foot)-1]; !strings.Contains(last, "ctrl+y") || strings.Contains(last, "enter enviar") {
		t.Errorf("the foot says %q", last)
	}
}
