package outbox_test

import (
	"slices"
	"strings"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/internal/outbox"
)

func expectDrafts(t *testing.T, b *outbox.Outbox, want ...outbox.Draft) {
	t.Helper()
	got := b.Drafts()
	slices.SortFunc(got, func(a, b outbox.Draft) int { return strings.Compare(a.Text, b.Text) })
	if !slices.Equal(got, want) {
		t.Fatalf("drafts = %q, want %q", got, want)
	}
}

func TestDraftsAreKeptByConversationAndKind(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	must(t, b.SaveDraft("c1", "reply", "a medio"))
	must(t, b.SaveDraft("c1", "reply", "a medio escribir"))
	must(t, b.SaveDraft("c1", "note", "b nota"))
	must(t, b.SaveDraft("c2", "reply", "c otra"))
	must(t, b.SaveDraft("c3", "reply", "d borrado"))
	must(t, b.SaveDraft("c3", "reply", ""))
	must(t, b.SaveDraft("c4", "reply", ""))
	want := []outbox.Draft{{"c1", "reply", "a medio escribir"}, {"c1", "note", "b nota"}, {"c2", "reply", "c otra"}}
	expectDrafts(t, b, want...)
	shut(t, b)
	expectDrafts(t, open(t, cfg), want...)
}

func TestSendingEndsTheDraftItWasWrittenInOnly(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	must(t, b.SaveDraft("c1", "reply", "a"))
	must(t, b.SaveDraft("c1", "note", "b"))
	must(t, b.SaveDraft("c2", "reply", "c"))
	add(t, b, "a") // and no word of the screen about its draft
	shut(t, b)
	again := open(t, cfg)
	expect(t, again, "a 0")
	expectDrafts(t, again, outbox.Draft{Conversation: "c1", Kind: "note", Text: "b"}, outbox.Draft{Conversation: "c2", Kind: "reply", Text: "c"})
}

func TestARefusedTextIsADraftAgain(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	add(t, b, "tarde")
	number(t, b, "tarde")
	must(t, b.SaveDraft("c1", "reply", "desde entonces"))
	if _, known, err := b.Settle(wire.Outcome{N: 1, Refused: &wire.Refusal{Kind: wire.Conflict, Code: "taken"}}, "", noon); !known || err != nil {
		t.Fatal(known, err)
	}
	shut(t, b)
	again := open(t, cfg)
	expect(t, again)
	expectDrafts(t, again, outbox.Draft{Conversation: "c1", Kind: "reply", Text: "tarde\ndesde entonces"})
}

func TestDraftsOfClientsThatAreGoneAreTakenOver(t *testing.T) {
	cfg := config(t)
	runs, a, b := open(t, cfg), open(t, cfg), open(t, cfg)
	must(t, runs.SaveDraft("c1", "reply", "de quien trabaja"))
	must(t, a.SaveDraft("c1", "reply", "uno"))
	must(t, b.SaveDraft("c1", "reply", "dos"))
	must(t, b.SaveDraft("c2", "reply", "z"))
	shut(t, a)
	shut(t, b)
	want := []outbox.Draft{{"c1", "reply", "uno\ndos"}, {"c2", "reply", "z"}}
	next := open(t, cfg)
	expectDrafts(t, next, want...)
	shut(t, next)
	expectDrafts(t, open(t, cfg), want...)
	expectDrafts(t, runs, outbox.Draft{Conversation: "c1", Kind: "reply", Text: "de quien trabaja"})
}

func TestADamagedDraftIsCounted(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	must(t, b.SaveDraft("c1", "reply", "a"))
	must(t, b.SaveDraft("c2", "reply", "b"))
	shut(t, b)
	alter(t, cfg, "update draft set kind = 'note' where id = 1")
	again := open(t, cfg)
	expectDrafts(t, again, outbox.Draft{Conversation: "c2", Kind: "reply", Text: "b"})
	if again.Damaged() != 1 {
		t.Errorf("damaged = %d", again.Damaged())
	}
}

func TestATextTakenBackIsADraftAgain(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	add(t, b, "tarde")
	must(t, b.Add("tomar", wire.Take{Conversation: "c1"}, noon))
	must(t, b.SaveDraft("c1", "reply", "desde entonces"))
	must(t, b.TakeBack("tarde"))
	must(t, b.TakeBack("tomar"))
	shut(t, b)
	again := open(t, cfg)
	expect(t, again)
	expectDrafts(t, again, outbox.Draft{Conversation: "c1", Kind: "reply", Text: "tarde\ndesde entonces"})
}

func TestTextsThatAreRefusedComeBackInTheirOrder(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	add(t, b, "uno", "dos", "tres")
	number(t, b, "uno", "dos", "tres")
	for n := range uint64(3) {
		if n == 2 { // the screen saves what it shows
			must(t, b.SaveDraft("c1", "reply", "uno\ndos\ny más"))
		}
		if _, known, err := b.Settle(wire.Outcome{N: n + 1, Refused: &wire.Refusal{Kind: wire.Conflict, Code: wire.CodeStale}}, "", noon); !known || err != nil {
			t.Fatal(known, err)
		}
	}
	expectDrafts(t, b, outbox.Draft{Conversation: "c1", Kind: "reply", Text: "uno\ndos\ntres\ny más"})
}
