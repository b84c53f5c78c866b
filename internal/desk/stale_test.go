package desk_test

import (
	"context"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/bus/local"
	"ventanilla/internal/desk"
)

// Rosa writes, Ana has read that and answers; before her answer is taken something
// else happens. Only what Rosa or a colleague wrote holds it back.
func TestAReplyToWhatWasNotSeenIsHeldBack(t *testing.T) {
	tests := []struct {
		name  string
		then  func(f *floor, rosa desk.Sender, id wire.ConversationID) (newest uint64)
		stale bool
	}{
		{name: "nothing happens", then: func(*floor, desk.Sender, wire.ConversationID) uint64 { return 0 }},
		{"the customer writes", func(f *floor, rosa desk.Sender, _ wire.ConversationID) uint64 {
			return f.says(rosa, "ya lo pagué").Seq
		}, true},
		{"the customer writes, then she herself", func(f *floor, rosa desk.Sender, id wire.ConversationID) uint64 {
			seq := f.says(rosa, "ya lo pagué").Seq
			f.accepted("ana", wire.Note{Conversation: id, Text: "mía"})
			return seq
		}, true},
		{"a lead writes a note", func(f *floor, _ desk.Sender, id wire.ConversationID) uint64 {
			return f.do("leo", wire.Note{Conversation: id, Text: "no le prometas nada"}).Seq
		}, true},
		{"a lead writes, then the customer", func(f *floor, rosa desk.Sender, id wire.ConversationID) uint64 {
			f.accepted("leo", wire.Note{Conversation: id, Text: "no le prometas nada"})
			return f.says(rosa, "¿hola?").Seq
		}, true},
		{name: "she writes from another workstation", then: func(f *floor, _ desk.Sender, id wire.ConversationID) uint64 {
			other := desk.Sender{Agent: f.user("ana").ID, Device: "device-2", Lane: "lane-ana-2"}
			f.again(other, 1, wire.Reply{Conversation: id, Text: "un momento"})
			f.again(other, 2, wire.Note{Conversation: id, Text: "llamar"})
			return 0
		}},
		{name: "what is no line", then: func(f *floor, rosa desk.Sender, id wire.ConversationID) uint64 {
			f.accepted("leo", wire.Prioritise{Conversation: id, Priority: wire.High})
			f.accepted("leo", wire.Tag{Conversation: id, Add: []string{"mora"}})
			f.accepted("ana", wire.MarkSeen{Conversation: id, UpTo: 1 << 40})
			f.must(f.desk.Mark(f.t.Context(), rosa.Customer, chatwire.Marks{Read: 1 << 40}))
			return 0
		}},
		{name: "somebody writes elsewhere", then: func(f *floor, _ desk.Sender, _ wire.ConversationID) uint64 {
			f.customer("", "otra cosa")
			return 0
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := open(t)
			rosa, id := f.customer("", "¿cuánto debo?")
			f.accepted("ana", wire.Take{Conversation: id})
			seen := f.summary(id).Last.Seq
			newest := test.then(f, rosa, id)
			for _, c := range []wire.Command{
				wire.Reply{Conversation: id, Text: "son $ 100", Seen: seen},
				wire.Resolve{Conversation: id, Disposition: "otro", Seen: seen},
			} {
				o := f.do("ana", c)
				if stale := o.Refused != nil && o.Refused.Code == wire.CodeStale && o.Refused.Kind == wire.Conflict; stale != test.stale {
					t.Fatalf("%T: %+v", c, o)
				}
				if o.Newest != newest {
					t.Errorf("%T: the newest unseen line is %d, want %d", c, o.Newest, newest)
				}
			}
		})
	}
}

// Sending anyway covers what the sender had been shown and no more; that it was
// sent so stays with the message, for whoever watches or not, and in the trail.
func TestSendingAnywayCoversWhatWasShown(t *testing.T) {
	f := open(t)
	audit := &trail{Store: f.store}
	f.store = audit
	f.start(bookOf(t))
	rosa, id := f.customer("", "hola")
	f.accepted("ana", wire.Take{Conversation: id})
	seen := f.summary(id).Last.Seq
	shown := f.says(rosa, "ya lo pagué").Seq
	f.refused("ana", wire.Reply{Conversation: id, Text: "debés $ 100", Seen: seen}, wire.CodeStale)
	unseen := f.says(rosa, "mandé el comprobante").Seq
	if o := f.do("ana", wire.Reply{Conversation: id, Text: "debés $ 100", Seen: shown, Anyway: true}); o.Newest != unseen {
		t.Fatalf("beyond what was shown: %+v", o)
	}
	c, s := f.follow("leo")
	f.accepted("ana", wire.Reply{Conversation: id, Text: "debés $ 100", Seen: unseen, Anyway: true})
	records := f.reads(c, s)
	if said, ok := records[len(records)-1].Event.(wire.Said); !ok || !said.Anyway {
		t.Errorf("the record says %+v", records)
	}
	if len(audit.rows) != 1 || audit.rows[0].Action != "anyway" || audit.rows[0].Object != string(id) {
		t.Errorf("the trail says %+v", audit.rows)
	}
	page, err := f.desk.Older(t.Context(), rosa.Customer, 0)
	f.must(err)
	if got := page.Lines[len(page.Lines)-1].Text; got != "debés $ 100" {
		t.Errorf("the customer reads %q last", got)
	}
}

// A refusal for staleness is an outcome: sent again, however late, it is the same,
// also when the text would pass by then.
func TestAStaleReplySentAgainIsAnsweredAsBefore(t *testing.T) {
	f := open(t)
	rosa, id := f.customer("", "hola")
	seen := f.summary(id).Last.Seq
	newest := f.says(rosa, "¿hola?").Seq
	from := desk.Sender{Agent: f.user("ana").ID, Device: "device-1", Lane: "lane-again"}
	late := wire.Reply{Conversation: id, Text: "hola", Seen: seen}
	first := f.again(from, 1, late)
	f.again(from, 2, wire.Reply{Conversation: id, Text: "acá estoy", Seen: newest})
	f.start(bookOf(t)) // another desk on the same data
	again := f.again(from, 1, late)
	if first.Newest != newest || again.Newest != newest || again.Refused == nil || *again.Refused != *first.Refused {
		t.Fatalf("first %+v, again %+v", first, again)
	}
}

// What was seen in a log that a backup has replaced says nothing about this one.
func TestAPositionTheLogHasNotReachedCountsAsNothingSeen(t *testing.T) {
	f := open(t)
	_, id := f.customer("", "hola")
	o := f.do("ana", wire.Reply{Conversation: id, Text: "hola", Seen: f.desk.Head() + 1})
	if o.Refused == nil || o.Refused.Code != wire.CodeStale || o.Newest != f.summary(id).Last.Seq {
		t.Fatalf("answered %+v", o)
	}
	f.accepted("ana", wire.Reply{Conversation: id, Text: "hola", Seen: o.Newest})
	f.accepted("ana", wire.Reply{Conversation: id, Text: "¿seguís ahí?"}) // 0 asks for no care
}

// The customer's line and the reply arrive together and share a transaction: the
// order in it decides, and nothing in between.
func TestALineAndAReplyInOneTransaction(t *testing.T) {
	for _, lineFirst := range []bool{true, false} {
		f := open(t)
		rosa, id := f.customer("", "hola")
		seen := f.summary(id).Last.Seq
		ana := desk.Sender{Agent: f.user("ana").ID, Device: "device-1", Lane: "lane-race"}
		frame, err := wire.NewCommandFrame(1, 0, wire.Reply{Conversation: id, Text: "buenas", Seen: seen})
		f.must(err)
		counted := &counting{Store: f.store}
		d, err := desk.Open(t.Context(), desk.Config{Store: counted, Bus: new(local.Bus), Provider: bookOf(t)})
		f.must(err)
		lines, replies := make(chan desk.Reply, 1), make(chan desk.Reply, 1)
		say := func() error {
			return d.Say(t.Context(), rosa, chatwire.Say{N: f.lanes[rosa] + 1, Text: "¿y?"}, func(r desk.Reply) { lines <- r })
		}
		send := func() error {
			return d.Submit(t.Context(), ana, frame, func(r desk.Reply) { replies <- r })
		}
		if lineFirst {
			f.must(say())
			f.must(send())
		} else {
			f.must(send())
			f.must(say())
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }() // finds both waiting
		line, reply := *(<-lines).Outcome, *(<-replies).Outcome
		stop()
		f.must(<-done)
		if counted.updates != 1 {
			t.Fatalf("%d transactions, want 1", counted.updates)
		}
		if stale := reply.Refused != nil && reply.Newest == line.Seq; stale != lineFirst {
			t.Errorf("line first %v: line %+v, reply %+v", lineFirst, line, reply)
		}
	}
}

// counting counts transactions that write.
type counting struct {
	desk.Store
	updates int
}

func (s *counting) Update(ctx context.Context, fn func(desk.Tx) error) error {
	s.updates++
	return s.Store.Update(ctx, fn)
}
