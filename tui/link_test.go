package tui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"

	tea "charm.land/bubbletea/v2"
)

// silent lets the desk fall silent now; the clock goes on by seconds.
func (b *bench) silent() {
	at := b.now
	b.desk.hears = func() time.Time { return at }
}

// seconds lets time pass as the program does: a tick for each.
func (b *bench) seconds(n int) {
	for range n {
		b.now = b.now.Add(time.Second)
		b.send(clockTick{})
	}
}

func TestSilenceIsCalledOldAfterABeatAndALittle(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.silent()
	b.seconds(12)
	b.shows("● en vivo 23 ms")
	b.seconds(1)
	b.hides("en vivo")
	b.shows("◑ hace 13 s")
	b.shows("visto hace 10 s") // the panes, in steps that keep them quiet
	b.desk.beat = 25 * time.Second
	b.seconds(1)
	b.hides("en vivo") // a slower beat is no sign of life
	b.desk.hears = func() time.Time { return b.now }
	b.seconds(1)
	b.shows("● en vivo")
	b.hides("visto")
}

func TestAShortBeatIsNoExcuseForTwoAndAHalf(t *testing.T) {
	b := start(t, setup{})
	b.desk.beat = time.Second
	b.silent()
	b.seconds(3)
	b.hides("en vivo")
}

func TestAfterStandingStillOnlyNewBytesMakeItLive(t *testing.T) {
	b := start(t, setup{})
	b.silent()
	b.now = b.now.Add(9 * time.Second) // stopped, and less than a beat
	b.send(keyMsg("j"))                // whatever comes first finds out
	b.hides("en vivo")
	b.shows("◑ hace 9 s")
	heard := b.now.Add(time.Second)
	b.desk.hears = func() time.Time { return heard }
	b.seconds(1)
	b.shows("● en vivo")
}

func TestAClockThatIsSetDoesNotMakeTheScreenYounger(t *testing.T) {
	b := start(t, setup{})
	b.silent()
	b.now = b.now.Add(2 * time.Hour) // set forward, or slept
	b.send(clockTick{})
	b.hides("en vivo")
	now := time.Now()
	if d := elapsed(now, now.Add(time.Minute).Round(0)); d < time.Minute-time.Second {
		t.Errorf("a sleep of a minute counts %v", d)
	}
}

func TestTheBadgeSaysHowMuchIsMissingAndWhatWaits(t *testing.T) {
	for lang, want := range map[string][]string{
		"es-AR": {"↻ poniéndose al día: 9.120", "○ sin conexión: 2 por enviar, reintento en 4 s", "◌ conectando: 2 por enviar"},
		"en":    {"↻ catching up: 9,120", "○ offline: 2 waiting, retry in 4 s", "◌ connecting: 2 waiting"},
	} {
		b := start(t, setup{locale: lang})
		b.events(client.LinkChanged{State: client.CatchingUp, Behind: 9120})
		b.shows(want[0])
		b.events(client.OutboxChanged{Entries: []client.Entry{
			{ID: "1", Command: wire.Reply{Conversation: "c1", Text: "hola"}}, {ID: "2", Command: wire.Resolve{Conversation: "c2"}},
			{ID: "3", Command: wire.MarkSeen{Conversation: "c1", UpTo: 3}}}},
			client.LinkChanged{State: client.Down, Err: errors.New("x"), Retry: b.now.Add(4 * time.Second)})
		b.shows(want[1])
		b.events(client.LinkChanged{State: client.Connecting})
		b.shows(want[2])
	}
}

func TestEveryBadgeFitsOnASmallScreen(t *testing.T) {
	for _, lang := range []string{"es-AR", "en"} {
		b := start(t, setup{size: Size{80, 24}, locale: lang, lean: true})
		b.events(client.OutboxChanged{Entries: []client.Entry{{ID: "1", Command: wire.Note{Conversation: "c1", Text: "ojo"}}}},
			client.LinkChanged{State: client.Down, Err: errors.New("x"), Retry: b.now.Add(25 * time.Second)})
		top, _, _ := strings.Cut(b.screen(), "\n")
		for _, want := range []string{"25 s", b.m.v.words.Say("link-lean"), "14:03"} {
			if !strings.Contains(top, want) {
				t.Errorf("%s: the status line lacks %q: %q", lang, want, top)
			}
		}
	}
}

func TestPanesKeepTheirAgeWhileANewStateComes(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.open("c1")
	b.events(client.LinkChanged{State: client.Down, Err: errors.New("x"), Retry: b.now.Add(time.Hour)})
	b.silent()
	b.seconds(20)
	b.shows("visto hace 20 s")
	b.shows("Se puede leer y escribir")
	b.desk.hears = func() time.Time { return b.now } // a new link: heard, but not caught up
	b.events(client.LinkChanged{State: client.Connecting}, client.LinkChanged{State: client.CatchingUp, Behind: 5})
	b.seconds(1)
	b.shows("↻ poniéndose al día: 5")
	b.shows("visto hace 20 s")
	b.shows("Rosa P.") // the old state stays
	b.hides("en vivo")
	b.events(client.LinkChanged{State: client.Live})
	b.hides("visto")
}

func TestTheContextGoesOnGettingOldWithoutALink(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.answer(sampleContext("c1"))
	n := len(b.desk.contexts())
	b.hides("recibido")
	b.events(client.LinkChanged{State: client.Down, Err: errors.New("x"), Retry: b.now.Add(time.Hour)})
	b.seconds(130)
	b.shows("recibido hace 2 min")
	b.shows("13.229,84")
	if len(b.desk.contexts()) != n {
		t.Error("it was asked for where nobody answers")
	}
}

func TestTheFirstSnapshotShowsWhatIsHereAndIsNotCalledLive(t *testing.T) {
	b := start(t, setup{rows: []wire.Summary{}})
	m, err := New(Config{Desk: b.desk, Now: func() time.Time { return b.now }})
	if err != nil {
		t.Fatal(err)
	}
	b.m = m
	b.send(tea.WindowSizeMsg{Width: 120, Height: 40})
	b.shows("Cargando la cola")
	b.events(client.Welcomed{Welcome: wire.Welcome{You: wire.Agent{ID: "ana", Role: wire.RoleAgent}, Epoch: "e", Head: 9}},
		client.LinkChanged{State: client.CatchingUp}, client.SnapshotPart{Snapshot: wire.Snapshot{Seq: 9, Part: 1, Conversations: sampleRows()[:2]}})
	b.shows("Rosa P.")
	b.shows("↻ poniéndose al día")
	b.hides("en vivo")
}

func TestWhatChangedWhileAwayIsSaid(t *testing.T) {
	you := wire.Agent{ID: "ana", Name: "Ana", Role: wire.RoleAgent}
	for want, w := range map[string]wire.Welcome{
		"La mesa se restauró":    {You: you, Can: agentRights(), Epoch: "e2"},
		"Tu rol cambió: líder":   {You: wire.Agent{ID: "ana", Name: "Ana", Role: wire.RoleLead}, Can: agentRights(), Epoch: "e"},
		"Cambió lo que se puede": {You: you, Can: agentRights(), Epoch: "e", Rights: "other"},
	} {
		b := start(t, setup{})
		b.open("c1")
		b.answer(sampleContext("c1"))
		b.events(client.LinkChanged{State: client.Down, Err: errors.New("x"), Retry: b.now}, client.Welcomed{Welcome: w})
		b.shows(want)
		b.shows("Bruno D.") // the old state stays until the new one is whole
		if w.Epoch == "e" {
			b.hides("13.229,84") // whoever may see the money is asked anew
		}
		b.events(client.SnapshotPart{Snapshot: wire.Snapshot{Seq: 2000, Part: 1, Conversations: sampleRows()[1:2], Last: true}})
		b.shows("ya no se puede ver")
		if b.m.v.shown != "" {
			t.Errorf("%s: a conversation that went is still open", want)
		}
	}
}

func TestAResumeSaysNothing(t *testing.T) {
	b := start(t, setup{})
	b.events(client.LinkChanged{State: client.Down, Err: errors.New("x"), Retry: b.now},
		client.Welcomed{Welcome: wire.Welcome{You: wire.Agent{ID: "ana", Role: wire.RoleAgent}, Can: agentRights(), Epoch: "e", Resumed: true}})
	if b.m.v.notice.Text != "" {
		t.Errorf("said %q", b.m.v.notice.Text)
	}
}

func TestCountsSayHowOldTheyAre(t *testing.T) {
	b := start(t, setup{role: wire.RoleAdmin, can: []string{}})
	b.events(client.Answered{Token: countsTicket{}, Answer: wire.Counts{Queues: []wire.QueueCount{{Queue: wire.Queue{ID: "q1", Name: "Cobranzas"}, Unassigned: 3}}}})
	b.shows("contado recién")
	b.events(client.LinkChanged{State: client.Down, Err: errors.New("x"), Retry: b.now.Add(time.Hour)})
	asked := len(b.desk.asked)
	b.seconds(40)
	b.shows("contado hace 40 s")
	if len(b.desk.asked) != asked {
		t.Error("counts were asked for without a link")
	}
	b.hides("responder") // no conversation's keys
	b.hides("abre la elegida")
	b.press("?")
	b.hides("tomar la conversación")
}

func TestLeanAsksOnlyForWhatIsWanted(t *testing.T) {
	b := start(t, setup{lean: true})
	b.shows("ahorro")
	b.open("c1")
	b.seconds(120)
	if n := len(b.desk.contexts()); n != 0 {
		t.Fatalf("the context was asked for %d times by itself", n)
	}
	b.shows("Ahorro de datos: 3 pide el")
	b.press("3")
	if n := len(b.desk.contexts()); n != 1 {
		t.Fatalf("going to the pane asked %d times, want once", n)
	}
	b.answer(sampleContext("c1"))
	b.shows("13.229,84")
	b.m.carryOut(Older{Conversation: "c1", Before: 10})
	if q, ok := b.desk.asked[len(b.desk.asked)-1].ask.(wire.Older); !ok || q.Limit != leanPage {
		t.Errorf("asked for %+v", b.desk.asked[len(b.desk.asked)-1].ask)
	}
}

func TestAttemptsThatFailAreNoCuts(t *testing.T) {
	b := start(t, setup{})
	for range 3 {
		b.events(client.LinkChanged{State: client.Down, Err: errors.New("x"), Retry: b.now.Add(time.Second)},
			client.LinkChanged{State: client.Connecting})
	}
	if n := b.m.v.link.story.cuts; n != 1 {
		t.Errorf("one cut and two failed attempts count as %d cuts", n)
	}
}
