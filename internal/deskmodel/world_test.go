package deskmodel

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pgregory.net/rapid"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/bus/local"
	"ventanilla/internal/desk"
	"ventanilla/internal/store/sqlite"
)

// began is when the model's clock stands at zero.
var began = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

// world is a real desk, the reference, and those who use both.
type world struct {
	dir   string
	disk  *disk
	desk  *desk.Desk
	stop  func() error
	clock atomic.Int64

	ref     *reference
	screens []*screen
	pages   []*page
	backups []saved
	texts   int
}

// saved is a backup of the real desk with the reference as it was.
type saved struct {
	file []byte
	ref  *reference
}

// disk is the real store, whose disk can be full.
type disk struct {
	*sqlite.Store
	full atomic.Bool
}

func (d *disk) Update(ctx context.Context, fn func(desk.Tx) error) error {
	return d.Store.Update(ctx, func(tx desk.Tx) error {
		err := fn(tx)
		if err == nil && d.full.Load() {
			return fmt.Errorf("committing: %w", desk.ErrFull)
		}
		return err
	})
}

func staff() []member {
	const general, dues = wire.QueueID("general"), wire.QueueID("cobranzas")
	return []member{
		{id: "id-ana", login: "ana", role: wire.RoleAgent, queues: []wire.QueueID{general}},
		{id: "id-bruno", login: "bruno", role: wire.RoleAgent, queues: []wire.QueueID{dues, general}},
		{id: "id-leo", login: "leo", role: wire.RoleLead, queues: []wire.QueueID{general}},
		{id: "id-carla", login: "carla", role: wire.RoleAgent, queues: []wire.QueueID{dues}},
		{id: "id-sara", login: "sara", role: wire.RoleSupervisor, queues: []wire.QueueID{general}},
		{id: "id-adan", login: "adan", role: wire.RoleAdmin, queues: []wire.QueueID{general}},
		{id: "id-aldo", login: "aldo", role: wire.RoleAuditor, queues: []wire.QueueID{general}},
	}
}

const customers = 3

func customer(i int) wire.CustomerID { return wire.CustomerID(fmt.Sprint("customer-", i)) }

// beginning makes the file that every run starts from.
func beginning(ctx context.Context, dir string) ([]byte, error) {
	s, err := sqlite.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	err = s.Update(ctx, func(tx desk.Tx) error {
		errs := []error{tx.SaveQueue(wire.Queue{ID: "cobranzas", Name: "cobranzas"})}
		for _, m := range staff() {
			errs = append(errs, tx.SaveUser(m.user()))
		}
		for i := range customers {
			errs = append(errs, tx.SaveCustomer(desk.Customer{ID: customer(i), Name: "Rosa"}))
		}
		return errors.Join(errs...)
	})
	if err := errors.Join(err, s.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, sqlite.FileName))
}

func (m *member) user() desk.User {
	return desk.User{Login: m.login, Disabled: m.disabled, Agent: wire.Agent{
		ID: m.id, Name: m.login, Role: m.role, Queues: m.queues, State: wire.Offline,
	}}
}

func newWorld(t *rapid.T, file []byte) *world {
	dir, err := os.MkdirTemp("", "deskmodel")
	must(t, err)
	w := &world{dir: dir, ref: &reference{now: 1, staff: staff()}}
	w.clock.Store(1)
	for i := range w.ref.staff {
		w.screens = append(w.screens, newScreen(i))
		w.ref.lanes = append(w.ref.lanes, lane{name: fmt.Sprint("lane-of-staff-", i), member: i})
	}
	w.screens = append(w.screens, newScreen(0)) // Ana has two
	for i := range customers {
		w.pages = append(w.pages, &page{customer: i})
		w.ref.lanes = append(w.ref.lanes, lane{name: fmt.Sprint("lane-of-customer-", i), member: -1, customer: i})
	}
	must(t, os.WriteFile(w.path(), file, 0o600))
	w.open(t)
	return w
}

func (w *world) path() string { return filepath.Join(w.dir, sqlite.FileName) }

// open starts a desk on the file.
func (w *world) open(t *rapid.T) {
	store, err := sqlite.Open(context.Background(), w.dir)
	must(t, err)
	w.disk = &disk{Store: store}
	now := func() time.Time { return began.Add(time.Duration(w.clock.Load()) * time.Millisecond) }
	w.desk, err = desk.Open(context.Background(), desk.Config{Store: w.disk, Bus: new(local.Bus), Now: now})
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	running := w.desk
	go func() { done <- running.Run(ctx) }()
	w.stop = sync.OnceValue(func() error {
		cancel()
		return errors.Join(<-done, store.Close())
	})
}

// shut stops the desk and folds its log into its file. Every link goes.
func (w *world) shut(t *rapid.T) {
	must(t, w.stop())
	for _, s := range w.screens {
		s.cut()
	}
	for _, p := range w.pages {
		p.leave()
	}
}

func (w *world) end() error { return errors.Join(w.stop(), os.RemoveAll(w.dir)) }

// send gives orders to the desk, all before the first is answered, and holds what is
// answered against the reference.
func (w *world) send(t *rapid.T, orders ...order) {
	replies := make([]chan desk.Reply, len(orders))
	for i, o := range orders {
		replies[i] = make(chan desk.Reply, 1)
		must(t, w.submit(o, func(r desk.Reply) { replies[i] <- r }))
	}
	for i, o := range orders {
		got := w.heard(t, o, <-replies[i])
		if want := w.ref.take(o); got != want {
			t.Fatalf("lane %d, command %d (settled %d) %+v: the desk answers\n%+v, want\n%+v", o.lane, o.n, o.settled, o.command, got, want)
		}
	}
	w.name(t)
}

func (w *world) submit(o order, reply func(desk.Reply)) error {
	l := w.ref.lanes[o.lane]
	from := desk.Sender{Device: "device-1", Lane: l.name, Locale: "en"}
	if l.member < 0 {
		from.Customer = customer(l.customer)
		return w.desk.Say(context.Background(), from, chatwire.Say{N: o.n, Settled: o.settled, Text: o.text}, reply)
	}
	from.Agent = w.ref.staff[l.member].id
	frame, err := wire.NewCommandFrame(o.n, o.settled, o.command)
	if err != nil {
		return err
	}
	return w.desk.Submit(context.Background(), from, frame, reply)
}

// heard is a reply without its sentences.
func (w *world) heard(t *rapid.T, o order, r desk.Reply) answer {
	if (r.Outcome == nil) == (r.Resend == nil) {
		t.Fatalf("answered %+v", r)
	}
	if r.Resend != nil {
		if r.Resend.Why != nil {
			t.Fatalf("command %d is put off: %+v", o.n, r.Resend.Why)
		}
		return answer{resend: r.Resend.From}
	}
	a := answer{n: r.Outcome.N, seq: r.Outcome.Seq, newest: r.Outcome.Newest, settled: r.Outcome.Settled}
	if r.Outcome.Refused != nil {
		a.code = r.Outcome.Refused.Code
	}
	return a
}

// name takes over the ids that the desk gave to new conversations.
func (w *world) name(t *rapid.T) {
	for i := range w.ref.talks {
		talk := &w.ref.talks[i]
		if talk.id != "" {
			continue
		}
		w.view(t, func(r desk.Reader) error {
			entries, err := r.Entries(talk.moves[0].seq-1, 1)
			if err == nil && len(entries) == 1 {
				talk.id = entries[0].Conversation
			}
			return err
		})
		if talk.id == "" {
			t.Fatalf("there is no record %d, which opened a conversation", talk.moves[0].seq)
		}
	}
}

// refuseAll sends orders to a desk whose disk is full: none is carried out.
func (w *world) refuseAll(t *rapid.T, orders ...order) {
	w.disk.full.Store(true)
	defer w.disk.full.Store(false)
	replies := make(chan desk.Reply, len(orders))
	for _, o := range orders {
		must(t, w.submit(o, func(r desk.Reply) { replies <- r }))
	}
	for _, o := range orders {
		r := <-replies
		code := "disk_full"
		if w.ref.lanes[o.lane].member < 0 {
			code = "unavailable"
		}
		if r.Resend == nil || r.Resend.From != o.n || r.Resend.Why == nil || r.Resend.Why.Code != code {
			t.Fatalf("on a full disk command %d is answered %+v", o.n, r)
		}
	}
}

// become changes an account beside the desk, as the operator's commands do.
func (w *world) become(t *rapid.T, m *member) {
	e := wire.StaffChanged{Agent: m.user().Agent, Gone: m.disabled}
	body, err := wire.EncodeEvent(1, e)
	must(t, err)
	must(t, w.disk.Store.Update(context.Background(), func(tx desk.Tx) error {
		_, err := tx.Append(desk.Entry{At: 1, Event: e, Body: body})
		return errors.Join(err, tx.SaveUser(m.user()))
	}))
	w.ref.head++
}

func (w *world) view(t *rapid.T, fn func(desk.Reader) error) {
	must(t, w.disk.View(context.Background(), fn))
}

func (w *world) restore(t *rapid.T, i int) {
	w.shut(t)
	b := w.backups[i]
	must(t, os.WriteFile(w.path(), b.file, 0o600))
	store, err := sqlite.Open(context.Background(), w.dir)
	must(t, err)
	must(t, errors.Join(desk.Restart(context.Background(), store, began), store.Close()))
	now := w.ref.now // no clock goes back with a backup
	w.ref, w.backups = b.ref.clone(), slices.Clone(w.backups[:i+1])
	w.ref.now = now
	w.open(t)
}

func must(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}
