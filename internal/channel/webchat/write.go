package webchat

import (
	"context"
	"errors"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"

	"github.com/gorilla/websocket"
)

// offer hands a frame to the writer. A page that does not take its answers is
// told and closed; it resumes.
func (k *conn) offer(f chatwire.FromDesk) {
	select {
	case k.out <- &f:
	default:
		k.end(closing{wire.CloseSlow, "answers are not taken"})
	}
}

// write is the writer's goroutine: answers and the feed, then the goodbye.
func (k *conn) write(ctx context.Context, feed Feed) {
	err := k.writeAll(ctx, feed)
	k.end(err)
	k.goodbye(ctx)
}

func (k *conn) writeAll(ctx context.Context, feed Feed) error {
	if err := k.sendAnswers(); err != nil { // the welcome goes first
		return err
	}
	for {
		woken := feed.Woken()
		frames, err := feed.Next(ctx)
		if err != nil {
			return k.trouble("following", err)
		}
		for _, f := range frames {
			if err := k.send(f); err != nil {
				return err
			}
		}
		if len(frames) > 0 {
			woken = nil // there may be more: look again once the answers are out
			if err := k.sendAnswers(); err != nil {
				return err
			}
			if ctx.Err() == nil {
				continue
			}
		}
		select {
		case f := <-k.out:
			if err := k.send(*f); err != nil {
				return err
			}
		case <-woken:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (k *conn) sendAnswers() error {
	for {
		select {
		case f := <-k.out:
			if err := k.send(*f); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

func (k *conn) send(f chatwire.FromDesk) error {
	if f.Lines != nil && len(f.Lines.Lines) > 0 {
		lines := *f.Lines
		lines.Prev, k.sent = k.sent, lines.Lines[len(lines.Lines)-1].Seq
		f.Lines = &lines
	}
	_ = k.ws.SetWriteDeadline(time.Now().Add(writeTime))
	return k.ws.WriteJSON(f)
}

// goodbye sends what was already answered and says why the connection ends.
func (k *conn) goodbye(ctx context.Context) {
	var why closing
	if !errors.As(context.Cause(ctx), &why) {
		why = closing{websocket.CloseNormalClosure, ""}
	}
	if k.sendAnswers() != nil {
		return // the socket is gone
	}
	bye := websocket.FormatCloseMessage(why.code, why.text)
	_ = k.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(lingerTime))
}
