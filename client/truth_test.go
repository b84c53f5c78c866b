package client_test

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"ventanilla/client"
	"ventanilla/client/clienttest"
	"ventanilla/client/wire"
)

// The desk's feed may lag this much behind its log while the link is called live.
const allowedLag = 62500 * time.Millisecond

// witness looks at what a client says of itself at every instant.
type witness struct {
	x          *terminal
	d          *clienttest.Desk
	activeFrom time.Time // the keys have been pressed without a pause since then
	lastKey    time.Time
}

func (w *witness) key() {
	now := time.Now()
	if now.Sub(w.lastKey) >= time.Minute {
		w.activeFrom = now
	}
	w.lastKey = now
	w.x.Active()
}

// look returns what is wrong with being called live now.
func (w *witness) look() string {
	synctest.Wait()
	w.x.mu.Lock()
	live, at := w.x.state() == client.Live, w.x.mirror.At().Seq
	w.x.mu.Unlock()
	if !live {
		return ""
	}
	now := time.Now()
	limit := allowedLag
	// Who comes back from a pause asks first, and is answered or not within two seconds.
	if now.Sub(w.lastKey) < time.Minute && now.Sub(w.activeFrom) > 2*time.Second {
		limit = 25 * time.Second
	}
	if age := now.Sub(w.x.Heard()); age > limit {
		return fmt.Sprintf("live, and nothing was heard for %v of %v", age, limit)
	}
	for _, r := range w.d.Log() {
		if r.Event != nil && r.Seq > at && now.Sub(r.At.Time()) > allowedLag {
			return fmt.Sprintf("live at %d, and record %d is %v old", at, r.Seq, now.Sub(r.At.Time()))
		}
	}
	return ""
}

// act is one thing that happens, and how long nothing else does.
type act struct {
	name  string
	quiet int // half seconds
}

// acts are what may happen to a link.
func (w *witness) acts() map[string]func() {
	x, d := w.x, w.d
	return map[string]func(){
		"key": w.key, "command": func() { x.Do(reply("hola")) }, "resync": x.Resync,
		"record": func() { d.Record(said("a", "x")) }, "unseen": func() { d.Unseen(3) },
		"cut": d.Cut, "slow": func() { d.Close(wire.CloseSlow) }, "mute": func() { d.Mute(1) },
		"silence": func() { d.Silence(true) }, "speech": func() { d.Silence(false) },
		"refuse": func() { d.Refuse(503, "3") }, "admit": func() { d.Refuse(0, "") },
		"stuck": func() {
			d.Send(wire.FromDesk{Pong: &wire.Pong{Clock: wire.At(time.Now()), Head: uint64(len(d.Log())) + 1}})
		},
	}
}

// play lets a plan happen and returns what was untrue.
func play(t *testing.T, batch int, plan []act) (wrong string) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, clienttest.Config{Conversations: oneConversation.Conversations, Batch: batch})
		w := &witness{x: start(t, d), d: d}
		acts := w.acts()
		for _, a := range plan {
			acts[a.name]()
			for range a.quiet {
				time.Sleep(500 * time.Millisecond)
				if wrong = w.look(); wrong != "" {
					return
				}
			}
		}
	})
	return wrong
}

func TestLiveIsNeverSaidOfWhatIsNot(t *testing.T) {
	names := slices.Sorted(maps.Keys(new(witness{x: new(terminal), d: new(clienttest.Desk)}).acts()))
	rapid.Check(t, func(rt *rapid.T) {
		step := rapid.Custom(func(rt *rapid.T) act {
			return act{rapid.SampledFrom(names).Draw(rt, "act"), rapid.IntRange(0, 160).Draw(rt, "quiet")}
		})
		plan := rapid.SliceOfN(step, 1, 12).Draw(rt, "plan")
		if wrong := play(t, rapid.SampledFrom([]int{0, 1, 3}).Draw(rt, "batch"), plan); wrong != "" {
			rt.Fatal(wrong)
		}
	})
}

// thin is a connection of two kilobytes a second each way.
type thin struct{ net.Conn }

const atOnce = 100 // bytes, each twentieth of a second

func (c thin) Read(b []byte) (int, error) {
	time.Sleep(50 * time.Millisecond)
	return c.Conn.Read(b[:min(len(b), atOnce)])
}

func (c thin) Write(b []byte) (int, error) {
	for at := 0; at < len(b); at += atOnce {
		time.Sleep(50 * time.Millisecond)
		if n, err := c.Conn.Write(b[at:min(at+atOnce, len(b))]); err != nil {
			return at + n, err
		}
	}
	return len(b), nil
}

func narrow(cfg *client.Config) {
	dial := cfg.Dial
	cfg.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		return thin{conn}, err
	}
}

func TestAThinLinkComesUpAndStaysUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var many []wire.Summary
		for i := range 600 {
			s := conversation(wire.ConversationID(fmt.Sprint("c", i)))
			s.Last.Text = strings.Repeat("x", 80)
			many = append(many, s)
		}
		d := clienttest.New(t, clienttest.Config{Conversations: append(many, conversation("a"))})
		x := start(t, d, narrow)
		begin := time.Now()
		x.until(t, "the greeting", func() bool { return len(of[client.Welcomed](x.events)) == 1 })
		x.Active()
		x.Do(reply("mientras tanto"))
		x.untilLive(t)
		if took := time.Since(begin); took < time.Minute {
			t.Errorf("live after %v: this link was not thin", took)
		}
		x.untilSettled(t, 1)
		long := strings.Repeat("ñ", 7000)
		for range 6 {
			x.Active()
			x.Do(reply(long))
		}
		x.untilSettled(t, 7)
		time.Sleep(10 * time.Minute)
		if n := len(d.Hellos()); n != 1 {
			for _, l := range seen[client.LinkChanged](x) {
				if l.State == client.Down {
					t.Log(l.Err)
				}
			}
			t.Errorf("%d links, want the first to hold", n)
		}
		if got := replies(d); len(got) != 7 || got[6] != long {
			t.Errorf("%d replies in the log, want 7, each once", len(got))
		}
	})
}

func TestALongReplyOverADeadLinkIsNoticedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := clienttest.New(t, oneConversation)
		x := start(t, d)
		x.untilLive(t)
		time.Sleep(10 * time.Minute)
		d.Silence(true)
		begin := time.Now()
		x.Do(reply(strings.Repeat("ñ", 7000)))
		x.until(t, "the link down", func() bool { return x.state() != client.Live })
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("noticed after %v", took)
		}
	})
}
