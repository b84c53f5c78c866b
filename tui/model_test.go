package tui

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/tui/ink"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

func TestADraftNeverShowsInAnotherConversation(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.press("r")
	b.write("para Rosa solamente")
	b.open("c2")
	b.hides("para Rosa solamente")
	b.press("r")
	b.hides("para Rosa solamente")
	b.write("para Bruno")
	b.open("c1")
	b.shows("para Rosa solamente")
	b.hides("para Bruno")
	b.press("r", "enter")
	if got, want := b.lastDid(), (wire.Reply{Conversation: "c1", Text: "para Rosa solamente"}); got != want {
		t.Errorf("sent %+v, want %+v", got, want)
	}
	if got := b.m.v.drafts.of(DraftKey{"c2", ReplyKind}).Text(); got != "para Bruno" {
		t.Errorf("the other draft is %q", got)
	}
}

func TestANoteNeverLeavesAsAReply(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.press("n")
	b.write("no decirle nada")
	b.shows("NOTA INTERNA: el cliente no la ve")
	b.press("esc", "r") // the reply is another draft
	b.hides("no decirle nada")
	b.write("hola")
	b.press("enter")
	if got := b.lastDid(); got != (wire.Reply{Conversation: "c1", Text: "hola"}) {
		t.Fatalf("sent %+v", got)
	}
	b.press("esc", "n", "enter")
	if got := b.lastDid(); got != (wire.Note{Conversation: "c1", Text: "no decirle nada"}) {
		t.Fatalf("sent %+v", got)
	}
	if n := len(b.desk.typing); n != len("hola") {
		t.Errorf("the customer was told of typing %d times; the note is nobody's business", n)
	}
}

func TestFlippingWithTextAsksAndSafetyComesFirst(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.press("n")
	b.write("secreto")
	b.press("ctrl+r")
	if b.m.panes.sheet == nil {
		t.Fatal("nobody asked what becomes of the text")
	}
	b.press("enter") // the first choice keeps the note a note
	if got := b.m.v.drafts.of(DraftKey{"c1", ReplyKind}).Text(); got != "" {
		t.Fatalf("the note became a reply: %q", got)
	}
	b.write("hola")
	b.press("ctrl+r", "esc")
	if b.m.v.drafts.current("c1").Kind != ReplyKind {
		t.Error("esc changed the kind")
	}
	b.press("ctrl+r", "down", "enter")
	if got := b.m.v.drafts.of(DraftKey{"c1", NoteKind}).Text(); got != "hola\nsecreto" {
		t.Errorf("moved to %q", got)
	}
}

func TestALateContextOfAnotherConversationIsDropped(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	first := b.desk.contexts()[0]
	b.open("c2")
	b.events(client.Answered{Token: first.token, Answer: sampleContext("c1")})
	b.hides("13.229,84")
	b.answer(sampleContext("c2"))
	b.shows("13.229,84")
	b.open("c3")
	b.hides("13.229,84") // gone before the next answer comes
	b.open("c1")
	b.events(client.Answered{Token: first.token, Answer: sampleContext("c1")}) // the same conversation, an earlier visit
	b.hides("13.229,84")
	stray := sampleContext("c2")
	b.answer(stray) // the right ticket with the wrong customer's file
	b.hides("13.229,84")
}

func TestAContextIsAskedForAgainWhenItIsOldOrTheConversationChangesHands(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.answer(sampleContext("c1"))
	n := len(b.desk.contexts())
	b.now = b.now.Add(30 * time.Second)
	b.send(clockTick{})
	if len(b.desk.contexts()) != n {
		t.Error("a fresh context was asked for again")
	}
	b.now = b.now.Add(30 * time.Second)
	b.send(clockTick{})
	b.send(clockTick{})
	if len(b.desk.contexts()) != n+1 {
		t.Errorf("asked %d times for an old one, want once", len(b.desk.contexts())-n)
	}
	b.shows("13.229,84") // what is old stays, with its age
	b.records(wire.Routed{Conversation: "c1", How: wire.Transferred, By: "ana", Agent: "leo", Queue: "q1"})
	if len(b.desk.contexts()) != n+2 {
		t.Error("whoever has it now decides what may be seen, and nobody asked")
	}
}

func TestContextsThatCannotBeHadSayWhy(t *testing.T) {
	for want, answer := range map[string]client.Answered{
		"Visitante anónimo": {Answer: wire.Context{Conversation: "c1", None: "anonymous"}},
		"al tomar la":       {Answer: wire.Context{Conversation: "c1", None: "unassigned"}},
		"no conoce a este":  {Answer: wire.Context{Conversation: "c1", None: "unknown"}},
		"Tu rol no ve":      {Err: &client.AskError{Refusal: wire.Refusal{Kind: wire.Denied, Code: "denied"}}},
		"la fuente duerme":  {Err: &client.AskError{Refusal: wire.Refusal{Kind: wire.Busy, Code: "busy", Text: "la fuente duerme"}}},
		"no respondió":      {Err: errors.New("dial tcp: secret detail")},
	} {
		b := start(t, setup{})
		b.open("c1")
		b.shows("Consultando la fuente")
		answer.Token = b.desk.contexts()[0].token
		b.events(answer)
		b.shows(want)
		b.hides("secret")
	}
}

func TestUnknownIsNeverZero(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	c := sampleContext("c1")
	c.Now.Amount.V, c.Now.Payoff.V, c.Loans[0].Balance.V, c.Loans[0].TEA.V, c.Now.Due.V = nil, nil, nil, nil, nil
	c.Problems = map[string]string{"payments": "unavailable"}
	c.Payments = nil
	b.answer(c)
	if n := strings.Count(b.screen(), "s/d"); n < 6 {
		t.Errorf("%d figures say s/d, want at least 6:\n%s", n, b.screen())
	}
	b.hides("$ 0,00")
	b.shows("la fuente no respondió")
}

func TestTheCursorStaysOnItsConversationWhileRowsMove(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.press("]", "j", "j") // unassigned: the second
	on := b.m.panes.queue.selected
	y := rowOf(b, "▌")
	late := wire.Summary{ID: "z", Customer: "Zoe", Channel: "web", Queue: "q1", Status: wire.Open, Created: ago(48 * time.Hour), Waiting: ago(47 * time.Hour)}
	b.records(wire.Opened{Summary: late})
	if b.m.panes.queue.selected != on {
		t.Fatal("the cursor moved to another conversation")
	}
	if got := rowOf(b, "▌"); got != y+1 && got != y {
		t.Errorf("the row under the cursor went from %d to %d", y, got)
	}
	// Its conversation is taken away: no key may act on what slid into its place.
	b.records(wire.Routed{Conversation: on, How: wire.Took, By: "leo", Agent: "leo", Queue: "q1"})
	b.press("a")
	for _, c := range b.desk.did {
		if take, ok := c.(wire.Take); ok && take.Conversation != on {
			t.Errorf("took %s, which slid under the cursor", take.Conversation)
		}
	}
}

func rowOf(b *bench, mark string) int {
	for y, row := range strings.Split(b.screen(), "\n") {
		if strings.Contains(row, mark) {
			return y
		}
	}
	return -1
}

func TestARefusedTextComesBackWithTheReason(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.press("r")
	b.write("uno")
	b.press("enter")
	entry := client.Entry{ID: "1", N: 1, Command: b.lastDid(), State: client.Sent}
	b.events(client.OutboxChanged{Entries: []client.Entry{entry}})
	b.shows("⧗ enviando")
	b.write("dos")
	b.events(client.Settled{Entry: entry, Outcome: wire.Outcome{N: 1, Refused: &wire.Refusal{Kind: wire.Conflict, Code: "resolved", Text: "la conversación está resuelta"}}}, client.OutboxChanged{})
	b.shows("la conversación está resuelta")
	b.hides("⧗ enviando")
	if got := b.m.v.drafts.of(DraftKey{"c1", ReplyKind}).Text(); got != "uno\ndos" {
		t.Errorf("the draft is %q", got)
	}
}

func TestASentTextIsOnScreenFromEnterToRecord(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.press("r")
	b.write("va tu link")
	b.press("enter")
	entry := client.Entry{ID: "1", Command: b.lastDid(), State: client.Waiting}
	b.events(client.OutboxChanged{Entries: []client.Entry{entry}})
	b.shows("esperando conexión")
	b.events(client.OutboxChanged{}, client.Settled{Entry: entry, Outcome: wire.Outcome{N: 1, Seq: b.seq + 1}})
	b.shows("va tu link") // accepted; its record has not come yet
	b.records(wire.Said{Conversation: "c1", By: wire.ByAgent, Agent: "ana", Text: "va tu link"})
	if n := strings.Count(b.screen(), "va tu link"); n < 1 || strings.Contains(b.screen(), "enviando") {
		t.Errorf("shown %d times:\n%s", n, b.screen())
	}
}

func TestWorkAsksTheDeskForWhatTheKeySays(t *testing.T) {
	for _, c := range []struct {
		keys []string
		want wire.Command
	}{
		{[]string{"a"}, wire.Take{Conversation: "c1"}},
		{[]string{"space", "a"}, wire.Release{Conversation: "c1"}},
		{[]string{"space", "e"}, wire.Reopen{Conversation: "c1"}},
		{[]string{"space", "p"}, wire.SetPresence{State: wire.Away}},
		{[]string{"e", "v", "enter"}, wire.Resolve{Conversation: "c1", Disposition: "vencimiento y monto"}},
		{[]string{"!", "enter"}, wire.Prioritise{Conversation: "c1", Priority: wire.Urgent}},
		{[]string{"p", "enter"}, wire.Snooze{Conversation: "c1", Until: wire.At(noon.Add(time.Hour))}},
		{[]string{"p", "down", "down", "enter"}, wire.Snooze{Conversation: "c1", Until: wire.At(time.Date(2026, 5, 8, 9, 0, 0, 0, art))}},
		{[]string{"p", "down", "down", "down", "enter"}, wire.Snooze{Conversation: "c1", Until: wire.At(time.Date(2026, 5, 11, 9, 0, 0, 0, art))}},
		{[]string{"p", "4", "5", "enter"}, wire.Snooze{Conversation: "c1", Until: wire.At(noon.Add(45 * time.Minute))}},
		{[]string{"l", "v", "i", "p", "enter"}, wire.Tag{Conversation: "c1", Add: []string{"vip"}}},
		{[]string{"l", "enter"}, wire.Tag{Conversation: "c1", Drop: []string{"mora"}}},
		{[]string{"t", "l", "e", "o", "enter", "x", "enter"}, wire.Transfer{Conversation: "c1", Agent: "leo", Reason: "x"}},
		{[]string{"t", "p", "r", "é", "enter", "y", "enter"}, wire.Transfer{Conversation: "c1", Queue: "q2", Reason: "y"}},
	} {
		b := start(t, setup{})
		b.open("c1")
		b.press(c.keys...)
		if got := b.lastDid(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v: asked for %+v, want %+v", c.keys, got, c.want)
		}
		if b.m.panes.sheet != nil {
			t.Errorf("%v: the sheet is still open", c.keys)
		}
	}
}

func TestWhatARoleMayNotDoSaysWhoMay(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.press("A")
	b.shows("Asignar es de los líderes")
	if b.m.panes.sheet != nil || len(b.desk.did) != 0 {
		t.Error("something happened")
	}
}

func TestATransferNeedsAReason(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.press("t", "enter", "enter")
	b.shows("Falta el motivo")
	b.press("esc")
	if len(b.desk.did) != 0 || b.m.panes.sheet != nil {
		t.Errorf("did %v", b.desk.did)
	}
}

func TestPastesArriveCleanAndKeysInThemAreText(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.press("r")
	b.send(tea.PasteMsg{Content: "uno\r\ndos\x1b]52;c;eA==\x07\u202e"})
	b.press("enter")
	got := b.lastDid().(wire.Reply).Text
	if strings.ContainsAny(got, "\x1b\x07\u202e\r") || !strings.HasPrefix(got, "uno\ndos") {
		t.Errorf("sent %q", got)
	}
}

func TestOlderLinesAreAskedForOnceWhileScrolling(t *testing.T) {
	b := start(t, setup{size: Size{120, 24}})
	b.m.carryOut(Show{Conversation: "c1"})
	c, _ := b.m.v.Conversation("c1")
	page := b.timeline(c.Summary())
	page.More, page.Records[0].Prev = true, 4
	b.events(client.Opened{Timeline: page})
	older := func() (n int) {
		for _, q := range b.desk.asked {
			if _, ok := q.ask.(wire.Older); ok {
				n++
			}
		}
		return n
	}
	b.press("pgup", "pgup", "pgup", "pgup")
	if older() != 1 {
		t.Fatalf("asked %d times, want once", older())
	}
	top := strings.Split(b.screen(), "\n")[4]
	first := page.Records[0]
	b.events(client.Older{Timeline: wire.Timeline{Summary: page.Summary, Records: []wire.Record{
		{Seq: 4, At: first.At, Event: wire.Said{Conversation: "c1", By: wire.ByCustomer, Text: "lo más viejo"}}}}},
		client.Answered{Token: b.desk.asked[len(b.desk.asked)-1].token})
	if got := strings.Split(b.screen(), "\n")[4]; got != top && !strings.Contains(top, "ayer") {
		t.Errorf("what was read moved:\n%s\n%s", top, got)
	}
	b.press("g", "g")
	b.shows("lo más viejo")
}

func TestWhatIsNewSinceTheAgentLeftIsMarked(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.hides("nuevo desde")
	b.open("c2")
	b.records(wire.Said{Conversation: "c1", By: wire.ByCustomer, Text: "¿hola? ¿estás?"})
	b.m.carryOut(Show{Conversation: "c1"})
	b.shows("nuevo desde tu última visita")
}

func TestTheAgentInChargeIsSaidToHaveReadOnlyWhatIsOnScreen(t *testing.T) {
	b := start(t, setup{size: Size{120, 20}})
	seen := func() uint64 { return b.desk.seen[len(b.desk.seen)-1] }
	b.open("c1")
	if seen() != 18 {
		t.Fatalf("seen up to %d, want 18", seen())
	}
	b.send(tea.BlurMsg{})
	b.records(wire.Said{Conversation: "c1", By: wire.ByCustomer, Text: "una más"})
	if seen() != 18 {
		t.Error("seen while nobody looked")
	}
	b.send(tea.FocusMsg{})
	if seen() != b.seq {
		t.Errorf("seen up to %d after the window came back, want %d", seen(), b.seq)
	}
	b.press("pgup")
	before := seen()
	b.records(wire.Said{Conversation: "c1", By: wire.ByCustomer, Text: "y otra"})
	if seen() != before {
		t.Error("seen although it is below the window")
	}
}

func TestLeavingAsksWhenSomethingWouldBeLost(t *testing.T) {
	b := start(t, setup{})
	if cmd := b.press("ctrl+c", "ctrl+c"); cmd == nil {
		t.Fatal("two presses do not leave")
	}
	b.open("c1")
	b.press("r")
	b.write("a medias")
	b.press("ctrl+c", "ctrl+c")
	b.shows("1 borrador")
	b.press("enter") // the first choice stays
	if b.m.panes.sheet != nil {
		t.Error("still asking")
	}
	b.press("ctrl+c", "ctrl+c", "down")
	if cmd := b.press("enter"); cmd == nil {
		t.Error("the sure answer does not leave")
	}
}

func TestHelpSearchesAndDoesWhatItLists(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.press("?")
	b.write("internal nada")
	b.shows("Nada coincide")
	for range len("internal nada") {
		b.press("backspace")
	}
	b.write("nota interna")
	b.press("enter")
	if b.m.v.focus != ComposerPart || b.m.v.drafts.current("c1").Kind != NoteKind {
		t.Errorf("focus %v, kind %v", b.m.v.focus, b.m.v.drafts.current("c1").Kind)
	}
}

func TestSearchingFiltersWhatIsHereAndAsksTheDeskForTheRest(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.press("/")
	b.write("rosa")
	b.shows("Rosa P.")
	b.hides("Ernesto")
	for range 4 {
		b.press("backspace")
	}
	b.write("tarde")
	b.write(" nunca")
	b.press("enter")
	q := b.desk.asked[len(b.desk.asked)-1]
	if q.ask != (wire.Search{Text: "tarde nunca", Limit: 50}) {
		t.Fatalf("asked %+v", q.ask)
	}
	b.shows("Buscando en la mesa")
	b.events(client.Answered{Token: q.token, Answer: wire.Hits{Hits: []wire.Hit{{Conversation: "c2", Customer: "Bruno", Seq: 14, At: ago(time.Hour), Snippet: "más \x1b[31mtarde"}}}})
	b.shows("1 resultado")
	b.press("enter")
	if b.m.v.shown != "c2" {
		t.Errorf("shown: %q", b.m.v.shown)
	}
}

func TestTheLinkIsNeverCalledLiveWhenItIsNot(t *testing.T) {
	b := start(t, setup{})
	b.shows("● en vivo 23 ms")
	b.events(client.LinkChanged{State: client.Down, Err: errors.New("x"), Retry: b.now.Add(4 * time.Second)})
	b.shows("○ sin conexión, reintento en 4 s")
	b.hides("en vivo")
	b.events(client.LinkChanged{State: client.CatchingUp})
	b.shows("↻ poniéndose al día")
	b.events(client.LinkChanged{State: client.Down, Err: client.ErrSignedOut})
	b.shows("la mesa cerró la sesión")
}

func TestAnAdminSeesNumbersAndNoConversations(t *testing.T) {
	b := start(t, setup{role: wire.RoleAdmin, can: []string{}, rows: []wire.Summary{}})
	b.events(client.Answered{Token: countsTicket{}, Answer: wire.Counts{Queues: []wire.QueueCount{{Queue: wire.Queue{ID: "q1", Name: "Cobranzas"}, Unassigned: 1234, Assigned: 5, Oldest: ago(10 * time.Minute)}}}})
	b.shows("1.234")
	b.shows("10:00")
}

func TestWidthsFollowTheTerminalsOwnCounting(t *testing.T) {
	b := start(t, setup{size: Size{120, 40}})
	b.press("]")
	b.shows("👩👩👧") // taken apart: nobody said how it is counted
	b.send(tea.ModeReportMsg{Mode: ansi.ModeUnicodeCore, Value: ansi.ModeSet})
	b.shows("👩‍👩‍👧")
}

func TestTheWindowTitleCountsWhatWaitsAndIsClean(t *testing.T) {
	b := start(t, setup{})
	if got := b.m.View().WindowTitle; got != "(3) ventanilla · mesa norte" {
		t.Errorf("title: %q", got)
	}
	b.events(client.Welcomed{Welcome: wire.Welcome{You: wire.Agent{ID: "ana"}, Epoch: "e", Resumed: true, Name: "a\x07\x1b]52;c;eA==\x07"}})
	if got := b.m.View().WindowTitle; strings.ContainsAny(got, "\x07\x1b;") {
		t.Errorf("title: %q", got)
	}
}

func TestTheThemeFollowsTheTerminal(t *testing.T) {
	b := start(t, setup{})
	dark := b.m.View().Content
	b.send(tea.BackgroundColorMsg{Color: ansi.HexColor("#ffffff")})
	if b.m.View().Content == dark {
		t.Error("a light terminal looks like a dark one")
	}
	b.send(tea.BackgroundColorMsg{Color: ansi.HexColor("#000000")})
	if b.m.View().Content != dark {
		t.Error("back on dark it looks different")
	}
	if b.m.v.pens.reply == b.m.v.pens.note || b.m.v.pens.reply == (ink.Pen{}) {
		t.Error("reply and note frames have one colour")
	}
}
