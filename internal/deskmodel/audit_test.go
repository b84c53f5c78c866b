package deskmodel

import (
	"slices"

	"pgregory.net/rapid"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// audit reads the log: every text once and in order, every command's records in one
// place that ends where its outcome says, and no more.
func (m machine) audit(t *rapid.T) {
	var entries []desk.Entry
	m.view(t, func(r desk.Reader) (err error) {
		entries, err = r.Entries(0, 1_000_000)
		return err
	})
	type command struct {
		lane string
		n    uint64
	}
	ends := make(map[command]uint64)
	var said []line
	for i, e := range entries {
		if e.Seq != uint64(i+1) {
			t.Fatalf("record %d is number %d", i+1, e.Seq)
		}
		if by := (command{e.Lane, e.N}); e.Lane != "" {
			if last := ends[by]; last != 0 && last != e.Seq-1 {
				t.Fatalf("%v had an effect at %d and has another at %d", by, last, e.Seq)
			}
			ends[by] = e.Seq
		}
		at := slices.IndexFunc(m.ref.talks, func(have talk) bool { return have.id == e.Conversation })
		switch ev := e.Event.(type) {
		case wire.Said:
			said = append(said, line{e.Seq, at, ev.Agent, false, ev.Text})
		case wire.Noted:
			said = append(said, line{e.Seq, at, ev.Agent, true, ev.Text})
		}
	}
	if !slices.Equal(said, m.ref.said) || uint64(len(entries)) != m.ref.head {
		t.Fatalf("the log of %d records reads\n%.30v\nwant %d and\n%.30v", len(entries), said, m.ref.head, m.ref.said)
	}
	for _, l := range m.ref.lanes {
		for i, d := range l.sent {
			by := command{l.name, uint64(i + 1)}
			if ends[by] != d.answer.seq {
				t.Fatalf("%v was answered %+v and its records end at %d", by, d.answer, ends[by])
			}
			delete(ends, by)
		}
	}
	if len(ends) > 0 {
		t.Fatalf("commands that nobody sent had effects: %v", ends)
	}
}
