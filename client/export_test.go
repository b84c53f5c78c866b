package client

import (
	"errors"
	"time"

	"ventanilla/client/wire"
)

// Lane gives the model test what sends commands, without a link.
type Lane struct{ lane lane }

// NewLane returns the lane of a client that begins with an outbox.
func NewLane(b Outbox) *Lane { return &Lane{lane{box: b}} }

// Begin greets.
func (l *Lane) Begin(w wire.Welcome, now time.Time) error {
	_, err := l.lane.begin(w, now)
	return err
}

// Next returns what to send now; over says that the link ends for a new lane.
func (l *Lane) Next(now time.Time) (f *wire.CommandFrame, over bool, err error) {
	f, err = l.lane.next(now)
	if errors.Is(err, errNewLane) {
		return nil, true, nil
	}
	return f, false, err
}

// Cut ends the link; Renew is what follows when it was over.
func (l *Lane) Cut()         { l.lane.end() }
func (l *Lane) Renew() error { return l.lane.renew() }

// Settle takes an outcome, Resend a request to go back.
func (l *Lane) Settle(o wire.Outcome, now time.Time) (Entry, bool, error) {
	return l.lane.settle(o, now)
}
func (l *Lane) Resend(r wire.Resend, now time.Time) { l.lane.resend(r, now) }
