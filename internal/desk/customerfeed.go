package desk

import (
	"context"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
)

// historyPage is how many lines a customer's page gets at once.
const historyPage = 50

// CustomerFeed is the feed of one customer's page: what was said in public, who
// serves, how far the staff has read. There is no form of anything else. It is told
// only what concerns its customer, so an idle page costs nothing when others write.
// It belongs to one goroutine, which calls Close when the page is gone.
type CustomerFeed struct {
	Customer Customer
	desk     *Desk
	current  wire.ConversationID
	service  chatwire.Service
	ear      *ear
}

// CustomerStart is what a page shows first; the feed goes on after UpTo.
type CustomerStart struct {
	Welcome chatwire.Welcome
	Lines   chatwire.Lines
	UpTo    uint64
}

// Greet returns a customer's feed and what comes before it: the lines after a
// position, or the newest when that is of another log.
func (d *Desk) Greet(ctx context.Context, from Sender, after wire.Position) (*CustomerFeed, CustomerStart, error) {
	var start CustomerStart
	f := &CustomerFeed{desk: d}
	err := d.cfg.Store.View(ctx, func(r Reader) error {
		var err error
		start, err = f.start(r, from, after)
		return err
	})
	if err != nil {
		return nil, CustomerStart{}, err
	}
	if f.ear, err = d.tail.listen(from.Customer, start.UpTo); err != nil {
		return nil, CustomerStart{}, err
	}
	return f, start, nil
}

// start reads what a page shows first.
func (f *CustomerFeed) start(r Reader, from Sender, after wire.Position) (CustomerStart, error) {
	customer, found, err := r.Customer(from.Customer)
	if err == nil && !found {
		err = refuse(wire.Missing, "signed_out")
	}
	if err != nil {
		return CustomerStart{}, err
	}
	at, err := r.Position()
	if err != nil {
		return CustomerStart{}, err
	}
	past, err := r.Past()
	if err != nil {
		return CustomerStart{}, err
	}
	lane, _, err := r.Lane(from.key())
	if err != nil {
		return CustomerStart{}, err
	}
	if after.Epoch != at.Epoch || after.Seq > at.Seq {
		after.Seq = 0
	}
	lines, more, err := f.desk.page(r, from.Customer, after.Seq, 0)
	if err != nil {
		return CustomerStart{}, err
	}
	c, _, err := r.LatestOf(from.Customer)
	if err != nil {
		return CustomerStart{}, err
	}
	f.Customer, f.current, f.service = customer, c.Summary.ID, f.desk.serviceOf(&c.Summary)
	return CustomerStart{
		Welcome: chatwire.Welcome{
			Epoch: at.Epoch, Past: past,
			Name: customer.Name, Known: customer.Ref != "", Clock: f.desk.millis(), Beat: BeatMillis,
			LaneLast: lane.Last, Service: f.service, Marks: staffMarks(c.Summary.Seen),
		},
		Lines: chatwire.Lines{Lines: lines, More: more},
		UpTo:  at.Seq,
	}, nil
}

// Woken returns a channel that is closed when Next may have more. Get it before
// calling Next, or something may come unseen in between.
func (f *CustomerFeed) Woken() <-chan struct{} { return f.desk.tail.earWoken(f.ear) }

// Next returns the frames that follow, none when there are none now, or
// [ErrFellBehind].
func (f *CustomerFeed) Next() ([]chatwire.FromDesk, error) {
	items, typing, err := f.desk.tail.heard(f.ear)
	if err != nil {
		return nil, err
	}
	var frames []chatwire.FromDesk
	for _, item := range items {
		frames = append(frames, f.Forms(item)...)
	}
	if typing {
		frames = append(frames, chatwire.FromDesk{Typing: &struct{}{}})
	}
	return frames, nil
}

// Close ends the feed.
func (f *CustomerFeed) Close() { f.desk.tail.unlisten(f.Customer.ID, f.ear) }

// Older returns the page of lines before a seq.
func (d *Desk) Older(ctx context.Context, id wire.CustomerID, before uint64) (chatwire.Lines, error) {
	var page chatwire.Lines
	err := d.cfg.Store.View(ctx, func(r Reader) error {
		var err error
		page.Lines, page.More, err = d.page(r, id, 0, before)
		return err
	})
	return page, err
}

// page returns the newest lines after a seq and before another. When there are
// more than a page after a seq the page would have a hole, so all are returned.
func (d *Desk) page(r Reader, id wire.CustomerID, after, before uint64) ([]chatwire.Line, bool, error) {
	limit := historyPage + 1
	if after > 0 {
		limit = resumeLimit
	}
	entries, err := r.Lines(id, after, before, limit)
	if err != nil {
		return nil, false, err
	}
	more := false
	if after == 0 {
		first := firstOf(entries, historyPage)
		more, entries = first > 0, entries[first:]
	}
	lines := make([]chatwire.Line, 0, len(entries))
	for i := range entries {
		if said, ok := entries[i].Event.(wire.Said); ok {
			lines = append(lines, d.line(&entries[i], said))
		}
	}
	return lines, more, nil
}

func (d *Desk) line(e *Entry, said wire.Said) chatwire.Line {
	l := chatwire.Line{Seq: e.Seq, At: e.At, By: said.By, Text: said.Text}
	switch said.By {
	case wire.ByAgent:
		l.Name = d.staff.name(said.Agent)
	case wire.ByCustomer:
		l.Lane, l.N = e.Lane, e.N
	}
	return l
}

func (d *Desk) serviceOf(s *wire.Summary) chatwire.Service {
	return chatwire.Service{Agent: d.staff.name(s.Agent), Resolved: s.Status == wire.Resolved}
}

// staffMarks says how far the staff has read.
func staffMarks(upTo uint64) chatwire.Marks { return chatwire.Marks{Delivered: upTo, Read: upTo} }

// Forms returns the frames that the page gets for an item.
func (f *CustomerFeed) Forms(item *Item) []chatwire.FromDesk {
	if item.Customer != f.Customer.ID {
		return nil
	}
	switch e := item.Event.(type) {
	case wire.Opened:
		f.current, f.service = item.Conversation, chatwire.Service{}
		return []chatwire.FromDesk{{Service: &chatwire.Service{}}}
	case wire.Said:
		frames := []chatwire.FromDesk{{Lines: &chatwire.Lines{Lines: []chatwire.Line{f.desk.line(&item.Entry, e)}}}}
		if e.By == wire.ByAgent { // who answers has read
			marks := staffMarks(item.Seq)
			frames = append(frames, chatwire.FromDesk{Marks: &marks})
		}
		return frames
	case wire.Routed:
		if item.Conversation == f.current {
			f.service.Agent = f.desk.staff.name(e.Agent)
			return f.serves()
		}
	case wire.StatusChanged:
		if item.Conversation == f.current {
			f.service.Resolved = e.Status == wire.Resolved
			return f.serves()
		}
	case wire.Seen:
		marks := staffMarks(e.UpTo)
		return []chatwire.FromDesk{{Marks: &marks}}
	}
	return nil
}

func (f *CustomerFeed) serves() []chatwire.FromDesk {
	now := f.service
	return []chatwire.FromDesk{{Service: &now}}
}
