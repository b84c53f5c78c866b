package desk

import (
	"context"
	"fmt"
	"time"

	"ventanilla/client/wire"
)

// auditor writes the trail: who looked at or changed what that is not theirs. A
// look that cannot be recorded is refused.
type auditor struct {
	store Store
	now   func() time.Time
}

func (a auditor) add(ctx context.Context, actor, action, object, detail string) error {
	err := a.store.Update(ctx, func(tx Tx) error {
		return tx.Audit(AuditRow{At: wire.At(a.now()), Actor: actor, Action: action, Object: object, Detail: detail})
	})
	if err != nil {
		return fmt.Errorf("recording %s in the audit trail: %w", action, err)
	}
	return nil
}
