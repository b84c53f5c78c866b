package client_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"ventanilla/client"
	"ventanilla/client/clienttest"
	"ventanilla/client/wire"
)

var twoConversations = clienttest.Config{Conversations: []wire.Summary{conversation("a"), conversation("b")}}

func in(c wire.ConversationID, text string) wire.Command {
	return wire.Reply{Conversation: c, Text: text}
}

func good(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAHeldEntryHoldsBackItsConversationOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, twoConversations)
		d.Refuse(503, "")
		x := start(t, d)
		x.Do(in("a", "a1"))
		second := x.Do(in("a", "a2"))
		x.Do(in("a", "a3"))
		x.Do(in("b", "b1"))
		good(t, x.Hold(second, true))
		d.Refuse(0, "")
		x.untilSettled(t, 2)
		synctest.Wait()
		if got := replies(d); !slices.Equal(got, []string{"a1", "b1"}) {
			t.Errorf("sent %q around what is held", got)
		}
		good(t, x.Change(second, in("a", "a dos")))
		good(t, x.Hold(second, false))
		x.untilSettled(t, 4)
		if got := replies(d); !slices.Equal(got, []string{"a1", "b1", "a dos", "a3"}) {
			t.Errorf("the log has %q", got)
		}
	})
}

func TestWhatIsTakenBackIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		d.Refuse(503, "")
		x := start(t, d)
		first := x.Do(reply("1"))
		x.Do(reply("2"))
		good(t, x.TakeBack(first))
		d.Refuse(0, "")
		x.untilSettled(t, 1)
		if got := replies(d); !slices.Equal(got, []string{"2"}) {
			t.Errorf("the log has %q", got)
		}
		for what, err := range map[string]error{
			"taken back": x.TakeBack(first), "changed": x.Change(first, reply("uno")), "held": x.Hold(first, true),
		} {
			if !errors.Is(err, client.ErrNoEntry) {
				t.Errorf("what is gone can be %s: %v", what, err)
			}
		}
	})
}

func TestWhatTheDeskMayHaveCannotBeChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		d.Mute(1)
		x := start(t, d)
		x.untilLive(t)
		id := x.Do(reply("1"))
		synctest.Wait()
		d.Refuse(503, "")
		d.Cut() // it waits again, and the desk has run it
		synctest.Wait()
		for what, err := range map[string]error{
			"taken back": x.TakeBack(id), "changed": x.Change(id, reply("uno")), "held": x.Hold(id, true),
		} {
			if !errors.Is(err, client.ErrOnItsWay) {
				t.Errorf("%s: %v", what, err)
			}
		}
		d.Refuse(0, "")
		x.untilSettled(t, 1)
		if got := replies(d); !slices.Equal(got, []string{"1"}) {
			t.Errorf("the log has %q", got)
		}
	})
}

func TestAChangeStaysInItsConversationAndInAFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, twoConversations)
		d.Refuse(503, "")
		x := start(t, d)
		id := x.Do(in("a", "1"))
		if err := x.Change(id, in("b", "1")); !errors.Is(err, client.ErrOtherConversation) {
			t.Errorf("moved to another conversation: %v", err)
		}
		if err := x.Change(id, in("a", strings.Repeat("x", wire.MaxClientFrame))); !errors.Is(err, client.ErrTooLarge) {
			t.Errorf("changed to what no desk reads: %v", err)
		}
		d.Refuse(0, "")
		x.untilSettled(t, 1)
		if got := replies(d); !slices.Equal(got, []string{"1"}) {
			t.Errorf("the log has %q", got)
		}
	})
}
