package sqlite_test

import (
	"fmt"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// BenchmarkUpdate writes what a reply costs: it reads lane and conversation,
// appends a searchable entry, and saves both. A group shares one commit and so
// one sync of the disk; with TMPDIR on a tmpfs the rest is left.
func BenchmarkUpdate(b *testing.B) {
	for _, group := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("group=%d", group), func(b *testing.B) {
			s := open(b, b.TempDir())
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				err := s.Update(b.Context(), func(tx desk.Tx) error {
					for range group {
						n++
						if err := reply(tx, n); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "commands/s")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/command")
		})
	}
}

// reply does what the desk does for the nth reply, in one of 997 conversations
// and 31 lanes.
func reply(tx desk.Tx, n int) error {
	key := desk.LaneKey{Owner: fmt.Sprintf("a:agent%d", n%31), Device: "device", Lane: "lane"}
	lane, _, err := tx.Lane(key)
	if err != nil {
		return err
	}
	id := wire.ConversationID(fmt.Sprintf("conv%d", n%997))
	c, _, err := tx.Conversation(id)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("Hola, ya vi tu pago número %d de la cuota; se acredita mañana antes del mediodía.", n)
	said := wire.Said{Conversation: id, By: wire.ByAgent, Agent: "agent", Text: text}
	at := wire.Millis(1_700_000_000_000 + n)
	body, err := wire.EncodeEvent(at, said)
	if err != nil {
		return err
	}
	seq, err := tx.Append(desk.Entry{At: at, Event: said, Body: body, Customer: "customer", Conversation: id,
		Before: c.Place(), After: c.Place(), Lane: key.Lane, N: lane.Last + 1, Text: text})
	if err != nil {
		return err
	}
	c.Customer = "customer"
	c.Summary.ID, c.Summary.Customer, c.Summary.Queue, c.Summary.Agent = id, "Ana Gómez", "general", "agent"
	c.Summary.Status = wire.Open
	c.Summary.Fold(seq, at, said)
	if err := tx.SaveConversation(c); err != nil {
		return err
	}
	lane.Last++
	lane.Outcomes = []wire.Outcome{{N: lane.Last, Seq: seq}}
	return tx.SaveLane(key, lane)
}

// BenchmarkView reads a page of a long log, as a client does that was away.
func BenchmarkView(b *testing.B) {
	s := open(b, b.TempDir())
	const entries = 10_000
	err := s.Update(b.Context(), func(tx desk.Tx) error {
		for n := range entries {
			if err := reply(tx, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	reads := map[string]func(desk.Reader) error{
		"position":       func(r desk.Reader) error { _, err := r.Position(); return err },
		"timeline 30":    func(r desk.Reader) error { _, err := r.Timeline("conv7", 0, 30); return err },
		"entries 10,000": func(r desk.Reader) error { _, err := r.Entries(0, entries); return err },
		"search": func(r desk.Reader) error {
			_, err := r.Search(desk.SearchQuery{Words: []string{"pago", "mañ"}, Queues: []wire.QueueID{"general"}, Limit: 20})
			return err
		},
	}
	for name, read := range reads {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := s.View(b.Context(), read); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
