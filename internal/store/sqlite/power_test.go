package sqlite

import (
	"math/rand/v2"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/powercut"
)

// cuts is how many power cuts a test makes.
const cuts = 20

// What the store has acknowledged is there after a power cut, and what it has not
// is there whole or not at all.
func TestAPowerCutLosesNothingAcknowledged(t *testing.T) {
	var acked, kept uint64
	for seed := range uint64(cuts) {
		d := powercut.New(t, seed, "wal_autocheckpoint(20)")
		for range 2 { // a file that survived one is as good as new
			lost, n := cutOnce(t, d, seed)
			if lost > 0 {
				t.Errorf("seed %d: %d of %d acknowledged updates are gone", seed, lost, n)
			}
			acked += n
			kept++
		}
	}
	t.Logf("%d power cuts, %d acknowledged updates", kept, acked)
}

// The disk is not blind: without the syncs that the store asks for, it finds losses.
func TestThePowerCutFindsWhatIsNotSynced(t *testing.T) {
	var lost uint64
	for seed := range uint64(cuts) {
		n, _ := cutOnce(t, powercut.New(t, seed, "wal_autocheckpoint(20)", "synchronous(NORMAL)"), seed)
		lost += n
	}
	if lost == 0 {
		t.Error("without syncs nothing was lost: the disk does not forget")
	}
	t.Logf("%d acknowledged updates lost", lost)
}

// cutOnce writes until the power goes, restarts and says how many updates that
// were acknowledged are missing, and how many there were in this run.
func cutOnce(t *testing.T, d *powercut.Disk, seed uint64) (lost, acked uint64) {
	t.Helper()
	s := openOn(t, d)
	begun := head(s, t)
	d.CutAfter(10 + rand.New(rand.NewPCG(seed, begun)).IntN(900))
	last := begun
	for {
		if err := speak(s, t, last+1); err != nil {
			break
		}
		last++
	}
	_ = s.Close() // in the dark
	d.Restart()
	s = openOn(t, d)
	found := head(s, t)
	k := &checker{state: make(map[wire.ConversationID]*desk.Conversation)}
	err := s.View(t.Context(), func(r desk.Reader) error {
		k.examination = &examination{r.(*reader), s.db.Read}
		k.run()
		return nil
	})
	if err != nil || k.report.Findings != nil {
		t.Errorf("seed %d, after the cut: %v, %v", seed, k.report.Findings, err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("seed %d: closing: %v", seed, err)
	}
	if found > last+1 {
		t.Errorf("seed %d: %d records, %d were written", seed, found, last)
	}
	return last - min(last, found), last - begun
}

func openOn(t *testing.T, d *powercut.Disk) *Store {
	t.Helper()
	db, err := openDatabase(t.Context(), d.Engine(), "/"+FileName)
	if err != nil {
		t.Fatalf("opening after a power cut: %v", err)
	}
	return newStore(db, nil)
}

// speak does in one update what the desk does for one message, as command n.
func speak(s *Store, t *testing.T, n uint64) error {
	return s.Update(t.Context(), func(tx desk.Tx) error {
		c, _, err := tx.Conversation("c1")
		if err != nil {
			return err
		}
		var e wire.Event = wire.Said{Conversation: "c1", By: wire.ByCustomer, Text: "¿este mes puedo pagar más tarde?"}
		if n == 1 {
			e = wire.Opened{Summary: wire.Summary{ID: "c1", Customer: "Rosa", Queue: "general", Status: wire.Open}}
		}
		body, err := wire.EncodeEvent(1, e)
		if err != nil {
			return err
		}
		entry := desk.Entry{At: 1, Event: e, Body: body, Conversation: "c1", Customer: "u1", Lane: "l", N: n, Text: searched(e)}
		seq, err := tx.Append(entry)
		if err != nil {
			return err
		}
		c.Customer = "u1"
		c.Summary.Fold(seq, 1, e)
		if err := tx.SaveConversation(c); err != nil {
			return err
		}
		lane := desk.Lane{Last: n, Outcomes: []wire.Outcome{{N: n, Seq: seq}}}
		return tx.SaveLane(desk.LaneKey{Owner: "c:u1", Device: "d", Lane: "l"}, lane)
	})
}
