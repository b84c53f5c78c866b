package client_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/client"
	"ventanilla/client/clienttest"
	"ventanilla/client/wire"
)

var oneConversation = clienttest.Config{Conversations: []wire.Summary{conversation("a")}}

func reply(text string) wire.Command { return wire.Reply{Conversation: "a", Text: text} }

// replies are the texts that came to be in the desk's log.
func replies(d *clienttest.Desk) []string {
	var texts []string
	for _, r := range d.Log() {
		if m, ok := r.Event.(wire.Said); ok && m.By == wire.ByAgent {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

func numbered(n int) []string {
	var texts []string
	for i := range n {
		texts = append(texts, fmt.Sprint(i))
	}
	return texts
}

func (x *terminal) untilSettled(t *testing.T, n int) []client.Settled {
	t.Helper()
	x.until(t, fmt.Sprintf("%d outcomes", n), func() bool { return len(of[client.Settled](x.events)) >= n })
	return seen[client.Settled](x)
}

func TestACommandWhoseAnswerIsLostRunsOnce(t *testing.T) {
	onBoth(t, oneConversation, func(t *testing.T, d *clienttest.Desk) {
		x := start(t, d)
		x.untilLive(t)
		d.DieAfterCommit()
		id := x.Do(reply("hola"))
		settled := x.untilSettled(t, 1)
		if e := settled[0].Entry; e.ID != id || e.State != client.Accepted || e.Seq != 1 || e.N != 1 {
			t.Errorf("entry = %+v; the outcome is the stored one", e)
		}
		if got := replies(d); !slices.Equal(got, []string{"hola"}) {
			t.Errorf("the log has %q", got)
		}
		if sent := d.Commands(); len(sent) != 2 || sent[0].N != 1 || sent[1].N != 1 {
			t.Errorf("sent %+v; the same number twice", sent)
		}
	})
}

func TestWhateverBreaksEachCommandRunsOnceAndInOrder(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				chance := rand.New(rand.NewPCG(seed, 1))
				d := clienttest.New(t, oneConversation)
				x := start(t, d)
				const many = 200
				for i := range many {
					x.Do(reply(fmt.Sprint(i)))
					switch chance.IntN(25) {
					case 0:
						d.Cut()
					case 1:
						d.DieAfterCommit()
					case 2:
						d.Busy(1+chance.IntN(5), wire.Millis(chance.IntN(2000)))
					case 3:
						d.Close(wire.CloseRestart)
					case 4:
						d.Silence(true)
						time.Sleep(time.Duration(chance.IntN(8000)) * time.Millisecond)
						d.Cut()
						d.Silence(false)
					case 5:
						time.Sleep(time.Duration(chance.IntN(800)) * time.Millisecond)
					}
				}
				settled := x.untilSettled(t, many)
				if got := replies(d); !slices.Equal(got, numbered(many)) {
					t.Errorf("the log has %d replies: %q", len(got), got)
				}
				// Outcomes that are asked for again may come in another order than the
				// commands ran in; each comes once.
				slices.SortFunc(settled, func(a, b client.Settled) int { return cmp.Compare(a.Entry.N, b.Entry.N) })
				for i, s := range settled {
					if s.Entry.State != client.Accepted || s.Entry.Command != reply(fmt.Sprint(i)) {
						t.Fatalf("outcome %d = %+v", i, s)
					}
				}
				x.until(t, "an empty outbox", func() bool {
					all := of[client.OutboxChanged](x.events)
					return len(all[len(all)-1].Entries) == 0
				})
			})
		})
	}
}

func TestARefusalComesBackWithWhatWasWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := oneConversation
		no := &wire.Refusal{Kind: wire.Conflict, Code: "taken", Text: "Leo fue más rápido"}
		cfg.Act = func(wire.Command) ([]wire.Event, *wire.Refusal) { return nil, no }
		d := clienttest.New(t, cfg)
		x := start(t, d)
		x.Do(reply("se me hizo tarde"))
		e := x.untilSettled(t, 1)[0].Entry
		if e.State != client.Refused || e.Refusal == nil || *e.Refusal != *no || e.Command != reply("se me hizo tarde") {
			t.Errorf("entry = %+v", e)
		}
	})
}

func TestAtMost32AreOnTheirWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		d.Mute(wire.MaxInFlight)
		x := start(t, d)
		for i := range 40 {
			x.Do(reply(fmt.Sprint(i)))
		}
		x.untilLive(t)
		synctest.Wait()
		if n := len(d.Commands()); n != wire.MaxInFlight {
			t.Errorf("%d commands sent without an answer", n)
		}
		lists := seen[client.OutboxChanged](x)
		count := map[client.EntryState]int{}
		for _, e := range lists[len(lists)-1].Entries {
			count[e.State]++
		}
		if count[client.Sent] != 32 || count[client.Waiting] != 8 {
			t.Errorf("states = %v, want 32 sent and 8 waiting", count)
		}
		x.untilSettled(t, 40) // no answer for 5 s: the link is dropped and all is sent again
		if got := replies(d); !slices.Equal(got, numbered(40)) {
			t.Errorf("the log has %q", got)
		}
	})
}

func TestABusyDeskIsGivenItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d)
		x.untilLive(t)
		d.Busy(1, 3000)
		begin := time.Now()
		for i := range 3 {
			x.Do(reply(fmt.Sprint(i)))
		}
		x.untilSettled(t, 3)
		if took := time.Since(begin); took < 3*time.Second || took > 4*time.Second {
			t.Errorf("sent again after %v, asked for 3 s", took)
		}
		if got := replies(d); !slices.Equal(got, numbered(3)) {
			t.Errorf("the log has %q", got)
		}
		if n := len(d.Hellos()); n != 1 {
			t.Errorf("%d links, want 1: busy is no fault", n)
		}
		if n := len(d.Commands()); n > 9 {
			t.Errorf("%d commands sent for three", n)
		}
	})
}

func TestALongOutboxGoesOutInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		d.Refuse(500, "")
		x := start(t, d)
		const many = 1000
		for i := range many {
			x.Do(reply(fmt.Sprint(i)))
		}
		x.until(t, "the list", func() bool {
			lists := of[client.OutboxChanged](x.events)
			return len(lists) > 0 && len(lists[len(lists)-1].Entries) == many
		})
		d.Refuse(0, "")
		x.untilSettled(t, many)
		if !slices.Equal(replies(d), numbered(many)) {
			t.Error("not once each, in order")
		}
	})
}

func TestTheDeskIsToldWhichOutcomesItMayForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d)
		for i := range 3 {
			x.Do(reply(fmt.Sprint(i)))
			x.untilSettled(t, i+1)
		}
		for i, c := range d.Commands() {
			if c.N != uint64(i+1) || c.Settled != uint64(i) {
				t.Errorf("command %d: n %d settled %d", i, c.N, c.Settled)
			}
		}
	})
}

func TestALaneSomebodyElseUsedIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		same := func(c *client.Config) { c.Lane = "a-lane-of-before" }
		before := start(t, d, same)
		before.Do(reply("antes"))
		before.untilSettled(t, 1)
		before.stop()

		x := start(t, d, same)
		x.Do(reply("ahora"))
		if e := x.untilSettled(t, 1)[0].Entry; e.State != client.Accepted || e.Seq != 2 {
			t.Errorf("entry = %+v; it got the outcome of another's command", e)
		}
		if got := replies(d); !slices.Equal(got, []string{"antes", "ahora"}) {
			t.Errorf("the log has %q", got)
		}
	})
}

func TestADeskThatForgotTheLaneGetsANewOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d)
		for i := range 3 {
			x.Do(reply(fmt.Sprint(i)))
		}
		x.untilSettled(t, 3)
		d.Lose(func(uint64) uint64 { return 0 })
		d.Cut()
		x.Do(reply("3"))
		x.untilSettled(t, 4)
		if got := replies(d); !slices.Equal(got, numbered(4)) {
			t.Errorf("the log has %q", got)
		}
		if n := len(d.Commands()); n != 4 {
			t.Errorf("%d commands sent; nothing may be sent in a lane that is lost", n)
		}
		h := d.Hellos()
		if h[0].Lane == h[len(h)-1].Lane {
			t.Error("the lane is the same")
		}
	})
}

func TestAForgottenLaneIsNoticedOnALivingLinkToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d)
		x.Do(reply("0"))
		x.untilSettled(t, 1)
		d.Lose(func(uint64) uint64 { return 0 })
		x.Do(reply("1"))
		x.untilSettled(t, 2)
		if got := replies(d); !slices.Equal(got, numbered(2)) {
			t.Errorf("the log has %q", got)
		}
	})
}

// TestARestoredDesk: of four commands without an answer the backup holds the
// first two. They are asked for under their old numbers, the others run anew.
func TestARestoredDesk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d)
		x.untilLive(t)
		d.Mute(4)
		for i := range 4 {
			x.Do(reply(fmt.Sprint(i)))
		}
		synctest.Wait()
		d.Replace("epoch-2", oneConversation.Conversations, func(uint64) uint64 { return 2 })
		d.Cut()
		x.untilSettled(t, 4)
		if got, want := replies(d), []string{"2", "3"}; !slices.Equal(got, want) {
			t.Errorf("run after the restore: %q, want %q", got, want)
		}
		x.untilLive(t)
		x.until(t, "the new log", func() bool { return x.mirror.At() == wire.Position{Epoch: "epoch-2", Seq: 2} })
		x.Do(reply("4"))
		x.untilSettled(t, 5)
		lanes := map[string]bool{}
		for _, h := range d.Hellos() {
			lanes[h.Lane] = true
		}
		if len(lanes) != 2 {
			t.Errorf("%d lanes, want the old one and a new one", len(lanes))
		}
	})
}

func TestWhatNoDeskWouldReadIsRefusedHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d)
		x.untilLive(t)
		x.Do(reply(strings.Repeat("x", wire.MaxClientFrame)))
		x.Do(reply("corto"))
		settled := x.untilSettled(t, 2)
		if e := settled[0].Entry; e.State != client.Refused || e.Refusal.Code != "too_large" {
			t.Errorf("entry = %+v", e)
		}
		if settled[1].Entry.State != client.Accepted || len(d.Hellos()) != 1 {
			t.Error("the next command suffers from it")
		}
	})
}

func TestTheMemoryOutboxKeepsWhatTheClientReliesOn(t *testing.T) {
	clienttest.CheckOutbox(t, func(*testing.T) client.Outbox { return client.NewMemoryOutbox("a-lane-of-its-own") })
}

func TestWhatAnEarlierClientLeftIsShownWithoutALink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		d.Refuse(503, "")
		left := client.NewMemoryOutbox("a-lane-of-its-own")
		if err := left.Add("e", reply("hola"), time.Now()); err != nil {
			t.Fatal(err)
		}
		x := start(t, d, func(cfg *client.Config) { cfg.Outbox = left })
		x.until(t, "the list of what waits", func() bool {
			lists := of[client.OutboxChanged](x.events)
			return len(lists) > 0 && len(lists[0].Entries) == 1 && lists[0].Entries[0].State == client.Waiting
		})
	})
}
