package sqlite

import (
	"path/filepath"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/sqlitedb"
)

// A desk that is brought up to date must hold back replies to what was written
// before, so the migration finds the newest lines in the log.
func TestTheNewestLinesAreFoundInAnOlderLog(t *testing.T) {
	dir := t.TempDir()
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	old, err := sqlitedb.Open(t.Context(), filepath.Join(dir, FileName), steps[:2])
	if err != nil {
		t.Fatal(err)
	}
	do := func(q string, args ...any) {
		t.Helper()
		if _, err := old.Write.Exec(q, args...); err != nil {
			t.Fatal(err)
		}
	}
	do("insert into workspace (id, epoch) values (1, 'e')")
	c := wire.ConversationID("c")
	for seq, e := range []wire.Event{
		wire.Opened{Summary: wire.Summary{ID: c}},
		wire.Said{Conversation: c, By: wire.ByCustomer, Text: "hola"},
		wire.Noted{Conversation: c, Agent: "leo", Text: "ojo"},
		wire.Said{Conversation: c, By: wire.ByAgent, Agent: "ana", Text: "hola"},
		wire.Said{Conversation: c, By: wire.ByAgent, Agent: "ana", Text: "¿sí?"},
		wire.Said{Conversation: "silent", By: wire.BySystem, Text: "cerrado"},
		wire.Seen{Conversation: c, Agent: "ana", UpTo: 2},
	} {
		body, err := wire.EncodeEvent(1, e)
		if err != nil {
			t.Fatal(err)
		}
		id, _ := wire.About(e)
		do("insert into log values (?, 1, ?, ?, ?, '', '', '', '', '', '', 0, null, ?)", seq+1, wire.EventName(e), wire.InTimeline(e), string(id), body)
	}
	for _, id := range []string{"c", "silent"} {
		do("insert into conversations values (?, '', '', '', 'open', 0, 0, 0, 0, json_object('id', ?))", id, id)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for id, want := range map[wire.ConversationID]desk.Lines{"c": {Last: 5, By: "ana", Other: 3}, "silent": {}} {
		err := s.View(t.Context(), func(r desk.Reader) error {
			got, found, err := r.Conversation(id)
			if !found || got.Lines != want {
				t.Errorf("%s: %+v, %v; want %+v", id, got.Lines, found, want)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}
