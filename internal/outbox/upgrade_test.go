package outbox_test

import (
	"compress/gzip"
	"io"
	"os"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/internal/outbox"
)

// TestAFileOfTheFirstSchema: testdata/schema-1.db.gz was written by the build that
// knew the first schema only, with the account and key of config.
func TestAFileOfTheFirstSchema(t *testing.T) {
	cfg := config(t)
	shut(t, open(t, cfg)) // to know the file's name
	packed, err := os.Open("testdata/schema-1.db.gz")
	must(t, err)
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	must(t, err)
	old, err := io.ReadAll(unpacked)
	must(t, err)
	must(t, os.WriteFile(database(t, cfg), old, 0o600))

	b := open(t, cfg)
	expect(t, b, "dos 2", "tres 3", "cuatro 0", "cinco 0")
	expectDrafts(t, b, outbox.Draft{Conversation: "c2", Kind: "note", Text: "a medio escribir"})
	if _, last := b.Lane(); last != 3 || b.Settled() != 1 || b.Epoch() != "" || b.Damaged() != 0 {
		t.Errorf("last %d, settled %d, epoch %q, damaged %d", last, b.Settled(), b.Epoch(), b.Damaged())
	}
	must(t, b.Begin("e1"))
	must(t, b.Hold("cuatro", true))
	if _, known, err := b.Settle(wire.Outcome{N: 2, Seq: 9}, "e1", noon); !known || err != nil {
		t.Fatal(known, err)
	}
	shut(t, b)
	again := open(t, cfg)
	expect(t, again, "tres 3", "cuatro 0", "cinco 0")
	for d := range again.Done() {
		if d.ID != "dos" || d.Command != reply("dos") || d.Epoch != "e1" || d.Seq != 9 {
			t.Errorf("done = %+v", d)
		}
	}
}
