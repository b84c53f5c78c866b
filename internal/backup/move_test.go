package backup

import (
	"os"
	"path/filepath"
	"testing"
)

// A folder that could not be replaced is where it was.
func TestWhatCannotBeReplacedStays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	kept, err := move(filepath.Join(t.TempDir(), "gone"), dir, true)
	if err == nil || kept != "" {
		t.Errorf("moved, and kept %q: %v", kept, err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
}
