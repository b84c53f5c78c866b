package sqlite

import (
	"errors"
	"strings"
	"testing"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/sqlitedb"
)

func openInside(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return s
}

// update runs statements in one transaction.
func update(s *Store, t *testing.T, statements ...string) error {
	return s.Update(t.Context(), func(dtx desk.Tx) error {
		for _, q := range statements {
			if err := dtx.(*tx).exec(q); err != nil {
				return err
			}
		}
		return nil
	})
}

func appendText(s *Store, t *testing.T, text string) error {
	return s.Update(t.Context(), func(tx desk.Tx) error { return appendIn(tx, 1, text) })
}

func appendIn(tx desk.Tx, at wire.Millis, text string) error {
	said := wire.Said{Conversation: "c", Text: text}
	body, err := wire.EncodeEvent(at, said)
	if err != nil {
		return err
	}
	_, err = tx.Append(desk.Entry{At: at, Event: said, Body: body, Conversation: "c", Text: text})
	return err
}

func head(s *Store, t *testing.T) uint64 {
	t.Helper()
	var p wire.Position
	err := s.View(t.Context(), func(r desk.Reader) (err error) {
		p, err = r.Position()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.Seq
}

func TestTheAuditTrailOnlyGrows(t *testing.T) {
	s := openInside(t)
	row := desk.AuditRow{At: 1, Actor: "a1", Action: "open", Object: "c1", Detail: "reason"}
	if err := s.Update(t.Context(), func(tx desk.Tx) error { return tx.Audit(row) }); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"update audit set actor = 'a2'", "delete from audit", "update audit set id = 7"} {
		if err := update(s, t, q); err == nil {
			t.Errorf("%s was allowed", q)
		}
	}
	var got desk.AuditRow
	err := s.View(t.Context(), func(r desk.Reader) error {
		_, err := r.(*reader).row("select at, actor, action, object, detail from audit where id = 1", nil,
			[]any{(*int64)(&got.At), &got.Actor, &got.Action, &got.Object, &got.Detail})
		return err
	})
	if err != nil || got != row {
		t.Errorf("the row is %+v, %v", got, err)
	}
}

func TestAFullDiskLosesNothingAndPasses(t *testing.T) {
	s := openInside(t)
	if err := appendText(s, t, "antes"); err != nil {
		t.Fatal(err)
	}
	secret := strings.Repeat("secreto ", 100_000)
	// full appends what there is no room for.
	full := func(dtx desk.Tx) error {
		return errors.Join(dtx.(*tx).exec("pragma max_page_count = 60"), appendIn(dtx, 1, secret))
	}
	if err := s.Update(t.Context(), full); !errors.Is(err, desk.ErrFull) || strings.Contains(err.Error(), "secreto") {
		t.Fatalf("a full disk answers %v", err)
	}
	// Whoever ignores it does not get the rest committed.
	err := s.Update(t.Context(), func(tx desk.Tx) error {
		_ = full(tx)
		_ = appendIn(tx, 1, "corto")
		return nil
	})
	if !errors.Is(err, desk.ErrFull) {
		t.Errorf("ignoring a full disk answers %v", err)
	}
	if got := head(s, t); got != 1 {
		t.Errorf("the log ends at %d, want 1", got)
	}
	if err := update(s, t, "pragma max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
	if err := appendText(s, t, secret); err != nil || head(s, t) != 2 {
		t.Errorf("with room again: %v, the log ends at %d", err, head(s, t))
	}
}

func TestAFileThatMayNotBeWrittenIsReadOn(t *testing.T) {
	s := openInside(t)
	if err := appendText(s, t, "antes"); err != nil {
		t.Fatal(err)
	}
	err := s.Update(t.Context(), func(dtx desk.Tx) error {
		return errors.Join(dtx.(*tx).exec("pragma query_only = 1"), appendIn(dtx, 1, "después"))
	})
	if !errors.Is(err, desk.ErrReadOnly) || head(s, t) != 1 {
		t.Errorf("writing to it: %v, the log ends at %d", err, head(s, t))
	}
}

func TestATransactionTheDatabaseEndedIsNotGoneOnWith(t *testing.T) {
	s := openInside(t)
	err := s.Update(t.Context(), func(dtx desk.Tx) error {
		if err := appendIn(dtx, 1, "uno"); err != nil {
			return err
		}
		if err := dtx.(*tx).exec("rollback"); err != nil { // as SQLite does by itself at times
			return err
		}
		return errors.New("on purpose")
	})
	if err == nil || head(s, t) != 0 {
		t.Errorf("update: %v, the log ends at %d", err, head(s, t))
	}
	if err := appendText(s, t, "dos"); err != nil || head(s, t) != 1 {
		t.Errorf("the update after it: %v, the log ends at %d", err, head(s, t))
	}
}

func TestACommitThatFailsEndsAllWriting(t *testing.T) {
	s := openInside(t)
	// A deferred constraint is a failure that only the commit finds.
	err := update(s, t, "create table parent (id integer primary key)",
		"create table child (id integer references parent deferrable initially deferred)")
	if err != nil {
		t.Fatal(err)
	}
	if err := update(s, t, "insert into child values (1)"); err == nil || sqlitedb.Full(err) {
		t.Fatalf("the commit passed: %v", err)
	}
	if err := appendText(s, t, "después"); !errors.Is(err, errStopped) || !errors.Is(err, desk.ErrDamaged) {
		t.Errorf("an update after it: %v, want %v", err, errStopped)
	}
	if got := head(s, t); got != 0 { // reading goes on
		t.Errorf("the log ends at %d", got)
	}
}

func TestWhatIsOverIsSwept(t *testing.T) {
	s := openInside(t)
	at := wire.Millis(1_700_000_000_000)
	for i, hash := range []string{"old", "new"} { // the first expires as the log goes on
		err := s.Update(t.Context(), func(tx desk.Tx) error {
			expires := (at + wire.Millis(i*1000)).Time()
			remembered := expires.AddDate(0, 0, -90) // a session that is over, to say how it ended
			if err := tx.SaveSession(desk.Session{Hash: hash, User: "a", Expires: remembered}); err != nil {
				return err
			}
			if err := tx.SaveResumeToken(desk.ResumeToken{Hash: hash, Customer: "u", Expires: expires}); err != nil {
				return err
			}
			return appendIn(tx, at+1, "x")
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err := s.View(t.Context(), func(r desk.Reader) error {
		for hash, want := range map[string]bool{"old": false, "new": true} {
			_, session, err1 := r.Session(hash)
			_, token, err2 := r.ResumeToken(hash)
			if err := errors.Join(err1, err2); err != nil || session != want || token != want {
				t.Errorf("%s: session %v, token %v, %v", hash, session, token, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A desk's log grows for years, so nothing that runs often may read all of it.
func TestQueriesUseTheirIndexes(t *testing.T) {
	s := openInside(t)
	for _, tt := range []struct {
		q    string
		args int
		want string
	}{
		{selectEntries, 2, "SEARCH log USING INTEGER PRIMARY KEY (rowid>?)"},
		{selectTimeline, 3, "SEARCH log USING INDEX log_timeline (conv=? AND rowid<?)"},
		{selectLines, 4, "SEARCH log USING INDEX log_said (customer=? AND rowid>? AND rowid<?)"},
		{selectLatest, 1, "SEARCH conversations USING INDEX conversations_customer (customer=?)"},
		{selectUnresolved, 0, "SCAN conversations USING INDEX conversations_unresolved"},
		{selectDue, 1, "SEARCH conversations USING COVERING INDEX conversations_snoozed (until<?)"},
		{"delete from sessions" + over, 0, "SEARCH sessions USING COVERING INDEX sessions_expires (expires<?)"},
		{selectFound, 5, "SCAN words VIRTUAL TABLE INDEX 192:M1<"},
	} {
		var plan []string
		err := s.View(t.Context(), func(r desk.Reader) error {
			return r.(*reader).rows("explain query plan "+tt.q, make([]any, tt.args), func(scan scan) error {
				var id, parent, unused int
				var detail string
				err := scan(&id, &parent, &unused, &detail)
				plan = append(plan, detail)
				return err
			})
		})
		got := strings.Join(plan, "; ")
		if err != nil || !strings.HasPrefix(got, tt.want) || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("%s\n is run as %s, %v\n want %s", tt.q, got, err, tt.want)
		}
	}
}
