package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gofrs/flock"

	"ventanilla/internal/sqlitedb"
)

const (
	// slots is how many clients of one account may run at once on a machine.
	slots = 32
	// retry is how often a lock that another program has for a moment is tried.
	retry = 20 * time.Millisecond
)

// begin keeps others of this account from opening or wiping until free is called.
func begin(ctx context.Context, cfg Config) (free func(), err error) {
	if err := makeDir(cfg.Dir); err != nil {
		return nil, because(cfg.path(), err)
	}
	lock := flock.New(cfg.path()+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, retry); err != nil {
		return nil, because(cfg.path(), fmt.Errorf("locking the outbox: %w", err))
	}
	return func() { _ = lock.Close() }, nil
}

// trySlot returns nil when a running client has the slot. The lock is the
// kernel's, so it ends with the client however that ends.
func trySlot(path string, slot int) (*flock.Flock, error) {
	lock := flock.New(fmt.Sprintf("%s.%d.lock", path, slot), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking the outbox: %w", err)
	}
	if !locked {
		return nil, nil
	}
	return lock, nil
}

// takeSlot prefers the free slot whose oldest command has waited longest.
func takeSlot(ctx context.Context, db *sqlitedb.DB, path string) (int, *flock.Flock, error) {
	order, err := waiting(ctx, db)
	if err != nil {
		return 0, nil, fmt.Errorf("looking for what waits: %w", err)
	}
	for slot := range slots {
		order = append(order, slot)
	}
	for _, slot := range order {
		if lock, err := trySlot(path, slot); err != nil || lock != nil {
			return slot, lock, err
		}
	}
	return 0, nil, errors.New("too many workstations of this account are open")
}

// waiting lists the slots in which commands are left, the oldest first.
func waiting(ctx context.Context, db *sqlitedb.DB) (all []int, err error) {
	rows, err := db.Write.QueryContext(ctx, "select slot from entry group by slot order by min(id)")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err says what went wrong
	for rows.Next() {
		var slot int
		if err := rows.Scan(&slot); err != nil {
			return nil, err
		}
		all = append(all, slot)
	}
	return all, rows.Err()
}
