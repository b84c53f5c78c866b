package tui

import (
	"strings"
	"testing"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
)

func waits(id, text string, at time.Duration) client.Entry {
	return client.Entry{ID: client.EntryID(id), Command: wire.Reply{Conversation: "c1", Text: text}, At: noon.Add(-at)}
}

func held(e client.Entry) client.Entry { e.Held = true; return e }

// offline is a workstation whose link is down, with a conversation open.
func offline(t *testing.T, entries ...client.Entry) *bench {
	b := start(t, setup{size: Size{120, 40}})
	b.open("c1")
	b.events(client.LinkChanged{State: client.Down, Retry: b.now.Add(time.Minute)}, client.OutboxChanged{Entries: entries})
	return b
}

func (b *bench) edits(want ...string) {
	b.t.Helper()
	var got []string
	for _, e := range b.desk.edited {
		got = append(got, e.what+" "+string(e.id))
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		b.t.Errorf("asked for %q, want %q", got, want)
	}
}

func TestEveryStateOfATextOnItsWayHasItsWords(t *testing.T) {
	numbered := func(e client.Entry, s client.EntryState) client.Entry { e.N, e.State = 1, s; return e }
	b := offline(t, waits("1", "uno", 0))
	for _, c := range []struct {
		events []client.Event
		want   string
	}{
		{[]client.Event{client.OutboxChanged{Entries: []client.Entry{waits("1", "uno", 0)}}}, "◌ esperando conexión"},
		{[]client.Event{client.OutboxChanged{Entries: []client.Entry{numbered(waits("1", "uno", 0), client.Waiting)}}}, "falta la respuesta"},
		{[]client.Event{client.LinkChanged{State: client.Live}, client.OutboxChanged{Entries: []client.Entry{waits("1", "uno", 0)}}}, "◌ en cola"},
		{[]client.Event{client.Withheld{Why: &wire.Refusal{Kind: wire.Busy, Code: "disk_full", Text: "no hay lugar"}}}, "el disco de la mesa está lleno"},
		{[]client.Event{client.Withheld{}, client.OutboxChanged{Entries: []client.Entry{numbered(waits("1", "uno", 0), client.Sent)}}}, "◌ enviando"},
		{[]client.Event{client.OutboxChanged{Entries: []client.Entry{held(waits("1", "uno", 0)), waits("2", "dos", 0)}}}, "‖ retenido"},
		{nil, "espera detrás del retenido"},
	} {
		if c.events != nil {
			b.events(c.events...)
		}
		b.shows(c.want)
	}
	b.events(client.Settled{Entry: numbered(waits("1", "uno", 0), client.Sent), Outcome: wire.Outcome{N: 1, Seq: b.seq + 1}}, client.OutboxChanged{})
	b.shows("┊ uno") // accepted: it waits for its record only
	b.hides("◌ enviando")
	b.records(wire.Said{Conversation: "c1", By: wire.ByAgent, Agent: "ana", Text: "uno"})
	b.records(wire.Receipt{Conversation: "c1", Delivered: b.seq})
	b.shows("uno  ✓✓")
	b.records(wire.Receipt{Conversation: "c1", Delivered: b.seq, Read: b.seq})
	b.shows("✓✓ leído")
}

func TestWhatWaitsIsEditedInItsPlace(t *testing.T) {
	b := offline(t, waits("1", "uno", 0), waits("2", "dos", 0))
	b.press("r", "up") // in an empty text: the last that waits
	b.shows("editar la respuesta que espera")
	b.write(" y medio")
	if got := b.m.v.drafts.of(DraftKey{"c1", ReplyKind}).Text(); got != "" {
		t.Errorf("the draft became %q", got)
	}
	b.press("enter")
	b.edits("hold 2", "change 2", "release 2")
	if got, want := b.desk.edited[1].command, (wire.Reply{Conversation: "c1", Text: "dos y medio", Seen: newest}); got != want {
		t.Errorf("changed to %+v, want %+v", got, want)
	}
	b.shows("respuesta al cliente")
	if len(b.desk.did) != 0 {
		t.Errorf("sent %v as well", b.desk.did)
	}
}

func TestTheRowThatIsEditedOrTakenBackIsTheOneSelected(t *testing.T) {
	b := offline(t, waits("1", "uno", 0), waits("2", "dos", 0))
	b.press("up", "up") // above the last line stand two that wait
	b.shows("▌ uno")
	b.press("c")
	b.press("esc") // nothing was changed: it goes on waiting
	b.edits("hold 1", "release 1")
	b.press("up", "z")
	b.edits("hold 1", "release 1", "take back 2")
	if got := b.m.v.drafts.of(DraftKey{"c1", ReplyKind}).Text(); got != "dos" {
		t.Errorf("the draft is %q", got)
	}
	b.hides("◌ esperando conexión\n dos")
}

func TestAnEditThatIsLeftStaysHeldAndIsPutDownEverySecond(t *testing.T) {
	b := offline(t, waits("1", "uno", 0))
	b.press("r", "up")
	b.write("!")
	b.pass(time.Second)
	if err := b.m.v.drafts.scribe.drain(); err != nil {
		t.Fatal(err)
	}
	b.edits("hold 1", "change 1")
	b.write("!")
	b.press("esc")
	b.edits("hold 1", "change 1", "change 1")
	if got := b.desk.edited[2].command.(wire.Reply).Text; got != "uno!!" {
		t.Errorf("kept %q", got)
	}
	b.shows("Queda retenido")
}

func TestTakingBackWhileEditingKeepsWhatWasTyped(t *testing.T) {
	b := offline(t, waits("1", "uno", 0))
	b.press("r", "up")
	b.write(" más")
	b.press("ctrl+z")
	b.edits("hold 1", "take back 1")
	if got := b.m.v.drafts.of(DraftKey{"c1", ReplyKind}).Text(); got != "uno más" {
		t.Errorf("the draft is %q", got)
	}
	b.shows("respuesta al cliente")
}

func TestWhatIsOnItsWayIsNeitherEditedNorTakenBack(t *testing.T) {
	b := offline(t, waits("1", "uno", 0))
	b.desk.refuses = client.ErrOnItsWay
	b.press("r", "up")
	b.shows("Ya salió hacia la mesa")
	if b.m.v.editing() != nil {
		t.Error("it is edited")
	}
	b.press("ctrl+z")
	if got := b.m.v.drafts.of(DraftKey{"c1", ReplyKind}).Text(); got != "" {
		t.Errorf("the text is twice: %q", got)
	}
}

func TestATextThatLeavesUnderTheEditorBecomesADraft(t *testing.T) {
	b := offline(t, waits("1", "uno", 0))
	b.press("r", "up")
	b.write(" más")
	b.events(client.OutboxChanged{})
	if got := b.m.v.drafts.of(DraftKey{"c1", ReplyKind}).Text(); got != "uno más" {
		t.Errorf("the draft is %q", got)
	}
}

func TestTheOutboxSheetGoesEditsAndTakesBackInAllConversations(t *testing.T) {
	other := client.Entry{ID: "9", Command: wire.Note{Conversation: "c2", Text: "para el equipo 家"}, At: noon.Add(-time.Hour)}
	act := client.Entry{ID: "8", Command: wire.Transfer{Conversation: "c2", Queue: "q2"}, At: noon}
	open := func(t *testing.T) *bench {
		b := offline(t, waits("1", "uno", 0), other, act, client.Entry{ID: "7", Command: wire.MarkSeen{Conversation: "c1"}})
		b.press("o")
		return b
	}
	b := open(t)
	for _, s := range []string{"Lo que espera salir", "uno", "nota: para el equipo 家", "transferir", "Bruno D."} {
		b.shows(s)
	}
	b.fits()
	b.press("j", "enter")
	if b.m.v.shown != "c2" || b.m.panes.sheet != nil {
		t.Errorf("shown %q", b.m.v.shown)
	}
	b = open(t)
	b.press("j", "c")
	b.edits("hold 9")
	b.shows("editar la NOTA INTERNA que espera")
	b = open(t)
	b.press("j", "j", "z")
	b.edits("take back 8")
	b.shows("no se hará")
	b.events(client.OutboxChanged{Entries: []client.Entry{waits("1", "uno", 0)}})
	b.press("z") // meant for what is gone
	b.edits("take back 8")
}

func TestWhatTheDeskLostIsSaidAndSentAgainOrLetGo(t *testing.T) {
	b := offline(t)
	b.events(client.Lost{Entries: []client.Entry{waits("1", "uno", time.Hour), waits("2", "dos", time.Hour)}})
	b.shows("le faltan envíos tuyos (2)")
	b.press("o")
	b.shows("la mesa ya no lo tiene")
	b.press("s")
	b.events(client.Lost{Entries: []client.Entry{waits("2", "dos", time.Hour)}})
	b.press("j", "d", "d", "D")
	b.events(client.Lost{})
	b.edits("send again 1", "let go 2", "let go 2", "let go 2")
	b.shows("Nada espera")
	b.press("S")
	b.edits("send again 1", "let go 2", "let go 2", "let go 2")
}

func TestWhatThisMachineCannotKeepIsSaidWithWhatToDo(t *testing.T) {
	for code, want := range map[string]string{"outbox_full": "liberá espacio", "outbox_readonly": "no se puede escribir", "outbox_damaged": "está dañado"} {
		b := start(t, setup{})
		b.open("c1")
		b.press("r")
		b.write("no me pierdas")
		b.press("enter")
		b.events(client.Settled{Entry: client.Entry{ID: "1", Command: b.lastDid()}, Outcome: wire.Outcome{Refused: &wire.Refusal{Kind: wire.Internal, Code: code, Text: "the outbox cannot keep this"}}})
		b.shows(want)
		b.shows("no me pierdas")
	}
}

func TestATextThatIsTooLongComesBackWhole(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	long, k := strings.Repeat("a", wire.MaxText), DraftKey{"c1", ReplyKind}
	b.m.v.drafts.of(k).Set(strings.Repeat("b", wire.MaxText))
	b.m.v.drafts.giveBack(k, long)
	if got := b.m.v.drafts.of(k).Count(); got != 2*wire.MaxText+1 {
		t.Fatalf("%d characters are left of %d", got, 2*wire.MaxText+1)
	}
	b.press("r", "enter")
	if len(b.desk.did) != 0 {
		t.Error("it was sent")
	}
	b.shows("demasiado largo")
}

func TestWhereTheSessionEndedATextStaysInTheComposer(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.open("c1")
	b.press("r")
	b.write("a medias")
	b.events(client.LinkChanged{State: client.Down, Err: client.ErrSignedOut})
	b.shows("Nada sale ya")
	b.hides("sale al reconectar")
	did := len(b.desk.did)
	b.press("enter")
	if len(b.desk.did) != did {
		t.Errorf("it went to a client that has ended: %#v", b.desk.did[did:])
	}
	b.shows("a medias")
	b.shows("cerró la sesión y esto no salió")
	b.press("esc", "e", "enter", "enter")
	if len(b.desk.did) != did {
		t.Errorf("so did an action: %#v", b.desk.did[did:])
	}
}

func TestTheKeysOfWhatWasLostFitTheQueuesPane(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}}) // over the queue the sheet is as narrow as it gets
	b.events(client.Lost{Entries: []client.Entry{waits("1", "uno", 0)}})
	b.press("1", "o")
	b.shows("s/S enviar · d/D descartar")
	b.events(client.Lost{}, client.OutboxChanged{Entries: []client.Entry{waits("2", "dos", 0)}})
	b.press("esc", "o")
	b.shows("c editar · z recuperar")
}
