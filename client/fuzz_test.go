package client

import (
	"encoding/json"
	"strings"
	"testing"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

// FuzzFrames hands a link frames of any kind in any order, one a line. Whatever
// comes, nothing panics and the mirror never finds a fault that the link let pass.
func FuzzFrames(f *testing.F) {
	f.Add(`{"welcome":{"epoch":"e","head":3}}
{"snapshot":{"seq":2,"conversations":[{"id":"a","status":"open"}]}}
{"snapshot":{"seq":2,"last":true}}
{"feed":{"records":[[3,2,{"ev":"said","at":1,"c":"a","by":"customer","text":"hola"}]],"upto":3}}
{"answer":{"id":1,"result":{"s":{"id":"a"},"records":[[3,0,{"ev":"said","at":1,"c":"a"}]],"upto":3}}}
{"outcome":{"n":1,"seq":4}}
{"resend":{"from":1,"wait":5}}
{"pong":{"sent":1,"head":9,"upto":3}}
{"typing":{"c":"a","by":"customer"}}`)
	f.Add(`{"welcome":{"epoch":"e","resumed":true,"lane_last":9}}`)
	f.Add(`{"answer":{"id":1,"result":null}}` + "\n{}\n" + `{"outcome":{"n":0}}`)
	f.Fuzz(func(t *testing.T, script string) {
		c := New(Config{})
		c.Do(wire.Take{Conversation: "a"})
		c.Watch("a")
		l := &link{c: c, hello: c.clock.instant()}
		for text := range strings.Lines(script) {
			var frame wire.FromDesk
			if json.Unmarshal([]byte(text), &frame) != nil || l.handle(frame, len(text), c.clock.instant()) != nil {
				break
			}
			c.traffic.hear(c.clock)
			if _, _, err := c.next(c.clock.instant()); err != nil {
				break
			}
		}
		events, _ := c.mail.take()
		apply(t, mirror.New(), events)
	})
}

func apply(t *testing.T, m *mirror.Mirror, events []Event) {
	for _, e := range events {
		switch e := e.(type) {
		case Welcomed:
			m.Welcome(e.Welcome)
		case SnapshotPart:
			m.Snapshot(e.Snapshot)
		case FeedPart:
			if err := m.Feed(e.Feed); err != nil {
				t.Errorf("the link let pass what the mirror calls %v", err)
			}
		case Opened:
			m.Timeline(e.Timeline)
		case Older:
			m.Timeline(e.Timeline)
		}
	}
}
