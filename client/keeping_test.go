package client_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/client"
	"ventanilla/client/clienttest"
	"ventanilla/client/wire"
)

// fragile is an outbox whose disk fails in one of its steps while told to.
type fragile struct {
	*client.MemoryOutbox
	mu     sync.Mutex
	broken map[string]error
}

func newFragile() *fragile {
	return &fragile{MemoryOutbox: client.NewMemoryOutbox("a-lane-of-its-own"), broken: make(map[string]error)}
}

func (b *fragile) fail(step string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken[step] = err
}

func (b *fragile) at(step string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.broken[step]; err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	return nil
}

func (b *fragile) Add(id client.EntryID, c wire.Command, now time.Time) error {
	if err := b.at("add"); err != nil {
		return err
	}
	return b.MemoryOutbox.Add(id, c, now)
}

func (b *fragile) Number(id client.EntryID) (uint64, error) {
	if err := b.at("number"); err != nil {
		return 0, err
	}
	return b.MemoryOutbox.Number(id)
}

func (b *fragile) Settle(o wire.Outcome, epoch string, now time.Time) (client.Entry, bool, error) {
	if err := b.at("settle"); err != nil {
		return client.Entry{}, false, err
	}
	return b.MemoryOutbox.Settle(o, epoch, now)
}

func (b *fragile) Renew(lane string) error {
	if err := b.at("renew"); err != nil {
		return err
	}
	return b.MemoryOutbox.Renew(lane)
}

func TestWhatCannotBeKeptComesBackWithTheReason(t *testing.T) {
	for code, cause := range map[string]error{
		"outbox_full": client.ErrOutboxFull, "outbox_readonly": client.ErrOutboxReadOnly,
		"outbox_damaged": client.ErrOutboxDamaged, "outbox": errors.New("something else"),
	} {
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := clienttest.New(t, oneConversation)
				b := newFragile()
				b.fail("add", cause)
				x := start(t, d, func(c *client.Config) { c.Outbox = b })
				x.untilLive(t)
				x.Do(reply("hola"))
				e := x.untilSettled(t, 1)[0].Entry
				if e.State != client.Refused || e.Refusal.Code != code || e.Command != reply("hola") {
					t.Errorf("entry = %+v", e)
				}
				b.fail("add", nil) // there is room again
				x.Do(reply("hola"))
				x.untilSettled(t, 2)
				if got := replies(d); !slices.Equal(got, []string{"hola"}) {
					t.Errorf("the log has %q", got)
				}
			})
		})
	}
}

// While the disk takes nothing, what waits goes on waiting and the link goes on:
// who cannot write can still read.
func TestAFullDiskDoesNotEndTheLink(t *testing.T) {
	for _, step := range []string{"number", "settle"} {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := clienttest.New(t, oneConversation)
				b := newFragile()
				x := start(t, d, func(c *client.Config) { c.Outbox = b })
				x.untilLive(t)
				b.fail(step, client.ErrOutboxFull)
				x.Do(reply("0"))
				x.Do(reply("1"))
				time.Sleep(time.Minute)
				d.Record(said("a", "¿hola?"))
				synctest.Wait()
				if n := len(d.Hellos()); n != 1 {
					t.Errorf("%d links", n)
				}
				why := seen[client.Withheld](x)
				if len(why) == 0 || why[len(why)-1].Why == nil || why[len(why)-1].Why.Code != "outbox_full" {
					t.Errorf("what waits is explained by %+v", why)
				}
				b.fail(step, nil)
				x.untilSettled(t, 2)
				if got := replies(d); !slices.Equal(got, numbered(2)) {
					t.Errorf("the log has %q", got)
				}
				why = seen[client.Withheld](x)
				if why[len(why)-1].Why != nil {
					t.Error("it is over and nobody says so")
				}
			})
		})
	}
}

func TestALaneThatCannotBeRenewedIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		b := newFragile()
		x := start(t, d, func(c *client.Config) { c.Outbox = b })
		x.Do(reply("0"))
		x.untilSettled(t, 1)
		b.fail("renew", client.ErrOutboxFull)
		d.Lose(func(uint64) uint64 { return 0 })
		d.Cut()
		x.Do(reply("1"))
		time.Sleep(time.Minute)
		b.fail("renew", nil)
		x.untilSettled(t, 2)
		if got := replies(d); !slices.Equal(got, numbered(2)) {
			t.Errorf("the log has %q", got)
		}
	})
}
