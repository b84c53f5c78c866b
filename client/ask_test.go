package client_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/client"
	"ventanilla/client/clienttest"
	"ventanilla/client/wire"
)

func (x *terminal) untilAnswered(t *testing.T, n int) []client.Answered {
	t.Helper()
	x.until(t, "an answer", func() bool { return len(of[client.Answered](x.events)) >= n })
	return seen[client.Answered](x)
}

func TestAnAnswerCarriesItsToken(t *testing.T) {
	cfg := clienttest.Config{Answer: func(q wire.Ask) (any, *wire.Refusal) {
		switch q.(type) {
		case wire.Search:
			return wire.Hits{More: true}, nil
		case wire.GetCounts:
			return wire.Counts{Queues: []wire.QueueCount{{Unassigned: 3}}}, nil
		case wire.GetContext:
			return nil, &wire.Refusal{Kind: wire.Denied, Code: "not_yours", Text: "no es tuya"}
		}
		return nil, nil
	}}
	onBoth(t, cfg, func(t *testing.T, d *clienttest.Desk) {
		x := start(t, d)
		x.Ask(t.Context(), wire.Search{Text: "cuota"}, "s")
		x.Ask(t.Context(), wire.GetCounts{}, "n")
		x.Ask(t.Context(), wire.GetContext{Conversation: "a"}, "c")
		by := map[any]client.Answered{}
		for _, a := range x.untilAnswered(t, 3) {
			by[a.Token] = a
		}
		if h, ok := by["s"].Answer.(wire.Hits); !ok || !h.More {
			t.Errorf("search = %+v", by["s"])
		}
		if c, ok := by["n"].Answer.(wire.Counts); !ok || c.Queues[0].Unassigned != 3 {
			t.Errorf("counts = %+v", by["n"])
		}
		no, ok := errors.AsType[*client.AskError](by["c"].Err)
		if !ok || no.Refusal.Code != "not_yours" || by["c"].Answer != nil {
			t.Errorf("context = %+v", by["c"])
		}
	})
}

func TestAQuestionSurvivesItsLinkAndEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := clienttest.Config{Answer: func(wire.Ask) (any, *wire.Refusal) { return wire.Counts{}, nil }}
		d := clienttest.New(t, cfg)
		x := start(t, d)
		x.untilLive(t)
		d.Silence(true)
		x.Ask(t.Context(), wire.GetCounts{}, "kept")
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		x.Ask(short, wire.GetCounts{}, "given up")
		if a := x.untilAnswered(t, 1)[0]; a.Token != "given up" || !errors.Is(a.Err, context.DeadlineExceeded) {
			t.Errorf("answered = %+v", a)
		}
		d.Silence(false)
		d.Cut()
		if a := x.untilAnswered(t, 2)[1]; a.Token != "kept" || a.Err != nil {
			t.Errorf("answered = %+v", a)
		}
		time.Sleep(time.Minute)
		if n := len(seen[client.Answered](x)); n != 2 {
			t.Errorf("%d answers to two questions", n)
		}
	})
}

func TestAnAnswerThatCannotBeReadEndsTheQuestionOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{Answer: func(wire.Ask) (any, *wire.Refusal) { return []int{1}, nil }})
		x := start(t, d)
		x.Ask(t.Context(), wire.GetCounts{}, 1)
		if a := x.untilAnswered(t, 1)[0]; a.Err == nil || a.Answer != nil {
			t.Errorf("answered = %+v", a)
		}
		x.Ask(t.Context(), wire.Search{Text: strings.Repeat("x", wire.MaxClientFrame)}, 2)
		if a := x.untilAnswered(t, 2)[1]; !errors.Is(a.Err, client.ErrTooLarge) {
			t.Errorf("answered = %+v", a)
		}
		if len(d.Hellos()) != 1 {
			t.Error("the link suffered")
		}
	})
}

func TestLinesOfAnotherConversationAreNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := oneConversation
		cfg.Answer = func(wire.Ask) (any, *wire.Refusal) { return wire.Timeline{Summary: conversation("z")}, nil }
		x := start(t, clienttest.New(t, cfg))
		x.Watch("a")
		x.until(t, "a no", func() bool { return len(of[client.NotOpened](x.events)) == 1 })
		x.Ask(t.Context(), wire.Older{Conversation: "a", Before: 3}, "page")
		if a := x.untilAnswered(t, 1)[0]; !errors.Is(a.Err, client.ErrBadFrame) || len(seen[client.Older](x)) != 0 {
			t.Errorf("answered = %+v", a)
		}
	})
}

func TestOlderLinesReachTheMirrorAndTheAsker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		for range 70 {
			d.Record(said("a", "m"))
		}
		x := start(t, d)
		x.Watch("a")
		x.until(t, "opened", func() bool { return len(of[client.Opened](x.events)) == 1 })
		x.Ask(t.Context(), wire.Older{Conversation: "a", Before: 41}, "page")
		if a := x.untilAnswered(t, 1)[0]; a.Token != "page" || a.Err != nil {
			t.Errorf("answered = %+v", a)
		}
		if n := len(x.texts("a")); n != 60 {
			t.Errorf("%d lines, want 60", n)
		}
	})
}

// A desk whose disk is full cannot record who looks, and so shows nothing; when
// there is room, the conversation opens by itself.
func TestWhatABusyDeskDoesNotOpenIsAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, asked := oneConversation, 0
		cfg.Answer = func(wire.Ask) (any, *wire.Refusal) {
			if asked++; asked < 4 {
				return nil, &wire.Refusal{Kind: wire.Busy, Code: "busy"}
			}
			return nil, nil
		}
		x := start(t, clienttest.New(t, cfg))
		x.Watch("a")
		x.until(t, "opened", func() bool { return len(of[client.Opened](x.events)) == 1 })
		if n := len(of[client.NotOpened](x.events)); n != 0 || asked != 4 {
			t.Errorf("said no %d times, asked %d times", n, asked)
		}
	})
}

func TestWhatMayNotBeOpenedIsSaidAndNotAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{})
		x := start(t, d)
		x.Watch("z")
		x.until(t, "a no", func() bool { return len(of[client.NotOpened](x.events)) == 1 })
		d.Cut()
		x.until(t, "another link", func() bool { return len(of[client.Welcomed](x.events)) == 2 })
		if h := d.Hellos(); len(h[1].Watch) != 0 {
			t.Errorf("still watched: %v", h[1].Watch)
		}
		d.Silence(true) // or the desk says no sooner than we ask
		for range wire.MaxWatched + 1 {
			x.Watch(wire.ConversationID(wire.NewToken()))
		}
		x.until(t, "the limit", func() bool {
			all := of[client.NotOpened](x.events)
			return slices.ContainsFunc(all, func(n client.NotOpened) bool { return errors.Is(n.Err, client.ErrTooManyWatched) })
		})
	})
}

func TestUnwatchAndGoneEndTheWatching(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{Conversations: []wire.Summary{conversation("a"), conversation("b"), conversation("c")}})
		x := start(t, d)
		for _, id := range []wire.ConversationID{"a", "b", "c"} {
			x.Watch(id)
		}
		x.until(t, "opened", func() bool { return len(of[client.Opened](x.events)) == 3 })
		x.Unwatch("a")
		d.Record(wire.Gone{Conversation: "b"}, said("a", strings.Repeat("x", 200)))
		x.until(t, "the records", func() bool { return x.mirror.At().Seq == 2 })
		synctest.Wait()
		d.Cut()
		x.until(t, "another link", func() bool { return len(of[client.Welcomed](x.events)) == 2 })
		if h := d.Hellos(); !slices.Equal(h[1].Watch, []wire.ConversationID{"c"}) {
			t.Errorf("watched = %v, want c alone", h[1].Watch)
		}
	})
}

func TestTypingIsToldOncePerThreeSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d)
		x.Typing("a") // without a link it is worth nothing
		x.untilLive(t)
		for range 90 { // nine seconds of a key every 100 ms
			x.Typing("a")
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		n := 0
		for _, f := range d.Got() {
			if f.Typing != nil {
				n++
			}
		}
		if n != 3 {
			t.Errorf("%d typing frames in nine seconds, want 3", n)
		}
		d.Send(wire.FromDesk{Typing: &wire.Typing{Conversation: "a", By: wire.ByCustomer}})
		x.until(t, "the customer's sign", func() bool { return len(of[client.TypingSign](x.events)) == 1 })
	})
}

func TestAThinLinkOpensConversationsByAScreenful(t *testing.T) {
	for lean, want := range map[bool]int{false: 0, true: 15} {
		synctest.Test(t, func(t *testing.T) {
			limits := make(chan int, 10)
			cfg := oneConversation
			cfg.Answer = func(q wire.Ask) (any, *wire.Refusal) {
				if w, ok := q.(wire.Watch); ok {
					limits <- w.Limit
				}
				return nil, nil
			}
			d := clienttest.New(t, cfg)
			x := start(t, d, func(c *client.Config) { c.Lean = lean })
			x.untilLive(t)
			x.Watch("a")
			if got := <-limits; got != want {
				t.Errorf("lean %v: asked for %d lines, want %d", lean, got, want)
			}
		})
	}
}
