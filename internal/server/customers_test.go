package server

import (
	"encoding/json"
	"strings"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
)

// What a page missed comes in frames that every client takes, whole and in order.
func TestMissedLinesFitIntoFrames(t *testing.T) {
	missed := chatwire.Lines{More: true}
	for seq := range uint64(60) { // "<" takes six bytes in a frame
		missed.Lines = append(missed.Lines, chatwire.Line{Seq: seq + 1, Text: strings.Repeat("<", wire.MaxText)})
	}
	var last uint64
	feed := &customerFeed{first: &missed}
	for i := 0; feed.first != nil; i++ {
		frame := chatwire.FromDesk{Lines: feed.nextPage()}
		b, err := json.Marshal(frame)
		if err != nil || len(b) > wire.MaxDeskFrame {
			t.Fatalf("a frame of %d bytes, %v", len(b), err)
		}
		if frame.Lines.More != (i == 0) {
			t.Errorf("frame %d says more: %v", i, frame.Lines.More)
		}
		for _, line := range frame.Lines.Lines {
			if last++; line.Seq != last {
				t.Fatalf("line %d comes as %d", line.Seq, last)
			}
		}
	}
	if last != 60 {
		t.Fatalf("%d lines of 60", last)
	}
	feed.first = &chatwire.Lines{}
	if page := feed.nextPage(); len(page.Lines) != 0 || feed.first != nil {
		t.Fatalf("nothing missed makes %+v", page)
	}
}
