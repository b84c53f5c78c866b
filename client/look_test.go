package client_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/client"
	"ventanilla/client/clienttest"
	"ventanilla/client/wire"
)

// looks are what the desk was told of what is looked at.
func looks(d *clienttest.Desk) []wire.Looking {
	var all []wire.Looking
	for _, f := range d.Got() {
		if f.Looking != nil {
			all = append(all, *f.Looking)
		}
	}
	return all
}

func TestWhatIsLookedAtIsToldOnceRepeatedAndToldAgainOverEachLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d)
		x.Look(wire.Looking{Conversation: "a"})
		x.untilLive(t)
		for range 50 { // as for every key
			x.Look(wire.Looking{Conversation: "a"})
		}
		time.Sleep(time.Second)
		here := wire.Looking{Conversation: "a", Doing: wire.LooksAt}
		if got := looks(d); !slices.Equal(got, []wire.Looking{here}) {
			t.Fatalf("told %v, want it once", got)
		}
		time.Sleep(time.Minute)
		if got := looks(d); len(got) != 4 {
			t.Errorf("told %d times in a minute, want at first and every 20 s", len(got))
		}
		d.Cut()
		d.Until(t, "told over the new link", func() bool { return len(looks(d)) == 5 })
		x.Look(wire.Looking{})
		time.Sleep(5 * time.Minute)
		got := looks(d)
		if len(got) != 6 || got[5] != (wire.Looking{}) {
			t.Errorf("told %v, want the end of it once", got[5:])
		}
		d.Cut()
		time.Sleep(5 * time.Minute)
		if got := looks(d); len(got) != 6 {
			t.Errorf("told %v of nothing, over a link that knows nothing", got[6:])
		}
	})
}

func TestWalkingThroughTheQueueTellsWhereItEndsAndNotEachRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d)
		x.untilLive(t)
		for i := range 30 {
			x.Look(wire.Looking{Conversation: wire.ConversationID(rune('a' + i%26))})
			time.Sleep(20 * time.Millisecond)
		}
		x.Look(wire.Looking{Conversation: "z", Doing: wire.Types})
		time.Sleep(time.Second)
		got := looks(d)
		if len(got) > 4 || got[len(got)-1] != (wire.Looking{Conversation: "z", Doing: wire.Types}) {
			t.Errorf("told %v, want few and the last", got)
		}
	})
}

func TestViewersAndWhatWithholdsCommandsAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d, func(cfg *client.Config) { cfg.Lean = true })
		x.untilLive(t)
		d.Send(wire.FromDesk{Viewing: &wire.Viewing{Whole: true, Conversations: []wire.Viewers{
			{Conversation: "a", Agents: []wire.Viewer{{Agent: "luz", Doing: wire.Types}}},
		}}})
		x.until(t, "the viewers", func() bool {
			all := of[client.ViewersChanged](x.events)
			return len(all) == 1 && all[0].Whole && all[0].Conversations[0].Agents[0].Agent == "luz"
		})
		full := &wire.Refusal{Kind: wire.Busy, Code: "disk_full"}
		d.Mute(1)
		x.Do(reply("hola"))
		synctest.Wait()
		for range 3 {
			d.Send(wire.FromDesk{Resend: &wire.Resend{From: 1, Wait: 1000, Why: full}})
		}
		time.Sleep(10 * time.Second)
		all := seen[client.Withheld](x)
		if len(all) != 2 || all[0].Why == nil || all[0].Why.Code != "disk_full" || all[1].Why != nil {
			t.Errorf("told %v, want why once and that it is over once", all)
		}
		if n := len(seen[client.Settled](x)); n != 1 {
			t.Errorf("%d outcomes, want the one of the command that had to wait", n)
		}
		if h := d.Hellos(); len(h) != 1 || !h[0].Lean {
			t.Errorf("hellos = %+v, want one that asks for less", h)
		}
	})
}
