package outbox_test

import (
	"errors"
	"os"
	"slices"
	"testing"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/internal/outbox"
)

// TestAFlippedByteNeverChangesAWord: whichever byte of the file is wrong, every
// text that is given back is one that was written; what is missing is counted, or
// the file as a whole is refused.
func TestAFlippedByteNeverChangesAWord(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	texts := []string{"uno", "dos", "tres", "cuatro"}
	add(t, b, texts...)
	shut(t, b)
	whole, err := os.ReadFile(database(t, cfg))
	must(t, err)
	said := 0
	for at := 50; at < len(whole); at += 211 {
		harmed := slices.Clone(whole)
		harmed[at] ^= 0x5a
		must(t, os.WriteFile(database(t, cfg), harmed, 0o600))
		again, err := outbox.Open(t.Context(), cfg)
		if err != nil {
			if !errors.Is(err, client.ErrOutboxDamaged) && !errors.Is(err, outbox.ErrKey) {
				t.Logf("byte %d: %v", at, err)
			}
			said++
			continue
		}
		n := 0
		for e := range again.Entries() {
			r, is := e.Command.(wire.Reply)
			if n++; !is || !slices.Contains(texts, r.Text) || r.Conversation != "c1" {
				t.Errorf("byte %d: it gives back %+v", at, e)
			}
		}
		if n+again.Damaged() < len(texts) {
			t.Errorf("byte %d: %d of %d are there, %d are said to be damaged", at, n, len(texts), again.Damaged())
		}
		said += again.Damaged()
		shut(t, again)
	}
	if said == 0 {
		t.Error("no flipped byte was noticed: the test is blind")
	}
}
