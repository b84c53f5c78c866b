package outbox_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"ventanilla/client"
	"ventanilla/client/clienttest"
	"ventanilla/client/wire"
	"ventanilla/internal/outbox"
)

// work runs a client on an outbox until done says so, then ends both.
func work(t *testing.T, d *clienttest.Desk, cfg outbox.Config, begin func(*client.Client), done func(*outbox.Outbox)) {
	t.Helper()
	b := open(t, cfg)
	to := d.Client(func(client.Update) {})
	to.Outbox, to.Device = b, "one-device"
	c := client.New(to)
	begin(c)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	done(b)
	stop()
	must(t, <-ended)
	shut(t, b)
}

func TestWhatWaitedIsSentOnceByTheNextClient(t *testing.T) {
	d := clienttest.New(t, clienttest.Config{Network: true, Conversations: []wire.Summary{{ID: "c1"}}})
	cfg := config(t)
	d.Mute(1 << 20) // runs what comes and its answers are lost
	work(t, d, cfg, func(c *client.Client) {
		for i := range 5 {
			c.Do(reply(fmt.Sprint(i)))
		}
	}, func(*outbox.Outbox) {
		d.Until(t, "five commands", func() bool { return len(d.Commands()) == 5 })
	})
	d.Mute(0)
	work(t, d, cfg, func(c *client.Client) { c.Do(reply("5")) }, func(*outbox.Outbox) {
		d.Until(t, "the sixth", func() bool { return len(texts(d)) == 6 })
	})
	if got := texts(d); !slices.Equal(got, []string{"0", "1", "2", "3", "4", "5"}) {
		t.Errorf("the desk has %q", got)
	}
}

func texts(d *clienttest.Desk) (all []string) {
	for _, r := range d.Log() {
		if m, ok := r.Event.(wire.Said); ok && m.By == wire.ByAgent {
			all = append(all, m.Text)
		}
	}
	return all
}
