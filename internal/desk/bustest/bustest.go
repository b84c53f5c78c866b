// Package bustest says what a desk.Bus must do, as tests every implementation
// runs. It knows none of them.
package bustest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

// Run tests the buses that open returns; each is new, and closed when its test ends.
func Run(t *testing.T, open func(t *testing.T) desk.Bus) {
	tests := []struct {
		name string
		run  func(*testing.T, desk.Bus)
	}{
		{"everybody hears everything", everybodyHears},
		{"a notice arrives whole", wholeNotice},
		{"nobody needs to listen", nobodyListens},
		{"a late subscriber hears what comes after", lateSubscriber},
		{"each publisher's notices stay in order", ordered},
		{"a stalled subscriber blocks nobody", stalled},
		{"a subscription ends with its context", ends},
		{"a cancelled context", cancelled},
		{"coming and going while others publish", comingAndGoing},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// patience is how long a notice may take; it only bounds how long a failing
// test takes, because a bus may cross a network.
const patience = 20 * time.Second

func subscribe(t *testing.T, bus desk.Bus) <-chan desk.Notice {
	t.Helper()
	notices, err := bus.Subscribe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return notices
}

func publish(t *testing.T, bus desk.Bus, n desk.Notice) {
	t.Helper()
	if err := bus.Publish(t.Context(), n); err != nil {
		t.Fatal(err)
	}
}

// next waits for a notice.
func next(t *testing.T, notices <-chan desk.Notice) desk.Notice {
	t.Helper()
	select {
	case n, ok := <-notices:
		if !ok {
			t.Fatal("the channel closed")
		}
		return n
	case <-time.After(patience):
		t.Fatal("no notice came")
	}
	return desk.Notice{}
}

// until waits for a head, past others, and checks that they only grow.
func until(t *testing.T, notices <-chan desk.Notice, head uint64) {
	t.Helper()
	for last := uint64(0); last < head; {
		n := next(t, notices)
		if n.Head <= last {
			t.Fatalf("head %d came after %d", n.Head, last)
		}
		last = n.Head
	}
}

// closes waits for a channel to close, past what is still in it.
func closes(t *testing.T, notices <-chan desk.Notice) {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case _, ok := <-notices:
			if !ok {
				return
			}
		case <-deadline:
			t.Fatal("the channel stays open")
		}
	}
}

func everybodyHears(t *testing.T, bus desk.Bus) {
	subs := []<-chan desk.Notice{subscribe(t, bus), subscribe(t, bus), subscribe(t, bus)}
	for head := uint64(1); head <= 30; head++ {
		publish(t, bus, desk.Notice{Head: head})
		for i, sub := range subs {
			if n := next(t, sub); n.Head != head {
				t.Fatalf("subscriber %d heard of %d, published was %d", i, n.Head, head)
			}
		}
	}
}

func wholeNotice(t *testing.T, bus desk.Bus) {
	sub := subscribe(t, bus)
	for _, n := range []desk.Notice{
		{Head: 1<<63 + 1},
		{Typing: &wire.Typing{Conversation: "c1", By: wire.ByAgent, Agent: "a1"}, Customer: "u1", Place: desk.Place{Queue: "mora", Agent: "a1"}},
		{Typing: &wire.Typing{Conversation: "c«1»\n", By: wire.ByCustomer}, Customer: "ü\x00", Place: desk.Place{Queue: "q"}},
		{Node: "n1", Looks: []desk.Look{
			{Link: desk.LaneKey{Owner: "a:1", Device: "d", Lane: "l"}, Agent: "1", Conversation: "c1", Doing: wire.Types},
			{Link: desk.LaneKey{Owner: "a:2", Device: "d\x00", Lane: "«l»"}, Agent: "2"},
		}},
		{},
	} {
		publish(t, bus, n)
		if got := next(t, sub); !reflect.DeepEqual(got, n) {
			t.Errorf("got %+v, published was %+v", got, n)
		}
	}
}

func nobodyListens(t *testing.T, bus desk.Bus) {
	for head := range uint64(1000) {
		publish(t, bus, desk.Notice{Head: head + 1})
	}
}

func lateSubscriber(t *testing.T, bus desk.Bus) {
	early := subscribe(t, bus)
	publish(t, bus, desk.Notice{Head: 1})
	until(t, early, 1) // it is through
	late := subscribe(t, bus)
	publish(t, bus, desk.Notice{Head: 2})
	if n := next(t, late); n.Head != 2 {
		t.Errorf("the late subscriber heard of %d first", n.Head)
	}
}

func ordered(t *testing.T, bus desk.Bus) {
	const publishers, each = 4, 200
	sub := subscribe(t, bus)
	var group sync.WaitGroup
	for p := range publishers {
		group.Go(func() {
			who := &wire.Typing{Agent: wire.AgentID(fmt.Sprint(p))}
			for head := range uint64(each) {
				if err := bus.Publish(t.Context(), desk.Notice{Head: head + 1, Typing: who}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	last := make(map[wire.AgentID]uint64)
	published := make(chan struct{})
	go func() { group.Wait(); close(published) }()
	check := func(n desk.Notice) {
		if n.Typing == nil {
			t.Fatalf("a notice without its sender: %+v", n)
		}
		if n.Head <= last[n.Typing.Agent] {
			t.Fatalf("publisher %s: %d came after %d", n.Typing.Agent, n.Head, last[n.Typing.Agent])
		}
		last[n.Typing.Agent] = n.Head
	}
	for open := true; open; { // some may be lost, none may overtake another
		select {
		case n := <-sub:
			check(n)
		case <-published:
			open = false
		}
	}
	publish(t, bus, desk.Notice{Head: each + 1, Typing: &wire.Typing{Agent: "0"}})
	for last["0"] != each+1 {
		check(next(t, sub))
	}
}

func stalled(t *testing.T, bus desk.Bus) {
	const heads = 5_000
	sleeping := subscribe(t, bus)
	awake := subscribe(t, bus)
	for head := uint64(1); head <= heads; head++ {
		publish(t, bus, desk.Notice{Head: head})
		if n := next(t, awake); n.Head != head {
			t.Fatalf("beside a stalled subscriber came %d, published was %d", n.Head, head)
		}
	}
	// It wakes up: what it missed is gone or comes in order, and it is not cut off.
	// A bus may have lost the newest too, so it is told until it hears.
	for head, last := uint64(heads+1), uint64(0); last <= heads; head++ {
		publish(t, bus, desk.Notice{Head: head})
		n := next(t, sleeping)
		if n.Head <= last {
			t.Fatalf("head %d came after %d", n.Head, last)
		}
		last = n.Head
	}
}

func ends(t *testing.T, bus desk.Bus) {
	ctx, cancel := context.WithCancel(t.Context())
	ending, err := bus.Subscribe(ctx)
	if err != nil {
		t.Fatal(err)
	}
	full, err := bus.Subscribe(ctx)
	if err != nil {
		t.Fatal(err)
	}
	staying := subscribe(t, bus)
	for head := uint64(1); head <= 500; head++ { // more than waits for anybody
		publish(t, bus, desk.Notice{Head: head})
		if n := next(t, ending); n.Head != head {
			t.Fatalf("came %d, published was %d", n.Head, head)
		}
		if n := next(t, staying); n.Head != head {
			t.Fatalf("came %d, published was %d", n.Head, head)
		}
	}
	cancel()
	closes(t, ending)
	closes(t, full)
	publish(t, bus, desk.Notice{Head: 501})
	if n := next(t, staying); n.Head != 501 {
		t.Errorf("the others heard of %d, published was 501", n.Head)
	}
}

func cancelled(t *testing.T, bus desk.Bus) {
	sub := subscribe(t, bus)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := bus.Publish(ctx, desk.Notice{Head: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("publishing: %v", err)
	}
	if _, err := bus.Subscribe(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("subscribing: %v", err)
	}
	publish(t, bus, desk.Notice{Head: 2})
	if n := next(t, sub); n.Head != 2 {
		t.Errorf("heard of %d, published was 2", n.Head)
	}
}

func comingAndGoing(t *testing.T, bus desk.Bus) {
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 50 {
				ctx, cancel := context.WithCancel(t.Context())
				sub, err := bus.Subscribe(ctx)
				if err != nil {
					t.Error(err)
				}
				if err := bus.Publish(t.Context(), desk.Notice{Head: 1}); err != nil {
					t.Error(err)
				}
				cancel()
				for range sub { // until it closes
				}
			}
		})
	}
	group.Wait()
}
