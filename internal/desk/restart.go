package desk

import (
	"context"
	"fmt"
	"time"

	"ventanilla/client/wire"
)

// Restart makes a workspace that comes out of a backup fit to be served. A new
// epoch tells every client that the log was replaced, and all sessions of the staff
// end with the old one.
// Lanes stay: they are as old as the log, so both agree on what was carried out.
// So do the tokens by which customers' browsers come back: nobody ends those.
func Restart(ctx context.Context, s Store, now time.Time) error {
	err := s.Update(ctx, func(tx Tx) error {
		at, err := tx.Position()
		if err != nil {
			return err
		}
		row := AuditRow{At: wire.At(now), Actor: "operator", Action: "restore", Object: at.Epoch}
		if err := tx.Audit(row); err != nil {
			return err
		}
		return tx.StartEpoch(wire.NewToken())
	})
	if err != nil {
		return fmt.Errorf("starting a new epoch: %w", err)
	}
	return nil
}
