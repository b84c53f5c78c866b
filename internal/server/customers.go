package server

import (
	"context"
	"errors"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/channel/webchat"
	"ventanilla/internal/desk"
)

// customers is the desk as the customers' door needs it.
type customers struct{ desk *desk.Desk }

var _ webchat.Desk = customers{}

func (c customers) Enter(ctx context.Context, e webchat.Entry) (webchat.Visitor, error) {
	who, err := c.desk.Visit(ctx, desk.Visit{
		Ref: e.Ref, Name: e.Name, Locale: e.Locale, Resume: e.Resume, Fresh: e.Fresh, Expires: e.Expires,
	})
	if e, refused := errors.AsType[*desk.Error](err); refused && e.Kind == wire.Busy && e.Err == nil { // known to the log where it has to be
		err = errors.Join(webchat.ErrCrowded, err)
	}
	if err != nil {
		return webchat.Visitor{}, err
	}
	return webchat.Visitor{ID: who.ID, Known: who.Ref != "", Locale: who.Lang}, nil
}

func (c customers) Follow(ctx context.Context, v webchat.Visitor, t webchat.Tab, after wire.Position) (chatwire.Welcome, webchat.Feed, error) {
	f, start, err := c.desk.Greet(ctx, sender(v, t), after)
	if err != nil {
		return chatwire.Welcome{}, nil, err
	}
	return start.Welcome, &customerFeed{CustomerFeed: f, first: &start.Lines}, nil
}

func (c customers) Say(ctx context.Context, v webchat.Visitor, t webchat.Tab, s chatwire.Say, answer func(chatwire.FromDesk)) error {
	return c.desk.Say(ctx, sender(v, t), s, func(r desk.Reply) {
		answer(chatwire.FromDesk{Outcome: r.Outcome, Resend: r.Resend})
	})
}

func (c customers) Older(ctx context.Context, v webchat.Visitor, before uint64) (chatwire.Lines, error) {
	return c.desk.Older(ctx, v.ID, before)
}

func (c customers) Mark(ctx context.Context, v webchat.Visitor, m chatwire.Marks) error {
	return c.desk.Mark(ctx, v.ID, m)
}

func (c customers) Typing(ctx context.Context, v webchat.Visitor) error {
	return c.desk.CustomerTypes(ctx, v.ID)
}

func sender(v webchat.Visitor, t webchat.Tab) desk.Sender {
	return desk.Sender{Customer: v.ID, Device: t.Device, Lane: t.Lane, Locale: v.Locale}
}

// customerFeed puts the lines that a page shows first before its feed.
type customerFeed struct {
	*desk.CustomerFeed
	first *chatwire.Lines
}

func (f *customerFeed) Next(context.Context) ([]chatwire.FromDesk, error) {
	if f.first != nil {
		return []chatwire.FromDesk{{Lines: f.nextPage()}}, nil
	}
	frames, err := f.CustomerFeed.Next()
	if errors.Is(err, desk.ErrFellBehind) {
		err = errors.Join(webchat.ErrFellBehind, err)
	}
	return frames, err
}

// A frame of the lines that come first is well below what a page has to read in one
// go, and below what a program reads at all: a byte of text takes six at worst.
const (
	linesAtOnce = 100
	textAtOnce  = wire.MaxDeskFrame / 16
)

// nextPage returns the next run of the lines that come first.
func (f *customerFeed) nextPage() *chatwire.Lines {
	n, text := 0, 0
	for n < min(len(f.first.Lines), linesAtOnce) && text < textAtOnce {
		text += len(f.first.Lines[n].Text)
		n++
	}
	page := &chatwire.Lines{Lines: f.first.Lines[:n], More: f.first.More}
	rest := f.first.Lines[n:]
	f.first = nil
	if len(rest) > 0 {
		f.first = &chatwire.Lines{Lines: rest}
	}
	return page
}
