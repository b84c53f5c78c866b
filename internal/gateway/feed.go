package gateway

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
)

const (
	snapshotPage = 200      // summaries in one part of a snapshot
	feedBytes    = 64 << 10 // a feed frame is sent when it holds as much
	silentSeqs   = 512      // how far the feed may advance without the client hearing of it
)

// feed is the writer's place in the log and what it has told the client.
type feed struct {
	*link
	cursor *desk.Cursor
	staff  *desk.Staff
	prev   uint64 // seq of the last record sent, or where the feed began
	told   uint64 // the last UpTo sent
	buf    []byte
	n      int // records in buf
}

// write greets, then sends whatever there is until the link ends. It returns the
// code to close with.
func (l *link) write(ctx context.Context, hello wire.Hello) int {
	f, err := l.start(ctx, hello)
	if err != nil {
		return codeOf(ctx, err)
	}
	for {
		woken := f.cursor.Woken()
		if err := f.pump(ctx, 0); err != nil {
			return codeOf(ctx, err)
		}
		if err := f.signs(); err != nil {
			return codeOf(ctx, err)
		}
		select {
		case <-ctx.Done():
			return wire.CloseRestart
		case <-woken:
		case <-l.notify:
			out, code := l.take()
			for _, o := range out {
				if err := f.put(ctx, o); err != nil {
					return codeOf(ctx, err)
				}
			}
			if code != 0 {
				return code
			}
		}
	}
}

func codeOf(ctx context.Context, err error) int {
	timeout, isTimeout := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	switch {
	case ctx.Err() != nil:
		return wire.CloseRestart
	case desk.Revoked(err):
		return wire.CloseRevoked
	case ended(err):
		return wire.CloseSignedOut
	case errors.Is(err, desk.ErrRightsChanged):
		return wire.CloseRights
	case errors.Is(err, desk.ErrFellBehind), isTimeout && timeout.Timeout():
		return wire.CloseSlow
	}
	return wire.CloseTrouble
}

// start says welcome and brings the feed to where the client stopped, or to a snapshot.
func (l *link) start(ctx context.Context, hello wire.Hello) (*feed, error) {
	d := l.gate.desk
	last, err := d.LaneLast(ctx, l.from)
	if err != nil {
		return nil, err
	}
	watch, err := d.Rewatch(ctx, &l.user, hello.Watch)
	if err != nil {
		return nil, err
	}
	f := &feed{link: l, staff: desk.NewStaff(l.user, watch)}
	if at := hello.At; at != nil && at.Epoch == d.Epoch() && hello.Rights == l.user.Rights() {
		if err := f.resume(ctx, at.Seq); err != nil && !errors.Is(err, desk.ErrTooOld) {
			return nil, err
		}
	}
	err = f.frame(encode(wire.FromDesk{Welcome: &wire.Welcome{
		You: l.user.Agent, Can: desk.Can(l.user.Role), Epoch: d.Epoch(), Rights: l.user.Rights(), Head: d.Head(),
		Clock: wire.At(d.Now()), Resumed: f.cursor != nil, LaneLast: last, Beat: desk.BeatMillis,
		Name: d.Name(), Dispositions: d.Dispositions(),
	}}))
	if err != nil || f.cursor != nil {
		return f, err
	}
	return f, f.snapshot(ctx)
}

// resume goes on after a seq, if the rights that the link came with still hold: a
// change since the upgrade may lie before the seq, where the feed never sees it.
func (f *feed) resume(ctx context.Context, after uint64) error {
	d := f.gate.desk
	cursor, err := d.Follow(ctx, after)
	if err != nil {
		return err
	}
	switch now, err := d.Authenticate(ctx, f.token); {
	case err != nil:
		return err
	case now.Rights() != f.user.Rights():
		return desk.ErrRightsChanged
	}
	f.cursor, f.prev, f.told = cursor, after, after
	return nil
}

func (f *feed) snapshot(ctx context.Context) error {
	d := f.gate.desk
	s, err := d.Snapshot(ctx, f.user)
	if err != nil {
		return err
	}
	part := wire.Snapshot{Seq: s.Seq, Agents: s.Agents, Queues: s.Queues}
	for {
		n := min(len(s.Conversations), snapshotPage)
		part.Conversations, s.Conversations = s.Conversations[:n], s.Conversations[n:]
		part.Last = len(s.Conversations) == 0
		if err := f.frame(encode(wire.FromDesk{Snapshot: &part})); err != nil {
			return err
		}
		if part.Last {
			break
		}
		part = wire.Snapshot{Seq: s.Seq}
	}
	f.prev, f.told = s.Seq, s.Seq
	f.cursor, err = d.Follow(ctx, s.Seq)
	return err
}

// pump sends the records there are, up to a seq (0: all), as few frames as can be.
func (f *feed) pump(ctx context.Context, until uint64) error {
	for {
		items, err := f.cursor.Next(ctx, until)
		if err != nil {
			return err
		}
		for _, item := range items {
			if err := f.checkSession(ctx, item); err != nil {
				return err
			}
			if err := f.add(item); err != nil {
				return err
			}
		}
		if len(items) == 0 {
			return f.flush()
		}
	}
}

// checkSession ends the feed at a record that ended its session, instead of at the
// next round of recheck.
func (f *feed) checkSession(ctx context.Context, item *desk.Item) error {
	if !f.staff.Concerns(item) {
		return nil
	}
	_, err := f.gate.desk.Authenticate(ctx, f.token)
	return err
}

func (f *feed) add(item *desk.Item) error {
	event, err := f.staff.Form(item)
	if err != nil || event == nil {
		return err
	}
	if f.n == 0 {
		f.buf = append(f.buf[:0], `{"feed":{"records":[`...)
	} else {
		f.buf = append(f.buf, ',')
	}
	f.buf = wire.AppendRecord(f.buf, item.Seq, f.prev, event)
	f.prev = item.Seq
	f.n++
	if len(f.buf) < feedBytes {
		return nil
	}
	return f.finish(item.Seq)
}

// flush sends what is collected, or, when nothing was for long, how far the feed is.
func (f *feed) flush() error {
	upTo := f.cursor.UpTo()
	switch {
	case f.n > 0:
		return f.finish(upTo)
	case upTo-f.told >= silentSeqs:
		f.told = upTo
		return f.frame(encode(wire.FromDesk{Feed: &wire.Feed{UpTo: upTo}}))
	}
	return nil
}

func (f *feed) finish(upTo uint64) error {
	f.buf = append(f.buf, `],"upto":`...)
	f.buf = strconv.AppendUint(f.buf, upTo, 10)
	f.buf = append(f.buf, '}', '}')
	f.n, f.told = 0, upTo
	err := f.frame(f.buf)
	if cap(f.buf) > feedBytes/16 { // an idle link holds no large buffer
		f.buf = nil
	}
	return err
}

// put sends what others queued: a frame as it is, an answer in its place in the feed.
func (f *feed) put(ctx context.Context, o outgoing) error {
	switch a := o.ask.(type) {
	case wire.Watch:
		return f.watch(ctx, o.id, a)
	case wire.Unwatch:
		f.staff.Unwatch(a.Conversation)
		return f.frame(encode(wire.FromDesk{Answer: &wire.Answer{ID: o.id, Result: []byte("{}")}}))
	}
	if o.ping != nil {
		return f.frame(encode(wire.FromDesk{Pong: &wire.Pong{
			Sent: o.ping.Sent, Clock: wire.At(f.gate.desk.Now()), Head: f.gate.desk.Head(), UpTo: f.cursor.UpTo(),
		}}))
	}
	return f.frame(o.frame)
}

// watch answers with a conversation's lines after the feed has come to exactly
// where those lines end: no record is missing between them and none comes twice.
func (f *feed) watch(ctx context.Context, id uint64, a wire.Watch) error {
	t, err := f.gate.desk.Open(ctx, f.staff, a)
	if err != nil {
		f.failed("watch", err)
		return f.frame(encode(wire.FromDesk{Answer: &wire.Answer{ID: id, Refused: desk.Explain(err, f.from.Locale)}}))
	}
	for f.cursor.UpTo() < t.UpTo {
		woken := f.cursor.Woken()
		if err := f.pump(ctx, t.UpTo); err != nil {
			return err
		}
		if f.cursor.UpTo() >= t.UpTo {
			break
		}
		select {
		case <-woken:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	f.staff.Watch(a.Conversation)
	t.UpTo = f.cursor.UpTo()
	return f.frame(encode(wire.FromDesk{Answer: &wire.Answer{ID: id, Result: encode(t)}}))
}

func (f *feed) signs() error {
	for _, n := range f.cursor.Signs() {
		if !f.staff.SeesTyping(n) {
			continue
		}
		if err := f.frame(encode(wire.FromDesk{Typing: n.Typing})); err != nil {
			return err
		}
	}
	return nil
}

func (f *feed) frame(b []byte) error {
	if err := f.ws.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	return f.ws.WriteMessage(websocket.TextMessage, b)
}
