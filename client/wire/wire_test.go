package wire

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var events = []Event{
	Opened{Summary{ID: "c1", Customer: "Rosa", Tags: []string{"mora"}}}, Said{Conversation: "c1", By: ByAgent, Agent: "a1", Text: "¡hola! 👋"},
	Noted{Conversation: "c1", Agent: "a1", Text: "ojo"}, Routed{Conversation: "c1", How: Took, By: "a1", Agent: "a1", Queue: "q"},
	StatusChanged{Conversation: "c1", Status: Resolved, By: "a1", Disposition: "otro"}, Prioritised{Conversation: "c1", Priority: Urgent, By: "a1"},
	Tagged{Conversation: "c1", Tags: []string{"x"}, By: "a1"}, Receipt{Conversation: "c1", Delivered: 4, Read: 3},
	Seen{Conversation: "c1", Agent: "a1", UpTo: 9}, PresenceChanged{Agent: "a1", State: OnBreak, Reason: "almuerzo"},
	StaffChanged{Agent: Agent{ID: "a1", Name: "Ana", Role: RoleAgent}}, QueueChanged{Queue{"q", "Cobranzas"}},
	Appeared{Summary{ID: "c1"}}, Gone{Conversation: "c1"},
}

func TestEveryEventComesBackAsItWent(t *testing.T) {
	if len(events) != len(eventDecoders) {
		t.Fatalf("%d events here, %d in the protocol", len(events), len(eventDecoders))
	}
	for _, e := range events {
		want := Record{Seq: 7, Prev: 5, At: 1760000000000, Event: e}
		b, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Record
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%T: %+v became %+v over %s", e, want, got, b)
		}
	}
}

func TestANewerDesksEventIsSkippedAndKeepsItsPlace(t *testing.T) {
	var r Record
	if err := json.Unmarshal([]byte(`[9,8,{"ev":"merged","at":5,"c":"c1","into":{"deep":[1]}}]`), &r); err != nil {
		t.Fatal(err)
	}
	if r.Seq != 9 || r.Event != (Unrecognised{"merged"}) {
		t.Fatalf("read %+v", r)
	}
}

func TestEveryCommandAndAskComesBackAsItWent(t *testing.T) {
	commands := []Command{
		Take{"c"}, Release{"c"}, Assign{"c", "a"}, Transfer{"c", "a", "", "porque sí"}, Reply{"c", "hola", 7, true}, Note{"c", "ojo"},
		Resolve{"c", "otro", 7}, Reopen{"c"}, Snooze{"c", 5}, Prioritise{"c", Low}, Tag{"c", []string{"x"}, []string{"y"}},
		MarkSeen{"c", 9}, SetPresence{OnBreak, "café"},
	}
	if len(commands) != len(CommandNames()) {
		t.Fatalf("%d commands here, %d in the protocol", len(commands), len(CommandNames()))
	}
	for _, c := range commands {
		f, err := NewCommandFrame(1, 0, c)
		if err != nil {
			t.Fatal(err)
		}
		if got, known, err := f.Decode(); err != nil || !known || !reflect.DeepEqual(got, c) {
			t.Errorf("%+v became %+v, %v, %v", c, got, known, err)
		}
	}
	asks := []Ask{Watch{"c", 10}, Unwatch{"c"}, Older{"c", 9, 10}, Search{"hola", 5, 9}, GetContext{"c"}, GetCounts{}}
	if len(asks) != len(AskNames()) {
		t.Fatalf("%d asks here, %d in the protocol", len(asks), len(AskNames()))
	}
	for _, a := range asks {
		f, err := NewAskFrame(1, a)
		if err != nil {
			t.Fatal(err)
		}
		if got, known, err := f.Decode(); err != nil || !known || !reflect.DeepEqual(got, a) {
			t.Errorf("%+v became %+v, %v, %v", a, got, known, err)
		}
	}
	if _, known, err := (CommandFrame{Name: "explode"}).Decode(); known || err != nil {
		t.Error("an unknown command must be told apart from a broken one")
	}
}

// The waiting clock starts with the first unanswered message, and only an answer
// or the end of the conversation stops it.
func TestFolding(t *testing.T) {
	var s Summary
	steps := []struct {
		event   Event
		unread  int
		waiting Millis
	}{
		{Opened{Summary{ID: "c1", Status: Open, Queue: "q"}}, 0, 0},
		{Said{Conversation: "c1", By: ByCustomer, Text: "hola"}, 1, 2},
		{Said{Conversation: "c1", By: ByCustomer, Text: "¿hola?"}, 2, 2},
		{Noted{Conversation: "c1", Text: "ojo"}, 2, 2},
		{Seen{Conversation: "c1", UpTo: 3}, 0, 2},
		{Said{Conversation: "c1", By: BySystem, Text: "ya te atienden"}, 0, 2},
		{Said{Conversation: "c1", By: ByAgent, Text: "hola"}, 0, 0},
		{Said{Conversation: "c1", By: ByCustomer, Text: "gracias"}, 1, 8},
		{Seen{Conversation: "c1", UpTo: 7}, 1, 8}, // an older line was seen, not this one
		{StatusChanged{Conversation: "c1", Status: Resolved}, 0, 0},
	}
	for i, step := range steps {
		seq := uint64(i + 1)
		s.Fold(seq, Millis(seq), step.event)
		if s.Unread != step.unread || s.Waiting != step.waiting {
			t.Errorf("after %d (%s): unread %d, waiting since %d; want %d, %d",
				seq, EventName(step.event), s.Unread, s.Waiting, step.unread, step.waiting)
		}
	}
	if s.Last.Text != "gracias" || s.Last.Seq != 8 {
		t.Errorf("the preview is %+v", s.Last)
	}
}

func TestCutCountsCharacters(t *testing.T) {
	long := strings.Repeat("ñ", PreviewLength+1)
	if got := Cut(long); utf8.RuneCountInString(got) != PreviewLength || !utf8.ValidString(got) {
		t.Errorf("cut to %d characters", utf8.RuneCountInString(got))
	}
	if Cut("corto") != "corto" {
		t.Error("a short text was cut")
	}
}

func TestIDsSortByAgeAndTellApart(t *testing.T) {
	now := time.Unix(idBirth+1000, 0)
	if a, b := NewID(now), NewID(now.Add(time.Second)); len(a) != 10 || a >= b {
		t.Errorf("%s, then %s a second later", a, b)
	}
	seen := map[string]bool{}
	for range 500 {
		seen[NewID(now)] = true
	}
	if len(seen) < 480 { // of 2^20: a handful of meetings would already be strange
		t.Errorf("only %d of 500 differ", len(seen))
	}
}

func TestCloseCodesSayWhatToDo(t *testing.T) {
	for code, back := range map[int]bool{
		CloseRestart: true, CloseSlow: true, CloseRights: true, CloseNoGreet: true, CloseTrouble: true, 1006: true,
		CloseSignedOut: false, CloseVersion: false, CloseGarbage: true, CloseTooMany: false,
	} {
		if ComeBack(code) != back {
			t.Errorf("ComeBack(%d) = %v", code, !back)
		}
	}
}

// Whatever a record is read from, it is refused or it writes down the same again.
func FuzzRecord(f *testing.F) {
	for _, e := range events {
		b, err := json.Marshal(Record{Seq: 7, Prev: 5, At: 9, Event: e})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`[1,0,{}]`))
	f.Add([]byte(`[1,2,null]`))
	f.Add([]byte(`[1,2,{"ev":"said","at":-1,"text":"\ud800"}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r, again Record
		if json.Unmarshal(b, &r) != nil {
			return
		}
		if _, unknown := r.Event.(Unrecognised); unknown {
			return // what it holds is not kept
		}
		first, err := json.Marshal(r)
		if err != nil {
			t.Fatalf("%s was read and cannot be written: %v", b, err)
		}
		if err := json.Unmarshal(first, &again); err != nil || !reflect.DeepEqual(r, again) {
			t.Fatalf("%s became %s: %v", b, first, err)
		}
	})
}

// Frames come from strangers: reading one must not fail in any other way than by saying so.
func FuzzFrames(f *testing.F) {
	f.Add([]byte(`{"hello":{"version":1,"device":"d","lane":"l","watch":["c"]}}`))
	f.Add([]byte(`{"command":{"n":1,"name":"reply","args":{"c":"x","text":"hola"}}}`))
	f.Add([]byte(`{"ask":{"id":1,"name":"search","args":null}}`))
	f.Add([]byte(`{"feed":{"records":[[1,0,{"ev":"said","at":1}]],"upto":1}}`))
	f.Fuzz(func(_ *testing.T, b []byte) {
		var c FromClient
		if json.Unmarshal(b, &c) == nil {
			if c.Command != nil {
				_, _, _ = c.Command.Decode()
			}
			if c.Ask != nil {
				_, _, _ = c.Ask.Decode()
			}
		}
		var d FromDesk
		_ = json.Unmarshal(b, &d)
	})
}
