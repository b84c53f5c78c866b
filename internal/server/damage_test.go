package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/desk"
	"ventanilla/internal/sqlitedb"
	"ventanilla/internal/store/sqlite"
)

// talker is a customer of a running desk.
type talker struct {
	desk *desk.Desk
	from desk.Sender
	n    uint64
}

func newTalker(t *testing.T, s *Server, name string) *talker {
	t.Helper()
	c, err := s.desk.Visit(t.Context(), desk.Visit{Name: name, Fresh: wire.NewToken(), Expires: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return &talker{desk: s.desk, from: desk.Sender{Customer: c.ID, Device: "device-1", Lane: "lane-1"}}
}

func (c *talker) says(t *testing.T, text string) desk.Reply {
	t.Helper()
	c.n++
	replies := make(chan desk.Reply, 1)
	if err := c.desk.Say(t.Context(), c.from, chatwire.Say{N: c.n, Settled: c.n - 1, Text: text}, func(r desk.Reply) { replies <- r }); err != nil {
		t.Fatal(err)
	}
	return <-replies
}

// A page of the disk goes bad under a running desk. Who reads what stood there is
// told that the data is damaged; everybody else goes on reading and writing; and a
// backup of before has all that was acknowledged until then.
func TestADamagedPageUnderARunningDesk(t *testing.T) {
	data := t.TempDir()
	cfg := Config{Data: data, Unlimited: true}
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.desk.Run(ctx) }()
	rosa, mario := newTalker(t, s, "Rosa"), newTalker(t, s, "Mario")
	for i := range 60 {
		rosa.says(t, fmt.Sprint("de rosa ", i, strings.Repeat("·", 300)))
	}
	for i := range 60 {
		mario.says(t, fmt.Sprint("de mario ", i, strings.Repeat("·", 300)))
	}
	kept := filepath.Join(t.TempDir(), "kept.db")
	if err := sqlitedb.Copy(t.Context(), filepath.Join(data, sqlite.FileName), kept); err != nil {
		t.Fatal(err)
	}
	foldLog(t, data)
	spoilPage(t, filepath.Join(data, sqlite.FileName), "de rosa 30")
	if r := mario.says(t, "sigo"); r.Outcome == nil || r.Outcome.Refused != nil {
		t.Fatalf("who has nothing to do with it is answered %+v", r)
	}
	user := desk.User{Agent: wire.Agent{ID: "ana", Role: wire.RoleAgent, Queues: []wire.QueueID{desk.DefaultQueue}}}
	read := func(of *talker) error {
		var c desk.Conversation
		err := s.Store().View(t.Context(), func(r desk.Reader) error {
			var err error
			c, _, err = r.LatestOf(of.from.Customer)
			return err
		})
		if err == nil {
			_, err = s.desk.Before(t.Context(), &user, wire.Older{Conversation: c.Summary.ID, Limit: 100})
		}
		return err
	}
	if err := read(mario); err != nil {
		t.Errorf("what stands elsewhere is not read: %v", err)
	}
	if err := read(rosa); desk.Explain(err, "en").Code != "disk_damaged" {
		t.Errorf("what stood in the page is answered %v", err)
	}
	stop()
	if err := errors.Join(<-done, s.Close()); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(t.Context(), cfg); !errors.Is(err, desk.ErrDamaged) {
		t.Errorf("it starts again on the damage: %v, %v", s, err)
	}
	holds, err := os.ReadFile(kept)
	for i := range 60 {
		if !bytes.Contains(holds, []byte(fmt.Sprint("de rosa ", i, "·"))) {
			t.Fatalf("the backup (%v) does not hold message %d", err, i)
		}
	}
}

// foldLog brings what a running desk wrote into its file.
func foldLog(t *testing.T, data string) {
	t.Helper()
	db := sqlitedb.OpenExisting(filepath.Join(data, sqlite.FileName))
	_, err := db.ExecContext(t.Context(), "pragma wal_checkpoint(truncate)")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// spoilPage overwrites the beginning of the pages that hold a text in the log.
func spoilPage(t *testing.T, path, text string) {
	t.Helper()
	const page = 4096
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	spoiled := 0
	for at := 0; at < len(b); at += page {
		if !bytes.Contains(b[at:at+page], []byte(text)) || !bytes.Contains(b[at:at+page], []byte(`"ev":"said"`)) {
			continue
		}
		if _, err := f.WriteAt(bytes.Repeat([]byte{0xa5}, 200), int64(at)); err != nil {
			t.Fatal(err)
		}
		spoiled++
	}
	if err := f.Close(); err != nil || spoiled == 0 {
		t.Fatalf("%d pages spoiled: %v", spoiled, err)
	}
}
