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
	store   Store
	now     func() time.Time
	trouble *trouble
}

// add records what somebody did with some conversations; with none, nothing.
func (a auditor) add(ctx context.Context, actor wire.AgentID, action string, on ...wire.ConversationID) error {
	if len(on) == 0 {
		return nil
	}
	err := a.store.Update(ctx, func(tx Tx) error {
		for _, id := range on {
			row := AuditRow{At: wire.At(a.now()), Actor: string(actor), Action: action, Object: string(id)}
			if err := tx.Audit(row); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case err == nil:
		return nil
	case ctx.Err() == nil:
		err = a.trouble.note(err)
	}
	return fmt.Errorf("recording %s in the audit trail: %w", action, err)
}
