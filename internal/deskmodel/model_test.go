package deskmodel

import (
	"flag"
	"os"
	"testing"

	"pgregory.net/rapid"

	"ventanilla/client/wire"
	"ventanilla/internal/store/sqlite"
)

// machine is what can happen to a world. Each step ends where the desk and the
// reference must agree.
type machine struct{ *world }

func (m machine) steps() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"a command": m.command, "another command": m.command, "a burst": m.burst, "more of it": m.burst,
		"something old again": m.replay, "a gap": m.gap, "a full disk": m.noRoom,
		"time passes": m.time, "an account changes": m.account,
		"a screen reads": m.read, "a screen reads on": m.read, "a frame is lost": m.lose, "a frame comes again": m.again,
		"a link breaks":  func(t *rapid.T) { m.screen(t).cut() },
		"a screen is up": func(t *rapid.T) { m.screen(t).settle(t, m.world) },
		"it opens":       m.look, "it opens another": m.look, "it closes": m.lookAway,
		"a page": m.customerReads, "a page goes": func(t *rapid.T) { m.page(t).leave() },
		"restart": func(t *rapid.T) { m.shut(t); m.open(t) },
		"back up": m.backUp, "restore": m.bringBack,
	}
}

// one draws one of them by its place, which says more in a failure than all it holds.
func one[V any](t *rapid.T, of []V, what string) V {
	return of[rapid.IntRange(0, len(of)-1).Draw(t, what)]
}

func (m machine) screen(t *rapid.T) *screen { return one(t, m.screens, "screen") }
func (m machine) page(t *rapid.T) *page     { return one(t, m.pages, "page") }

func (m machine) command(t *rapid.T) { m.send(t, m.next(t, 1)...) }

// burst sends many at once, some of them twice.
func (m machine) burst(t *rapid.T) {
	var orders []order
	for _, o := range m.next(t, rapid.IntRange(2, 8).Draw(t, "count")) {
		orders = append(orders, o)
		if rapid.IntRange(0, 3).Draw(t, "twice") == 0 {
			orders = append(orders, o)
		}
	}
	m.send(t, orders...)
}

// replay sends a number again that has its outcome, now and then with another command.
func (m machine) replay(t *rapid.T) {
	i := rapid.IntRange(0, len(m.ref.lanes)-1).Draw(t, "lane")
	l := m.ref.lanes[i]
	if len(l.sent) == 0 {
		t.Skip("nothing was sent")
	}
	n := rapid.Uint64Range(1, uint64(len(l.sent))).Draw(t, "n")
	again := order{i, n, rapid.Uint64Range(0, n-1).Draw(t, "settled"), l.sent[n-1]}
	if rapid.Bool().Draw(t, "another command") {
		again.deed = m.deed(t, l.member)
	}
	m.send(t, again)
}

func (m machine) gap(t *rapid.T) {
	o := m.next(t, 1)[0]
	o.n = rapid.SampledFrom([]uint64{0, o.n + 1, o.n + 2, o.n + 1000}).Draw(t, "n")
	m.send(t, o)
}

func (m machine) noRoom(t *rapid.T) {
	orders := m.next(t, rapid.IntRange(1, 4).Draw(t, "count"))
	m.refuseAll(t, orders...)
	if rapid.Bool().Draw(t, "and again with room") {
		m.send(t, orders...)
	}
}

func (m machine) time(t *rapid.T) {
	m.ref.now += wire.Millis(rapid.SampledFrom([]int64{1, 1000, 25 * 60 * 60 * 1000}).Draw(t, "ms"))
	m.clock.Store(int64(m.ref.now))
}

// account changes somebody's role and queues, ends the account, or makes it good again.
func (m machine) account(t *rapid.T) {
	who := &m.ref.staff[rapid.IntRange(0, len(m.ref.staff)-1).Draw(t, "who")]
	who.disabled = rapid.IntRange(0, 3).Draw(t, "ends") == 0
	if !who.disabled {
		who.role = rapid.SampledFrom(wire.Roles()).Draw(t, "role")
		who.queues = rapid.SampledFrom([][]wire.QueueID{{"general"}, {"cobranzas"}, {"general", "cobranzas"}}).Draw(t, "queues")
	}
	m.become(t, who)
	if rapid.Bool().Draw(t, "the desk looks at once") {
		_, err := m.desk.Follow(t.Context(), m.ref.head)
		must(t, err)
	}
}

func (m machine) read(t *rapid.T) {
	s := m.screen(t)
	if s.cursor == nil && !s.connect(t, m.world) || s.cursor == nil {
		return
	}
	s.pump(t, m.world, rapid.Uint64Range(s.cursor.UpTo(), max(s.cursor.UpTo(), m.ref.head)).Draw(t, "up to"), s.hear(t))
}

// lose drops a frame on the way. What comes after it must not be taken for whole.
func (m machine) lose(t *rapid.T) {
	s := m.screen(t)
	if s.cursor == nil {
		return
	}
	lost := false
	upTo := rapid.Uint64Range(s.cursor.UpTo(), max(s.cursor.UpTo(), m.ref.head)).Draw(t, "up to")
	s.pump(t, m.world, upTo, func(f wire.Feed) bool { lost = lost || len(f.Records) > 0; return true })
	at := s.mirror.At()
	s.pump(t, m.world, 0, func(f wire.Feed) bool {
		if err := s.mirror.Feed(f); lost && (err == nil || s.mirror.At() != at) {
			t.Fatalf("a frame after a hole moves the mirror from %v to %v: %v", at, s.mirror.At(), err)
		}
		return !lost
	})
	s.cut()
}

func (m machine) again(t *rapid.T) {
	s := m.screen(t)
	if len(s.passed) == 0 {
		return
	}
	at := s.mirror.At()
	if err := s.mirror.Feed(one(t, s.passed, "frame")); err != nil || s.mirror.At() != at {
		t.Fatalf("a frame of before moves the mirror from %v to %v: %v", at, s.mirror.At(), err)
	}
}

func (m machine) look(t *rapid.T) {
	s := m.screen(t)
	if len(m.ref.talks) == 0 || s.cursor == nil && !s.connect(t, m.world) || s.cursor == nil {
		return
	}
	s.open(t, m.world, one(t, m.ref.talks, "conversation").id)
}

func (m machine) lookAway(t *rapid.T) {
	if s := m.screen(t); len(s.watch) > 0 {
		s.unwatch(one(t, s.watch, "conversation"))
	}
}

func (m machine) customerReads(t *rapid.T) { m.page(t).settle(t, m.world) }

func (m machine) backUp(t *rapid.T) {
	m.shut(t)
	file, err := os.ReadFile(m.path())
	must(t, err)
	m.backups = append(m.backups, saved{file, m.ref.clone()})
	m.open(t)
}

func (m machine) bringBack(t *rapid.T) {
	if len(m.backups) == 0 {
		t.Skip("there is no backup")
	}
	m.restore(t, rapid.IntRange(0, len(m.backups)-1).Draw(t, "backup"))
}

// TestMain says how many interleavings are tried: some seconds of them, or some
// minutes. A flag on the command line has the last word.
func TestMain(m *testing.M) {
	checks := "30"
	if os.Getenv("VENTANILLA_TORTURE") != "" {
		checks = "2000"
	}
	if err := flag.Set("rapid.checks", checks); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// Customers and staff write, take, move and close; what they send comes twice, late,
// with gaps and on a full disk; accounts change, links break, the desk is started
// anew and brought back from backups. In the end, and whenever one looks, every
// command was carried out once and answered the same each time, every lane is in
// order, and each screen shows what its role may see, nothing else, and all of it.
func TestTheDeskIsTheReferenceWhateverHappens(t *testing.T) {
	file, err := beginning(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) { interleave(t, file) })
}

func interleave(t *rapid.T, file []byte) {
	w := newWorld(t, file)
	defer func() {
		if err := w.end(); err != nil {
			t.Errorf("ending: %v", err)
		}
	}()
	m := machine{w}
	t.Repeat(m.steps())
	m.audit(t)
	for _, s := range m.screens {
		s.settle(t, w)
	}
	for _, p := range m.pages {
		p.settle(t, w)
	}
	w.shut(t)
	report, err := sqlite.Check(t.Context(), w.dir)
	if err != nil || len(report.Findings) > 0 {
		t.Fatalf("the data: %v, %v", report.Findings, err)
	}
}
