package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ventanilla/client/wire"
)

// What a message of 80 characters costs on the wire is counted, not estimated: a
// member more in each record shows here.
func TestBytesOfAMessage(t *testing.T) {
	const (
		conversation = "1nq4yd8k2m"
		at           = 1790000000000
		seq          = 1234567
		mostFull     = 330
	)
	text := strings.Repeat("a", wire.PreviewLength)
	for _, tc := range []struct {
		what  string
		event wire.Event
		want  int // of the record itself
	}{
		{"a customer's message", wire.Said{Conversation: conversation, By: wire.ByCustomer, Text: text}, 173},
		{"an agent's message", wire.Said{Conversation: conversation, By: wire.ByAgent, Agent: "1nq0000a7c", Text: text}, 191},
		{"the short form of a longer one", wire.Said{Conversation: conversation, By: wire.ByCustomer, Text: text, Cut: true}, 184},
	} {
		record, err := json.Marshal(wire.Record{Seq: seq, Prev: seq - 1, At: at, Event: tc.event})
		if err != nil {
			t.Fatal(err)
		}
		frame, err := json.Marshal(wire.FromDesk{Feed: &wire.Feed{Records: []wire.Record{{Seq: seq, Prev: seq - 1, At: at, Event: tc.event}}, UpTo: seq}})
		if err != nil {
			t.Fatal(err)
		}
		if len(record) != tc.want {
			t.Errorf("%s: %d bytes, want %d: %s", tc.what, len(record), tc.want, record)
		}
		if len(frame) > mostFull {
			t.Errorf("%s alone in its frame: %d bytes, at most %d", tc.what, len(frame), mostFull)
		}
	}
}

func TestTheMessageIsWhatItIsSaidToBe(t *testing.T) {
	if n := utf8.RuneCountInString(message); n != wire.PreviewLength || strings.Count(message, string(marker)) != 1 {
		t.Errorf("the message has %d characters and %d markers, want %d and 1", n, strings.Count(message, string(marker)), wire.PreviewLength)
	}
}

func TestSpread(t *testing.T) {
	var samples []time.Duration
	for i := range 100 {
		samples = append(samples, time.Duration(100-i)*time.Millisecond)
	}
	if got, want := spreadOf(samples), (spread{51 * time.Millisecond, 96 * time.Millisecond, 100 * time.Millisecond}); got != want {
		t.Errorf("spread %v, want %v", got, want)
	}
	if got := spreadOf(nil); got != (spread{}) {
		t.Errorf("the spread of nothing is %v", got)
	}
	if got := grouped(1234567); got != "1,234,567" {
		t.Errorf("1234567 is written %s", got)
	}
}

// Both programs are driven for a moment, so that the measuring keeps working between
// the times somebody measures.
func TestBothProgramsTakeMessagesAndTellOfThem(t *testing.T) {
	b := newBench(t.TempDir(), "")
	bare, ours, err := b.pair(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer bare.stop()
	defer ours.stop()
	for _, p := range []*process{bare, ours} {
		to := newSink()
		defer to.close()
		if err := to.follow(t.Context(), p, 3); err != nil {
			t.Fatalf("%s: %v", p.kind, err)
		}
		from, err := p.senders(t.Context(), 2)
		defer hangUp(from)
		if err != nil {
			t.Fatalf("%s: %v", p.kind, err)
		}
		if _, err := delivered(t.Context(), to, 3*2*5, func() error {
			return together(from, func(s *sender) error { return s.burst(5) })
		}); err != nil {
			t.Errorf("%s: %v", p.kind, err)
		}
	}
}
