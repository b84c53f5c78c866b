package outbox_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ventanilla/client"
	"ventanilla/client/clienttest"
	"ventanilla/client/wire"
	"ventanilla/internal/outbox"
	"ventanilla/internal/sqlitedb"
)

var noon = time.Date(2026, 5, 7, 14, 3, 20, 0, time.UTC)

func config(t *testing.T) outbox.Config {
	return outbox.Config{Dir: t.TempDir(), Account: "ana https://desk.example.com", Key: bytes.Repeat([]byte{7}, outbox.KeySize)}
}

func open(t *testing.T, cfg outbox.Config) *outbox.Outbox {
	t.Helper()
	b, err := outbox.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func shut(t *testing.T, b *outbox.Outbox) {
	t.Helper()
	must(t, b.Close())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func reply(text string) wire.Command { return wire.Reply{Conversation: "c1", Text: text} }

func add(t *testing.T, b *outbox.Outbox, texts ...string) {
	t.Helper()
	for _, s := range texts {
		must(t, b.Add(client.EntryID(s), reply(s), noon))
	}
}

func number(t *testing.T, b *outbox.Outbox, ids ...client.EntryID) {
	t.Helper()
	for _, id := range ids {
		_, err := b.Number(id)
		must(t, err)
	}
}

func listed(b *outbox.Outbox) (all []string) {
	for e := range b.Entries() {
		all = append(all, fmt.Sprintf("%s %d", e.ID, e.N))
	}
	return all
}

func expect(t *testing.T, b *outbox.Outbox, want ...string) {
	t.Helper()
	if got := listed(b); !slices.Equal(got, want) {
		t.Fatalf("the outbox has %q, want %q", got, want)
	}
}

// database is the one file of a configuration's outbox.
func database(t *testing.T, cfg outbox.Config) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(cfg.Dir, "*.db"))
	if err != nil || len(found) != 1 {
		t.Fatalf("files %q, %v", found, err)
	}
	return found[0]
}

// alter changes the file behind the outbox's back.
func alter(t *testing.T, cfg outbox.Config, statement string) {
	t.Helper()
	db, err := sqlitedb.Open(t.Context(), database(t, cfg), make([]string, outbox.Schema))
	must(t, err)
	_, err = db.Write.Exec(statement)
	must(t, errors.Join(err, db.Close()))
}

// query reads one value behind the outbox's back.
func query(t *testing.T, cfg outbox.Config, q string, to any) {
	t.Helper()
	db, err := sqlitedb.Open(t.Context(), database(t, cfg), make([]string, outbox.Schema))
	must(t, err)
	must(t, errors.Join(db.Write.QueryRow(q).Scan(to), db.Close()))
}

func TestItKeepsWhatTheClientReliesOn(t *testing.T) {
	clienttest.CheckOutbox(t, func(t *testing.T) client.Outbox { return open(t, config(t)) })
}

func TestWhatWaitsIsThereAfterTheProgramEnds(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	add(t, b, "uno", "dos", "tres")
	number(t, b, "uno", "dos")
	if _, _, err := b.Settle(wire.Outcome{N: 1, Seq: 4}, "", noon); err != nil {
		t.Fatal(err)
	}
	lane, last := b.Lane()
	shut(t, b)
	again := open(t, cfg)
	expect(t, again, "dos 2", "tres 0")
	if l, n := again.Lane(); l != lane || n != last || again.Settled() != 1 {
		t.Errorf("lane %s %d, settled %d; it was %s %d", l, n, again.Settled(), lane, last)
	}
	for e := range again.Entries() {
		if e.Command != reply(string(e.ID)) || !e.At.Equal(noon) {
			t.Errorf("entry = %+v", e)
		}
	}
}

func TestEveryCommandComesBackAsItWas(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	want := []wire.Command{
		wire.Take{Conversation: "a"}, wire.Note{Conversation: "a", Text: "n"}, wire.MarkSeen{Conversation: "a", UpTo: 7},
		wire.SetPresence{State: wire.Away, Reason: "r"}, wire.Snooze{Conversation: "a", Until: 99},
	}
	for _, c := range want {
		must(t, b.Add(client.EntryID(wire.CommandName(c)), c, noon))
	}
	shut(t, b)
	var got []wire.Command
	for e := range open(t, cfg).Entries() {
		got = append(got, e.Command)
	}
	if !slices.Equal(got, want) {
		t.Errorf("came back %+v", got)
	}
}

func TestAnEmptyLaneIsNotUsedAgain(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	add(t, b, "uno")
	number(t, b, "uno")
	if _, known, err := b.Settle(wire.Outcome{N: 1}, "", noon); !known || err != nil {
		t.Fatal(known, err)
	}
	lane, _ := b.Lane()
	shut(t, b)
	if l, last := open(t, cfg).Lane(); l == lane || last != 0 {
		t.Errorf("lane %s, last %d", l, last)
	}
}

func TestTwoClientsHaveTwoLanes(t *testing.T) {
	cfg := config(t)
	a, b := open(t, cfg), open(t, cfg)
	add(t, a, "de a")
	add(t, b, "de b")
	la, _ := a.Lane()
	lb, _ := b.Lane()
	if la == lb {
		t.Fatal("two running clients share a lane")
	}
	expect(t, a, "de a 0")
	expect(t, b, "de b 0")
	other := cfg
	other.Account = "leo https://desk.example.com"
	expect(t, open(t, other))
}

func TestAClientTakesOverTheLaneThatWaitedLongest(t *testing.T) {
	cfg := config(t)
	runs, old, young := open(t, cfg), open(t, cfg), open(t, cfg)
	add(t, old, "viejo")
	number(t, old, "viejo")
	add(t, runs, "de quien trabaja")
	add(t, young, "joven")
	lane, _ := old.Lane()
	shut(t, young)
	shut(t, old)
	first := open(t, cfg)
	expect(t, first, "viejo 1", "joven 0")
	if l, _ := first.Lane(); l != lane {
		t.Errorf("taken over as lane %s, not %s: the desk would run it again", l, lane)
	}
	expect(t, open(t, cfg))
	expect(t, runs, "de quien trabaja 0")
}

func TestNoTextIsInTheFiles(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	must(t, b.Add("e", wire.Note{Conversation: "conversacion-secreta", Text: "texto-secreto"}, noon))
	must(t, b.SaveDraft("conversacion-secreta", "reply", "borrador-secreto"))
	look := func() {
		files, err := os.ReadDir(cfg.Dir)
		must(t, err)
		for _, f := range files {
			raw, err := os.ReadFile(filepath.Join(cfg.Dir, f.Name()))
			must(t, err)
			if bytes.Contains(raw, []byte("secret")) || strings.Contains(f.Name(), "ana") || strings.Contains(f.Name(), "example") {
				t.Errorf("%s shows who works or what was written", f.Name())
			}
			if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
			}
		}
	}
	look() // while the log is beside the file
	shut(t, b)
	look()
}

func TestAWrongKeyIsSaid(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	add(t, b, "uno")
	shut(t, b)
	wrong := cfg
	wrong.Key = bytes.Repeat([]byte{8}, outbox.KeySize)
	if _, err := outbox.Open(t.Context(), wrong); !errors.Is(err, outbox.ErrKey) {
		t.Errorf("a wrong key answers %v", err)
	}
	wrong.Key = cfg.Key[:16]
	if _, err := outbox.Open(t.Context(), wrong); err == nil {
		t.Error("a short key is taken")
	}
	again := open(t, cfg)
	expect(t, again, "uno 0")
	if again.Damaged() != 0 {
		t.Error("trying a wrong key damaged something")
	}
}

func TestDamagedRecordsAreSetAsideAndCounted(t *testing.T) {
	for name, harm := range map[string]string{
		"a byte of the text": "update entry set sealed = cast(substr(sealed, 1, 20) || x'00' || substr(sealed, 22) as blob) where id = 2",
		"cut short":          "update entry set sealed = x'0102' where id = 2",
		"another kind":       "update entry set kind = 'note' where id = 2",
		"another's text":     "update entry set sealed = (select sealed from entry where id = 1) where id = 2",
		"a number too high":  "update entry set n = 77 where id = 2",
		"a number twice":     "update entry set n = 1 where id = 2",
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(t)
			b := open(t, cfg)
			add(t, b, "uno", "dos", "tres")
			number(t, b, "uno")
			shut(t, b)
			alter(t, cfg, harm)
			for range 2 { // also when it is opened again
				again := open(t, cfg)
				expect(t, again, "uno 1", "tres 0")
				if again.Damaged() != 1 {
					t.Errorf("damaged = %d", again.Damaged())
				}
				shut(t, again)
			}
			var left *outbox.LeftError
			if err := outbox.Wipe(t.Context(), cfg, false); !errors.As(err, &left) || len(left.Left) != 3 {
				t.Errorf("wiping says %v", err)
			}
		})
	}
}

func TestADamagedFileIsSaidWithTheWayOut(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	add(t, b, "uno")
	shut(t, b)
	must(t, os.WriteFile(database(t, cfg), bytes.Repeat([]byte("no es una base "), 900), 0o600))
	_, err := outbox.Open(t.Context(), cfg)
	if !errors.Is(err, client.ErrOutboxDamaged) || !strings.Contains(err.Error(), "move "+database(t, cfg)+" away") {
		t.Errorf("a damaged file answers %v", err)
	}
}

func TestAFailedWriteChangesNothing(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	add(t, b, "uno")
	shut(t, b)
	b = open(t, cfg)
	alter(t, cfg, "create trigger no before insert on entry begin select raise(abort, 'no'); end;"+
		"create trigger nope before update on entry begin select raise(abort, 'no'); end")
	if err := b.Add("dos", reply("dos"), noon); err == nil {
		t.Fatal("a failed write was taken for one")
	}
	if _, err := b.Number("uno"); err == nil {
		t.Fatal("a number that is not on the disk was given")
	}
	expect(t, b, "uno 0")
	if _, last := b.Lane(); last != 0 {
		t.Errorf("last = %d", last)
	}
}

func TestWipingRefusesToLoseAnythingUnlessForced(t *testing.T) {
	cfg := config(t)
	must(t, outbox.Wipe(t.Context(), cfg, false)) // there is none
	b := open(t, cfg)
	must(t, b.Add("e", wire.Take{Conversation: "c7"}, noon))
	add(t, b, "no se dice")
	must(t, b.SaveDraft("c9", "note", "tampoco"))
	if err := outbox.Wipe(t.Context(), cfg, true); !errors.Is(err, outbox.ErrOpen) {
		t.Fatalf("wiping what a client works with answers %v", err)
	}
	shut(t, b)
	err := outbox.Wipe(t.Context(), cfg, false)
	if want := "not on the desk yet: take in c7, reply in c1, note draft in c9"; err == nil || err.Error() != want {
		t.Fatalf("wiping says %v, want %s", err, want)
	}
	expect(t, open(t, cfg), "e 0", "no se dice 0")
}

func TestForcedWipingLeavesNothing(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	add(t, b, "uno")
	shut(t, b)
	lost := cfg
	lost.Key = nil // the keyring has forgotten it
	must(t, outbox.Wipe(t.Context(), lost, true))
	if found, _ := filepath.Glob(filepath.Join(cfg.Dir, "*.db")); len(found) > 0 {
		t.Errorf("left: %q", found)
	}
	expect(t, open(t, cfg))
}

func TestChangesOfWhatWaitsAreKept(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	add(t, b, "uno", "dos", "tres", "cuatro")
	must(t, b.Hold("uno", true))
	must(t, b.Change("uno", wire.Note{Conversation: "c1", Text: "mejor una nota"}))
	must(t, b.Hold("cuatro", true))
	must(t, b.Hold("cuatro", false))
	number(t, b, "dos", "tres")
	shut(t, b)
	again := open(t, cfg)
	expect(t, again, "dos 1", "tres 2", "uno 0", "cuatro 0")
	for e := range again.Entries() {
		if e.Held != (e.ID == "uno") {
			t.Errorf("%s held: %v", e.ID, e.Held)
		}
		if e.ID == "uno" && e.Command != (wire.Note{Conversation: "c1", Text: "mejor una nota"}) {
			t.Errorf("it says %+v", e.Command)
		}
	}
	number(t, again, "uno")
	shut(t, again)
	expect(t, open(t, cfg), "dos 1", "tres 2", "uno 3", "cuatro 0")
}

func TestADayOfTypingLeavesNoHeapOnTheDisk(t *testing.T) {
	cfg := config(t)
	b := open(t, cfg)
	for i := range 1000 {
		must(t, b.SaveDraft("c1", "reply", fmt.Sprint("una letra más ", i)))
	}
	log, err := os.Stat(database(t, cfg) + "-wal")
	if must(t, err); log.Size() > 2<<20 {
		t.Errorf("SQLite's log has %d bytes", log.Size())
	}
}
