package client_test

import (
	"context"
	"log"

	"ventanilla/client"
	"ventanilla/client/wire"
)

// A bot that greets whoever writes for the first time. It keeps no state: each
// record comes once, and what goes into the outbox is done once, whatever breaks
// in between. A program that shows conversations feeds a mirror in its sink.
func Example() {
	var c *client.Client
	sink := func(u client.Update) {
		for _, e := range u.Events {
			switch e := e.(type) {
			case client.FeedPart:
				for _, r := range e.Records {
					if opened, ok := r.Event.(wire.Opened); ok {
						c.Do(wire.Reply{Conversation: opened.Summary.ID, Text: "¡Hola! Enseguida te atendemos."})
					}
				}
			case client.Settled:
				if e.Entry.State == client.Refused {
					log.Printf("not greeted: %s", e.Entry.Refusal.Code)
				}
			}
		}
	}
	c = client.New(client.Config{URL: "https://desk.example.org", Token: "from a login", Sink: sink})
	if err := c.Run(context.Background()); err != nil {
		log.Fatal(err) // signed out or refused; everything else is tried again
	}
}
