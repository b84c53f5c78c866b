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
	silentSeqs = 512     // how far the feed may advance without the client hearing of it
	fragment   = 4 << 10 // of a large frame, sent with a deadline of its own
)

// feed is the writer's place in the log and what it has told the client.
type feed struct {
	*link
	cursor *desk.Cursor
	staff  *desk.Staff
	prev   uint64       // seq of the last record sent, or where the feed began
	told   uint64       // the last UpTo sent
	items  []*desk.Item // those still to look at; the cursor is past them
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
		more, code, err := f.turn(ctx)
		switch {
		case err != nil:
			return codeOf(ctx, err)
		case code != 0:
			return code
		case more:
			continue
		}
		select {
		case <-ctx.Done():
			return wire.CloseRestart
		case <-woken:
		case <-l.notify:
		}
	}
}

// turn sends a frame of records and what others queued: who has much to catch up with
// hears the outcomes of what they do meanwhile. It reports whether there may be more to
// send, or the code to close with.
func (f *feed) turn(ctx context.Context) (more bool, code int, err error) {
	if ctx.Err() != nil || f.gate.sheds(f.user.Role) {
		return false, wire.CloseRestart, nil
	}
	if more, err = f.step(ctx, 0); err != nil {
		return false, 0, err
	}
	out, code := f.take()
	for _, o := range out {
		if err := f.put(ctx, o); err != nil {
			return false, 0, err
		}
	}
	if !more {
		err = f.signs()
	}
	return more, code, err
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
	if err != nil && d.Trouble() != nil { // a look cannot be recorded now: the client opens anew, and is told
		hello.At, watch, err = nil, nil, nil
	}
	if err != nil {
		return nil, err
	}
	f := &feed{link: l, staff: desk.NewStaff(l.user, watch)}
	f.staff.Lean = hello.Lean
	if at := hello.At; at != nil && at.Epoch == d.Epoch() && hello.Rights == l.user.Rights() {
		if err := f.resume(ctx, at.Seq); err != nil && !errors.Is(err, desk.ErrTooOld) {
			return nil, err
		}
	}
	err = f.frame(encode(wire.FromDesk{Welcome: &wire.Welcome{
		You: l.user.Agent, Can: desk.Can(l.user.Role), Epoch: d.Epoch(), Past: d.Past(), Rights: l.user.Rights(), Head: d.Head(),
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
	if _, err := f.authenticate(ctx); err != nil {
		return err
	}
	f.cursor, f.prev, f.told = cursor, after, after
	return nil
}

// step sends the next frame of records, or what is left when there are no more up to
// a seq (0: no bound), and reports whether there may be more.
func (f *feed) step(ctx context.Context, until uint64) (more bool, err error) {
	if len(f.items) == 0 {
		if f.items, err = f.cursor.Next(ctx, until); err != nil {
			return false, err
		}
		if len(f.items) == 0 {
			return false, f.flush()
		}
	}
	for len(f.items) > 0 {
		item := f.items[0]
		f.items = f.items[1:]
		if err := f.checkSession(ctx, item); err != nil {
			return false, err
		}
		if sent, err := f.add(item); err != nil || sent {
			return true, err
		}
	}
	return true, nil
}

// pump sends the records there are up to a seq.
func (f *feed) pump(ctx context.Context, until uint64) error {
	for {
		if more, err := f.step(ctx, until); err != nil || !more {
			return err
		}
	}
}

// upTo is what the client has got everything through.
func (f *feed) upTo() uint64 {
	if len(f.items) > 0 || f.n > 0 {
		return f.told
	}
	return f.cursor.UpTo()
}

// checkSession ends the feed at a record that ended its session, instead of at the
// next round of recheck. What goes on being watched after an item is recorded first.
func (f *feed) checkSession(ctx context.Context, item *desk.Item) error {
	if !f.staff.Concerns(item) {
		return f.gate.desk.GoOnWatching(ctx, f.staff, item)
	}
	_, err := f.authenticate(ctx)
	return err
}

// add puts a record into the frame and sends that when it is full.
func (f *feed) add(item *desk.Item) (sent bool, err error) {
	event, err := f.staff.Form(item)
	if err != nil || event == nil {
		return false, err
	}
	if f.n == 0 {
		f.buf = append(f.buf[:0], `{"feed":{"records":[`...)
	} else {
		f.buf = append(f.buf, ',')
	}
	f.buf = wire.AppendRecord(f.buf, item.Seq, f.prev, event)
	f.prev = item.Seq
	f.n++
	if len(f.buf) < frameBytes {
		return false, nil
	}
	return true, f.finish(item.Seq)
}

// flush sends what is collected, or, when nothing was for long, how far the feed is.
func (f *feed) flush() error {
	upTo := f.cursor.UpTo()
	switch {
	case f.n > 0:
		return f.finish(upTo)
	case upTo-f.told >= silentSeqs:
		f.told = upTo
		return f.frame(encode(wire.FromDesk{Feed: &wire.Feed{UpTo: upTo, Prev: f.prev}}))
	}
	return nil
}

func (f *feed) finish(upTo uint64) error {
	f.buf = append(f.buf, `],"upto":`...)
	f.buf = strconv.AppendUint(f.buf, upTo, 10)
	f.buf = append(f.buf, '}', '}')
	f.n, f.told = 0, upTo
	err := f.frame(f.buf)
	if cap(f.buf) > frameBytes/2 { // an idle link holds no large buffer
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
		return f.unwatch(o.id, a.Conversation)
	}
	if o.ping != nil {
		return f.frame(encode(wire.FromDesk{Pong: &wire.Pong{
			Sent: o.ping.Sent, Clock: wire.At(f.gate.desk.Now()), Head: f.gate.desk.Head(), UpTo: f.upTo(),
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
	for {
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
	err = f.frame(encode(wire.FromDesk{Answer: &wire.Answer{ID: id, Result: encode(t)}}))
	if err != nil || !f.staff.Lean {
		return err
	}
	if now := f.gate.desk.Viewing(f.staff, a.Conversation); len(now.Conversations) > 0 { // not told before
		return f.frame(encode(wire.FromDesk{Viewing: &now}))
	}
	return nil
}

// unwatch ends watch. A lean link hears nothing more of who is there, so what it was
// told is taken back: the client would go on showing it.
func (f *feed) unwatch(id uint64, c wire.ConversationID) error {
	f.staff.Unwatch(c)
	err := f.frame(encode(wire.FromDesk{Answer: &wire.Answer{ID: id, Result: []byte("{}")}}))
	if err != nil || !f.staff.Lean {
		return err
	}
	return f.frame(encode(wire.FromDesk{Viewing: &wire.Viewing{Conversations: []wire.Viewers{{Conversation: c}}}}))
}

// signs passes on who types and who is where: all of it when the feed begins, or when
// the link was too slow to hear of every change.
func (f *feed) signs() error {
	signs, all := f.cursor.Signs()
	var viewing wire.Viewing
	for _, s := range signs {
		sign, hears := f.staff.Sign(s)
		switch {
		case !hears:
		case sign.Typing != nil:
			if err := f.frame(encode(wire.FromDesk{Typing: sign.Typing})); err != nil {
				return err
			}
		default:
			viewing.Conversations = append(viewing.Conversations, *sign.Viewers)
		}
	}
	if !all {
		viewing = f.gate.desk.Viewing(f.staff)
	}
	if !viewing.Whole && len(viewing.Conversations) == 0 {
		return nil
	}
	return f.frame(encode(wire.FromDesk{Viewing: &viewing}))
}

// frame sends a frame. A deadline never covers more than a few kB: a thin link may
// take its time for a large frame, while it takes something.
func (f *feed) frame(b []byte) error {
	if len(b) <= 2*frameBytes {
		_ = f.ws.SetWriteDeadline(time.Now().Add(writeWithin))
		return f.ws.WriteMessage(websocket.TextMessage, b)
	}
	w, err := f.ws.NextWriter(websocket.TextMessage)
	for len(b) > 0 && err == nil {
		n := min(len(b), fragment)
		_ = f.ws.SetWriteDeadline(time.Now().Add(writeWithin))
		_, err = w.Write(b[:n])
		b = b[n:]
	}
	if err != nil {
		return err
	}
	return w.Close()
}
