package torture

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/store/sqlite"
)

// heads remembers how long the log was when, read from beside the desk.
type heads struct {
	mu   sync.Mutex
	seen []head
}

type head struct {
	millis int64
	seq    uint64
}

// watchHeads looks at the log ten times a second until the test ends.
func watchHeads(t *testing.T, data string) *heads {
	t.Helper()
	store, err := sqlite.Attach(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	h := new(heads)
	var watching sync.WaitGroup
	watching.Go(func() {
		for t.Context().Err() == nil {
			h.look(t.Context(), store)
			rest(t.Context(), 100*time.Millisecond)
		}
	})
	t.Cleanup(func() { watching.Wait(); _ = store.Close() })
	return h
}

// look notes the head; a moment at which the file cannot be read is left out.
func (h *heads) look(ctx context.Context, store *sqlite.Store) {
	var at wire.Position
	err := store.View(ctx, func(r desk.Reader) (err error) {
		at, err = r.Position()
		return err
	})
	if err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = append(h.seen, head{time.Now().UnixMilli(), at.Seq})
}

// now is the last head seen.
func (h *heads) now() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.seen) == 0 {
		return 0
	}
	return h.seen[len(h.seen)-1].seq
}

// before is the newest head known to have been there at an instant.
func (h *heads) before(millis int64) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	i, exact := slices.BinarySearchFunc(h.seen, millis, func(a head, at int64) int { return int(a.millis - at) })
	if exact {
		return h.seen[i].seq
	}
	if i == 0 {
		return 0
	}
	return h.seen[i-1].seq
}

// age is how long the log had been further than a seq at an instant.
func (h *heads) age(seq uint64, millis int64) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	i, _ := slices.BinarySearchFunc(h.seen, seq+1, func(a head, want uint64) int {
		if a.seq < want {
			return -1
		}
		return 1
	})
	if i == len(h.seen) || h.seen[i].millis > millis {
		return 0
	}
	return time.Duration(millis-h.seen[i].millis) * time.Millisecond
}
