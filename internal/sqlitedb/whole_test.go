package sqlitedb_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"ventanilla/internal/sqlitedb"
)

func openFile(t *testing.T, path string) *sqlitedb.DB {
	t.Helper()
	db, err := sqlitedb.Open(t.Context(), path, []string{"create table t(n integer primary key, b blob)"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestACopyIsOneMomentWhileOthersWrite(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "a file?.db"), filepath.Join(dir, "copy #1.db")
	db := openFile(t, from)
	insert := func(n int) error {
		_, err := db.Write.ExecContext(t.Context(), "insert into t values (?, zeroblob(4000))", n)
		return err
	}
	for n := range 3000 {
		if _, err := db.Write.ExecContext(t.Context(), "insert into t values (?, zeroblob(2000))", n); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	written := make(chan int, 1)
	began := make(chan struct{})
	go func() {
		n := 3000
		for ; ctx.Err() == nil; n++ {
			if err := insert(n); err != nil {
				t.Error(err)
				break
			}
			if n == 3000 {
				close(began)
			}
		}
		written <- n
	}()
	<-began
	err := sqlitedb.Copy(t.Context(), from, to)
	stop()
	last := <-written
	if err != nil {
		t.Fatal(err)
	}
	copied := sqlitedb.OpenExisting(to)
	defer copied.Close()
	var count, highest int
	if err := copied.QueryRow("select count(*), max(n) from t").Scan(&count, &highest); err != nil {
		t.Fatal(err)
	}
	if count != highest+1 || count <= 3000 || count > last {
		t.Errorf("the copy has %d rows up to %d of %d", count, highest, last)
	}
	if wrong, err := sqlitedb.Check(t.Context(), copied, false); err != nil || wrong != nil {
		t.Errorf("the copy: %v, %v", wrong, err)
	}
}

func TestACopyThatIsStoppedSaysSo(t *testing.T) {
	dir := t.TempDir()
	openFile(t, filepath.Join(dir, "a.db"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sqlitedb.Copy(ctx, filepath.Join(dir, "a.db"), filepath.Join(dir, "b.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("copying: %v", err)
	}
	if err := sqlitedb.Copy(t.Context(), filepath.Join(dir, "none.db"), filepath.Join(dir, "c.db")); err == nil {
		t.Error("a file that is not there was copied")
	}
	if _, err := os.Stat(filepath.Join(dir, "none.db")); !os.IsNotExist(err) {
		t.Errorf("looking for a file made it: %v", err)
	}
}
