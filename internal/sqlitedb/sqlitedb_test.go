package sqlitedb

import (
	"os"
	"path/filepath"
	"testing"
)

func TestOpenMigratesOnceAndRefusesANewerFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "con espacio #1?.db")
	steps := []string{"create table a(x unique)", "insert into a values(1)"}
	for range 2 { // the second opening must not run them again
		db, err := Open(t.Context(), path, steps)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Write.Exec("insert into a values(1)"); !Duplicate(err) {
			t.Fatalf("a taken key answers %v", err)
		}
		var sync int
		if err := db.Write.QueryRow("pragma synchronous").Scan(&sync); err != nil || sync != 2 {
			t.Fatalf("synchronous = %d, %v; acknowledged writes need FULL (2)", sync, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(t.Context(), path, steps[:1]); err == nil {
		t.Fatal("a file from a newer build was opened")
	}
}

func TestAFailedMigrationLeavesNothingBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	if _, err := Open(t.Context(), path, []string{"create table a(x); create table a(x)"}); err == nil {
		t.Fatal("a broken migration passed")
	}
	db, err := Open(t.Context(), path, []string{"create table a(x)"})
	if err != nil {
		t.Fatalf("after a failed migration: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// A file holds what its owner and nobody else on the machine may read.
func TestFilesAreTheirOwnersOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := Open(t.Context(), path, []string{"create table t(x)"})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) != 3 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
	}
}
