package sqlite_test

import (
	"testing"

	"ventanilla/internal/desk"
	"ventanilla/internal/desk/storetest"
	"ventanilla/internal/store/sqlite"
)

func open(t testing.TB, dir string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir)
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

func TestStoreConforms(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (desk.Store, func() desk.Store) {
		dir := t.TempDir()
		s := open(t, dir)
		return s, func() desk.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, dir)
			return s
		}
	})
}
