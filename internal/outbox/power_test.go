package outbox_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/internal/outbox"
	"ventanilla/internal/powercut"
)

// What the outbox has acknowledged is there after a power cut, and the step it was
// in is there whole or not at all.
func TestAPowerCutLosesNothingThatWasKept(t *testing.T) {
	steps := 0
	for seed := range uint64(30) {
		d := powercut.New(t, seed, "wal_autocheckpoint(20)")
		cfg := config(t).On(d.Engine())
		for range 2 { // a file that survived one is as good as new
			lost, n := cutOnce(t, d, cfg, seed)
			if lost != "" {
				t.Errorf("seed %d: %s", seed, lost)
			}
			steps += n
		}
	}
	t.Logf("60 power cuts, %d acknowledged steps", steps)
}

// The disk is not blind: without the syncs that the outbox asks for, it finds losses.
func TestThePowerCutFindsWhatIsNotSynced(t *testing.T) {
	found := 0
	for seed := range uint64(30) {
		d := powercut.New(t, seed, "wal_autocheckpoint(20)", "synchronous(NORMAL)")
		if lost, _ := cutOnce(t, d, config(t).On(d.Engine()), seed); lost != "" {
			found++
		}
	}
	if found == 0 {
		t.Error("without syncs nothing was lost: the disk does not forget")
	}
}

// held is all that an outbox holds, by entry and by draft.
func held(b *outbox.Outbox) map[string]string {
	all := make(map[string]string)
	for e := range b.Entries() {
		all[string(e.ID)] = fmt.Sprintf("entry %d %v %v", e.N, e.Held, e.Command)
	}
	for d := range b.Done() {
		all[string(d.ID)] = fmt.Sprintf("done %s %d %v", d.Epoch, d.Seq, d.Command)
	}
	for _, d := range b.Drafts() {
		all["draft "+string(d.Conversation)] = d.Text
	}
	return all
}

// cutOnce works until the power goes, restarts and says what is not as it was
// acknowledged, and how many steps were.
func cutOnce(t *testing.T, d *powercut.Disk, cfg outbox.Config, seed uint64) (lost string, steps int) {
	t.Helper()
	b, err := outbox.Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("seed %d: opening: %v", seed, err)
	}
	must(t, b.Begin("e1"))
	random := rand.New(rand.NewPCG(seed, 1))
	d.CutAfter(10 + random.IntN(600))
	prefix := fmt.Sprint(len(held(b)))
	for kept := held(b); ; kept = held(b) {
		touched, err := step(b, random, fmt.Sprintf("%s-%d", prefix, steps))
		if err != nil {
			_ = b.Close() // in the dark
			d.Restart()
			return missing(t, cfg, kept, touched), steps
		}
		steps++
	}
}

// step does one thing to an outbox and says to which entry.
func step(b *outbox.Outbox, random *rand.Rand, fresh string) (touched string, err error) {
	var numbered, waiting []client.Entry
	for e := range b.Entries() {
		if e.N != 0 {
			numbered = append(numbered, e)
		} else {
			waiting = append(waiting, e)
		}
	}
	switch what := random.IntN(9); {
	case what < 3 && len(waiting) > 0:
		_, err = b.Number(waiting[0].ID)
		return string(waiting[0].ID), err
	case what < 5 && len(numbered) > 0:
		e := numbered[random.IntN(len(numbered))]
		o, epoch := wire.Outcome{N: e.N, Seq: e.N}, "e1"
		if what == 4 {
			o, epoch = wire.Outcome{N: e.N, Refused: &wire.Refusal{Kind: wire.Conflict, Code: "taken"}}, ""
		}
		_, _, err = b.Settle(o, epoch, noon)
		return string(e.ID), err
	case what < 7 && len(waiting) > 1:
		e := waiting[random.IntN(len(waiting))]
		switch random.IntN(3) {
		case 0:
			err = b.Hold(e.ID, !e.Held)
		case 1:
			err = b.Change(e.ID, wire.Reply{Conversation: wire.ConversationID(e.ID), Text: "cambiado " + fresh})
		default:
			err = b.TakeBack(e.ID)
		}
		return string(e.ID), err
	}
	return fresh, b.Add(client.EntryID(fresh), wire.Reply{Conversation: wire.ConversationID(fresh), Text: fresh}, noon)
}

// missing opens what a power cut left and compares it with what was kept before the
// step that failed.
func missing(t *testing.T, cfg outbox.Config, kept map[string]string, touched string) string {
	t.Helper()
	b, err := outbox.Open(t.Context(), cfg)
	if err != nil {
		return fmt.Sprintf("after the cut: %v", err)
	}
	defer shut(t, b)
	after := held(b)
	_, was := kept[touched]
	_, is := after[touched]
	_, back := after["draft "+touched]
	switch {
	case b.Damaged() > 0:
		return "something is damaged"
	case was && is == back:
		return fmt.Sprintf("%s is there %v and a draft %v", touched, is, back)
	}
	for _, m := range []map[string]string{kept, after} {
		delete(m, touched)
		delete(m, "draft "+touched)
	}
	if !maps.Equal(kept, after) {
		return fmt.Sprintf("%v was kept and %v is there", kept, after)
	}
	return ""
}
