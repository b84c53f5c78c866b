package sqlite

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// holder is what the lock file says about the process that has the folder.
type holder struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

// lockFolder makes this process the only one on a folder. The lock is the
// kernel's, so it ends with the process however that ends; what the file says
// only tells people whom to look for.
func lockFolder(dir string) (*flock.Flock, error) {
	path := filepath.Join(dir, "desk.lock")
	lock := flock.New(path)
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", dir, err)
	}
	if !locked {
		return nil, fmt.Errorf("%s is in use by %s", dir, holderOf(path))
	}
	// Both fields always encode.
	b, _ := json.Marshal(holder{os.Getpid(), time.Now().UTC().Truncate(time.Second)})
	if err := os.WriteFile(path, append(b, '\n'), 0o600); err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("locking %s: %w", dir, err)
	}
	return lock, nil
}

// holderOf describes who has the lock, as far as the file says.
func holderOf(path string) string {
	var h holder
	b, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(b, &h) != nil || h.PID == 0 {
		return "another process"
	}
	return fmt.Sprintf("process %d since %s", h.PID, h.Since.Format(time.RFC3339))
}

// Lock takes dir as a desk does, without opening anything in it, for whoever
// replaces what it holds. The error says who has it.
func Lock(dir string) (io.Closer, error) { return lockFolder(dir) }
