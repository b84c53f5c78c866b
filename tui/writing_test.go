package tui

import (
	"strings"
	"testing"

	"ventanilla/client"
	"ventanilla/client/wire"

	tea "charm.land/bubbletea/v2"
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
	if got, want := b.lastDid(), (wire.Reply{Conversation: "c1", Text: "para Rosa solamente", Seen: 18}); got != want {
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
	if got := b.lastDid(); got != (wire.Reply{Conversation: "c1", Text: "hola", Seen: 18}) {
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

func TestARefusedTextComesBackWithTheReason(t *testing.T) {
	b := start(t, setup{})
	b.open("c1")
	b.press("r")
	b.write("uno")
	b.press("enter")
	entry := client.Entry{ID: "1", N: 1, Command: b.lastDid(), State: client.Sent}
	b.events(client.OutboxChanged{Entries: []client.Entry{entry}})
	b.shows("◌ enviando")
	b.write("dos")
	b.events(client.Settled{Entry: entry, Outcome: wire.Outcome{N: 1, Refused: &wire.Refusal{Kind: wire.Conflict, Code: "resolved", Text: "la conversación está resuelta"}}}, client.OutboxChanged{})
	b.shows("la conversación está resuelta")
	b.hides("◌ enviando")
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
	b.shows("◌ en cola")
	b.events(client.OutboxChanged{}, client.Settled{Entry: entry, Outcome: wire.Outcome{N: 1, Seq: b.seq + 1}})
	b.shows("va tu link") // accepted; its record has not come yet
	b.records(wire.Said{Conversation: "c1", By: wire.ByAgent, Agent: "ana", Text: "va tu link"})
	if n := strings.Count(b.screen(), "va tu link"); n < 1 || strings.Contains(b.screen(), "enviando") {
		t.Errorf("shown %d times:\n%s", n, b.screen())
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
