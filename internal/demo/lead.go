package demo

import (
	"context"

	"ventanilla/client"
	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

// The shift's lead gives the person at the keyboard the first customer, so that
// there is something in their own list to begin with.
const (
	leadLogin = "graciela"
	leadName  = "Graciela Otero"
	leadNote  = "Alex, ¿te ocupás de esta? Los demás están terminando otras."
)

// lead follows the desk until ctx ends.
func (d *Demo) lead(ctx context.Context) {
	m := mirror.New()
	given := false
	var c *client.Client
	c = client.New(client.Config{URL: Origin, Token: d.shiftLead.Token, Dial: d.Dial, Sink: func(u client.Update) {
		for _, e := range u.Events {
			if client.Fold(m, e) != nil {
				c.Resync()
			}
		}
		rows := m.View().Rows(mirror.Unassigned, mirror.ByWaiting)
		if given || rows.Len() == 0 || rows.At(0).Last.Seq == 0 {
			return
		}
		given = true
		id := rows.At(0).ID
		c.Do(wire.Note{Conversation: id, Text: leadNote})
		c.Do(wire.Assign{Conversation: id, Agent: d.you.Agent.ID})
	}})
	if err := c.Run(ctx); err != nil {
		d.cfg.Log.Error("the lead went home", "err", err)
	}
}
