package outbox_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/internal/outbox"
)

// childDir tells a copy of the test that it is the client that gets killed.
const childDir = "VENTANILLA_OUTBOX_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		os.Exit(child(dir))
	}
	if dir := os.Getenv(writerDir); dir != "" {
		os.Exit(writer(dir))
	}
	os.Exit(m.Run())
}

func childConfig(dir string) outbox.Config {
	return outbox.Config{Dir: dir, Account: "ana", Key: make([]byte, outbox.KeySize)}
}

// text is what a command of the child says: one of seven is taken back, from a
// conversation of its own, and one of five is changed before it is numbered.
func text(i int) wire.Reply {
	if i%7 == 0 {
		return wire.Reply{Conversation: wire.ConversationID(fmt.Sprint("t", i)), Text: strconv.Itoa(i)}
	}
	return wire.Reply{Conversation: "c1", Text: strconv.Itoa(i)}
}

func changed(i int) wire.Reply {
	c := text(i)
	c.Text += " cambiado"
	return c
}

// edit does to a waiting entry what its number says; true when it is gone.
func edit(b *outbox.Outbox, i int) (gone bool, err error) {
	id := client.EntryID(strconv.Itoa(i))
	if i%5 == 0 {
		fmt.Println("changing", i)
		if err := errors.Join(b.Hold(id, true), b.Change(id, changed(i)), b.Hold(id, false)); err != nil {
			return false, err
		}
		fmt.Println("changed", i)
	}
	if i%7 == 0 {
		fmt.Println("taking", i)
		if err := b.TakeBack(id); err != nil {
			return true, err
		}
		fmt.Println("took", i)
	}
	return i%7 == 0, nil
}

// child adds, edits, numbers and settles without end and says what it was told is
// kept. Two of three commands are settled, so that the outbox grows.
func child(dir string) int {
	b, err := outbox.Open(context.Background(), childConfig(dir))
	if err != nil {
		fmt.Println("open", err)
		return 1
	}
	for _, e := range slices.Collect(b.Entries()) { // as the client does: in order
		if e.N != 0 {
			continue
		}
		if err := b.Hold(e.ID, false); err != nil {
			fmt.Println("hold", err)
			return 1
		}
		n, err := b.Number(e.ID)
		if err != nil {
			fmt.Println("number", err)
			return 1
		}
		fmt.Println("numbered", e.ID, n)
	}
	from, _ := strconv.Atoi(os.Getenv(childDir + "_FROM"))
	for i := from; ; i++ {
		id := client.EntryID(strconv.Itoa(i))
		fmt.Println("adding", i)
		if err := b.Add(id, text(i), noon); err != nil {
			fmt.Println("add", err)
			return 1
		}
		fmt.Println("added", i)
		if gone, err := edit(b, i); gone || err != nil {
			if err != nil {
				fmt.Println("edit", err)
				return 1
			}
			continue
		}
		n, err := b.Number(id)
		if err != nil {
			fmt.Println("number", err)
			return 1
		}
		fmt.Println("numbered", i, n)
		if i%3 == 0 {
			continue
		}
		fmt.Println("settling", i)
		if _, known, err := b.Settle(wire.Outcome{N: n}, "", noon); !known || err != nil {
			fmt.Println("settle", known, err)
			return 1
		}
		fmt.Println("settled", i)
	}
}

// told is what a child said before it was killed.
type told struct {
	next             int // the first command never begun
	added, settled   map[int]bool
	changed, took    map[int]bool
	adding, settling int // the last it began
	changing, taking int
	numbers          map[int]uint64
	trouble          string
	lastAcknowledged uint64
}

func (w *told) hear(line string) {
	f := strings.Fields(line)
	i, err := strconv.Atoi(f[1])
	switch {
	case err != nil:
		w.trouble = line
	case f[0] == "adding":
		w.adding, w.next = i, i+1
	case f[0] == "added":
		w.added[i] = true
	case f[0] == "numbered":
		w.numbers[i], _ = strconv.ParseUint(f[2], 10, 64)
		w.lastAcknowledged = w.numbers[i]
	case f[0] == "changing":
		w.changing = i
	case f[0] == "changed":
		w.changed[i] = true
	case f[0] == "taking":
		w.taking = i
	case f[0] == "took":
		w.took[i] = true
	case f[0] == "settling":
		w.settling = i
	case f[0] == "settled":
		w.settled[i] = true
	}
}

// killed runs a child until it has said some lines, kills it in whatever it is
// doing then and returns all it said.
func killed(t *testing.T, dir string, w *told, lines int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, childDir+"_FROM="+strconv.Itoa(w.next))
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	said := bufio.NewScanner(out)
	for n := 0; said.Scan(); n++ {
		w.hear(said.Text())
		if n == lines {
			must(t, cmd.Process.Kill())
		}
	}
	_ = cmd.Wait() // it was killed
	if w.trouble != "" {
		t.Fatalf("the client said: %s", w.trouble)
	}
}

func TestNothingIsLostOrDoubledWhenTheClientIsKilled(t *testing.T) {
	rounds := 3
	if os.Getenv("VENTANILLA_TORTURE") != "" {
		rounds = 50
	}
	dir := t.TempDir()
	w := &told{added: map[int]bool{}, settled: map[int]bool{}, changed: map[int]bool{}, took: map[int]bool{}, numbers: map[int]uint64{}}
	for range rounds {
		killed(t, dir, w, 40+rand.IntN(200))
		audit(t, dir, w)
	}
	t.Logf("%d commands, %d settled, in %d rounds", w.next, len(w.settled), rounds)
}

func audit(t *testing.T, dir string, w *told) {
	t.Helper()
	b := open(t, childConfig(dir))
	defer shut(t, b)
	if b.Damaged() != 0 {
		t.Fatalf("%d damaged", b.Damaged())
	}
	found, before := map[int]bool{}, -1
	for e := range b.Entries() {
		i, err := strconv.Atoi(string(e.ID))
		must(t, err)
		asWritten := e.Command == text(i) && !w.changed[i] || e.Command == changed(i) && (w.changed[i] || i == w.changing)
		if i <= before || !asWritten || e.Held && i != w.changing {
			t.Fatalf("after %d comes %+v", before, e)
		}
		if n, is := w.numbers[i]; is && n != e.N {
			t.Fatalf("%d had number %d and has %d", i, n, e.N)
		}
		if w.settled[i] {
			t.Fatalf("%d is settled and there", i)
		}
		if !w.added[i] && i != w.adding {
			t.Fatalf("%d was not added", i)
		}
		w.changed[i] = e.Command == changed(i) // also one that was being changed
		found[i], before = true, i
	}
	for _, d := range b.Drafts() { // of what was taken back
		i, err := strconv.Atoi(strings.TrimPrefix(string(d.Conversation), "t"))
		must(t, err)
		if i != w.taking && !w.took[i] || found[i] || !strings.HasPrefix(d.Text, strconv.Itoa(i)) {
			t.Fatalf("a draft says %+v", d)
		}
		w.took[i], found[i] = true, true
	}
	for i := range w.added {
		if !found[i] && !w.settled[i] && i != w.settling {
			t.Fatalf("%d is lost", i)
		}
	}
	if w.settling > 0 && !found[w.settling] { // its outcome was kept as the client was killed
		w.settled[w.settling] = true
	}
	if _, last := b.Lane(); last < w.lastAcknowledged {
		t.Fatalf("numbers after %d would be given again, %d was", last, w.lastAcknowledged)
	}
	if found[w.adding] {
		w.added[w.adding] = true
	}
}
