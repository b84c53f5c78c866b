package tui

import (
	"errors"
	"maps"
	"testing"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/tui/words"
)

// shelf keeps drafts for a test, or fails to.
type shelf struct {
	texts  map[DraftKey]string
	saves  int
	broken error
}

func (s *shelf) Load() map[DraftKey]string { return maps.Clone(s.texts) }

func (s *shelf) Save(k DraftKey, text string) error {
	s.saves++
	if s.broken != nil {
		return s.broken
	}
	if s.texts[k] = text; text == "" {
		delete(s.texts, k)
	}
	return nil
}

func withDrafts(t *testing.T, s *shelf) *Model {
	t.Helper()
	m, err := New(Config{Desk: &fakeDesk{watched: map[wire.ConversationID]bool{}}, Drafts: s, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// second lets a second pass, and what it puts down be put down.
func second(m *Model) {
	m.Update(clockTick{})
	m.Update(putDown{m.v.drafts.scribe.drain()})
}

func TestDraftsOutliveTheProgram(t *testing.T) {
	reply, note, lone := DraftKey{"c1", ReplyKind}, DraftKey{"c1", NoteKind}, DraftKey{"c2", NoteKind}
	s := &shelf{texts: map[DraftKey]string{reply: "hola", lone: "solo una nota"}}
	m := withDrafts(t, s)
	if m.v.drafts.of(reply).Text() != "hola" || !m.v.drafts.of(note).Empty() {
		t.Error("a draft is not where it was written")
	}
	if m.v.drafts.current("c2") != lone || m.v.drafts.current("c1") != reply {
		t.Error("the composer does not show what was written")
	}
	m.v.drafts.of(note).Set("una nota")
	second(m)
	second(m)
	if s.texts[note] != "una nota" || s.saves != 1 {
		t.Errorf("kept %v in %d saves; only what changed is saved, once", s.texts, s.saves)
	}
	m.send(reply)
	delete(s.texts, reply)  // as the outbox does
	s.texts[reply] = "hola" // and does again when the desk refuses at once
	second(m)
	if s.texts[reply] != "hola" {
		t.Error("what came back is not a draft any more, and nowhere else")
	}
	m.take(client.Settled{Entry: client.Entry{Command: wire.Reply{Conversation: "c1", Text: "hola"}}, Outcome: wire.Outcome{Refused: &wire.Refusal{}}})
	m.v.drafts.of(reply).Set("")
	second(m)
	if _, there := s.texts[reply]; there {
		t.Error("what was thrown away is still a draft")
	}
	if again := withDrafts(t, s); again.v.drafts.of(note).Text() != "una nota" || !again.v.drafts.has("c1") {
		t.Error("the next program does not have the draft")
	}
}

// The program may be killed between any two steps.
func TestATextThatChangesItsKindIsAlwaysADraft(t *testing.T) {
	for range 20 { // in whatever order they are offered
		reply, note := DraftKey{"c1", ReplyKind}, DraftKey{"c1", NoteKind}
		s := &shelf{texts: map[DraftKey]string{reply: "hola"}}
		m := withDrafts(t, s)
		m.move(reply)
		m.Update(clockTick{})
		if _, err := m.v.drafts.scribe.one(); err != nil || len(s.texts) == 0 {
			t.Fatalf("it is nowhere on disk: %v", err)
		}
		if err := m.v.drafts.scribe.drain(); err != nil || len(s.texts) != 1 || s.texts[note] != "hola" {
			t.Fatalf("kept %v, %v", s.texts, err)
		}
	}
}

func TestADraftThatCannotBeKeptIsSaidAndTriedAgain(t *testing.T) {
	s := &shelf{texts: map[DraftKey]string{}, broken: errors.New("disk full")}
	m := withDrafts(t, s)
	k := DraftKey{"c1", ReplyKind}
	m.v.drafts.of(k).Set("hola")
	second(m)
	if !m.v.notice.Grave || m.v.notice.Text != m.v.words.Say(words.DraftsNotKept) {
		t.Errorf("notice = %+v", m.v.notice)
	}
	s.broken = nil
	second(m)
	if s.texts[k] != "hola" {
		t.Error("it was not tried again")
	}
}

// slowShelf takes as long to keep a text as the test wants.
type slowShelf struct {
	shelf
	begun, more chan struct{}
}

func (s *slowShelf) Save(k DraftKey, text string) error {
	s.begun <- struct{}{}
	<-s.more
	return s.shelf.Save(k, text)
}

func TestASlowDiskHoldsUpNoKeyAndNeverBringsBackWhatWasSent(t *testing.T) {
	disk := &slowShelf{shelf{texts: map[DraftKey]string{}}, make(chan struct{}), make(chan struct{})}
	m, err := New(Config{Desk: &fakeDesk{watched: map[wire.ConversationID]bool{}}, Drafts: disk, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	k := DraftKey{"c1", ReplyKind}
	m.v.drafts.of(k).Set("hola")
	m.Update(clockTick{}) // gives the text, and does not wait
	put := make(chan error)
	go func() { put <- m.v.drafts.scribe.drain() }()
	<-disk.begun // the disk is busy
	m.v.drafts.of(k).Set("hola, qué tal")
	m.Update(clockTick{})
	disk.more <- struct{}{}
	<-disk.begun
	disk.more <- struct{}{}
	if err := <-put; err != nil || disk.texts[k] != "hola, qué tal" {
		t.Fatalf("kept %q, %v", disk.texts[k], err)
	}
	m.v.drafts.of(k).Set("hola, qué tal?")
	m.Update(clockTick{}) // given, and not put down yet when the text leaves
	m.send(k)
	if m.v.drafts.scribe.waits() {
		t.Error("what was sent would become a draft again")
	}
}

func TestLeavingSaysWhetherWhatIsWrittenIsKept(t *testing.T) {
	for _, c := range []struct {
		keeper Drafts
		want   string
	}{{nil, "Salir y perder lo que falta"}, {&shelf{texts: map[DraftKey]string{}}, "queda guardado en este equipo"}} {
		b := start(t, setup{size: Size{160, 45}})
		b.m.v.drafts.keeper = c.keeper
		b.open("c1")
		b.press("r")
		b.write("a medias")
		b.press("ctrl+c", "ctrl+c")
		b.shows(c.want)
	}
}
