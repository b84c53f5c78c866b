package tui

import (
	"reflect"
	"testing"
	"time"

	"ventanilla/client/wire"
)

func TestWorkAsksTheDeskForWhatTheKeySays(t *testing.T) {
	for _, c := range []struct {
		keys []string
		want wire.Command
	}{
		{[]string{"a"}, wire.Take{Conversation: "c1"}},
		{[]string{"space", "a"}, wire.Release{Conversation: "c1"}},
		{[]string{"space", "e"}, wire.Reopen{Conversation: "c1"}},
		{[]string{"space", "p"}, wire.SetPresence{State: wire.Away}},
		{[]string{"e", "v", "enter"}, wire.Resolve{Conversation: "c1", Disposition: "vencimiento y monto", Seen: newest}},
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
