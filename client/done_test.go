package client_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/client"
	"ventanilla/client/clienttest"
	"ventanilla/client/wire"
)

// lost is the newest list of what the desk does not have any more.
func lost(x *terminal) (texts []string, ids []client.EntryID) {
	all := seen[client.Lost](x)
	if len(all) == 0 {
		return nil, nil
	}
	for _, e := range all[len(all)-1].Entries {
		texts, ids = append(texts, e.Command.(wire.Reply).Text), append(ids, e.ID)
	}
	return texts, ids
}

func (x *terminal) untilLost(t *testing.T, want ...string) []client.EntryID {
	t.Helper()
	x.until(t, "the list of what the desk lost", func() bool {
		all := of[client.Lost](x.events)
		return len(all) > 0 && len(all[len(all)-1].Entries) == len(want)
	})
	texts, ids := lost(x)
	if !slices.Equal(texts, want) {
		t.Fatalf("lost %q, want %q", texts, want)
	}
	return ids
}

func TestWhatARestoredDeskLostIsOfferedAndSentAgainOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d)
		x.Do(reply("0"))
		x.untilSettled(t, 1)
		restore := d.Backup()
		x.Do(reply("1"))
		x.Do(wire.MarkSeen{Conversation: "a", UpTo: 1}) // nobody would miss it
		x.Do(reply("2"))
		x.Do(reply("3"))
		x.untilSettled(t, 5)
		restore("epoch-2")
		ids := x.untilLost(t, "1", "2", "3")
		good(t, x.SendAgain(ids[2]))
		good(t, x.LetGo(ids[1]))
		x.untilLost(t, "1")
		x.untilSettled(t, 6)
		good(t, x.SendAgain(ids[0]))
		x.untilLost(t)
		x.untilSettled(t, 7)
		if got := replies(d); !slices.Equal(got, []string{"0", "3", "1"}) {
			t.Errorf("the log has %q", got)
		}
		for _, id := range ids {
			if err := x.SendAgain(id); !errors.Is(err, client.ErrNoEntry) {
				t.Errorf("sending again twice: %v", err)
			}
		}
		d.Cut()
		x.untilLive(t)
		if texts, _ := lost(x); len(texts) > 0 {
			t.Errorf("offered after it was answered: %q", texts)
		}
	})
}

func TestANextClientKnowsWhatTheDeskLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		restore := d.Backup()
		left := client.NewMemoryOutbox("a-lane-of-its-own")
		same := func(c *client.Config) { c.Outbox = left }
		before := start(t, d, same)
		before.Do(reply("0"))
		before.untilSettled(t, 1)
		before.stop()
		restore("epoch-2")
		x := start(t, d, same)
		x.untilLost(t, "0")
		x.stop()
		d.Refuse(503, "")
		again := start(t, d, same)
		again.untilLost(t, "0") // also before there is a link
	})
}

func TestWhatWasAcceptedIsKeptForADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		box := client.NewMemoryOutbox("a-lane-of-its-own")
		x := start(t, d, func(c *client.Config) { c.Outbox = box })
		restore := d.Backup()
		x.Do(reply("viejo"))
		x.untilSettled(t, 1)
		time.Sleep(25 * time.Hour)
		x.Do(reply("nuevo"))
		x.untilSettled(t, 2)
		restore("epoch-2")
		x.untilLost(t, "nuevo")
		x.stop()
		if n := len(slices.Collect(box.Done())); n != 1 {
			t.Errorf("%d are kept", n)
		}
	})
}

// What was seen of a log that is gone is no proof of having seen the one that
// took its place: the guard against stale replies stays on.
func TestWhatWasSeenOfALostLogDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d)
		x.Do(reply("0"))
		x.untilSettled(t, 1)
		restore := d.Backup() // at 1
		x.Do(wire.Reply{Conversation: "a", Text: "1", Seen: 1})
		x.Do(wire.Reply{Conversation: "a", Text: "2", Seen: 2, Anyway: true})
		x.untilSettled(t, 3)
		d.Refuse(503, "")
		restore("epoch-2")
		x.until(t, "the link down", func() bool { return x.state() == client.Down })
		x.Do(wire.Reply{Conversation: "a", Text: "3", Seen: 3})
		d.Refuse(0, "")
		x.untilSettled(t, 4)
		for _, id := range x.untilLost(t, "1", "2") {
			good(t, x.SendAgain(id))
		}
		settled := x.untilSettled(t, 6)
		for _, s := range settled[3:] {
			if c := s.Entry.Command.(wire.Reply); c.Seen != 1 || c.Anyway {
				t.Errorf("sent %+v; of the new log only 1 was seen", c)
			}
		}
	})
}

// The same when nothing was sent before the old log went, and when the program
// ends between the two lanes.
func TestWhatWasSeenOfALostLogDoesNotCountInALaneWithoutNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		box := client.NewMemoryOutbox("a-lane-of-its-own")
		x := start(t, d, func(c *client.Config) { c.Outbox = box })
		restore := d.Backup() // at 0
		d.Record(said("a", "hola"), said("a", "¿hola?"))
		x.untilLive(t)
		d.Refuse(503, "")
		restore("epoch-2")
		x.until(t, "the link down", func() bool { return x.state() == client.Down })
		x.Do(wire.Reply{Conversation: "a", Text: "1", Seen: 2})
		x.stop()
		good(t, box.Renew("another-lane"))
		d.Refuse(0, "")
		x = start(t, d, func(c *client.Config) { c.Outbox = box })
		if c := x.untilSettled(t, 1)[0].Entry.Command.(wire.Reply); c.Seen != 1 {
			t.Errorf("sent %+v; nothing of the new log was seen", c)
		}
	})
}
