package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

// missedOne is how many records one client missed, missedAll how many each of a
// thousand did.
const (
	missedOne = 10_000
	missedAll = 20
	crowd     = 1000
)

// resume measures a client that comes back after 10,000 records: from dialling until
// all were decoded and checked, in order and without a hole.
func (b *bench) resume(ctx context.Context) error {
	bare, ours, err := b.pair(ctx)
	if err != nil {
		return err
	}
	defer bare.stop()
	defer ours.stop()
	var at [2]wire.Welcome
	for i, p := range []*process{bare, ours} {
		from, err := p.senders(ctx, 100)
		defer hangUp(from)
		if err != nil {
			return err
		}
		if at[i], err = p.stand(ctx); err != nil {
			return err
		}
		for range missedOne / len(from) / 25 {
			if err := together(from, func(s *sender) error { return s.burst(25) }); err != nil {
				return fmt.Errorf("writing what is missed: %w", err)
			}
		}
	}
	var took [2][]time.Duration
	var bytes int64
	for range 5 {
		for i, p := range []*process{bare, ours} {
			began := time.Now()
			n, err := p.takeMissed(ctx, at[i], missedOne)
			if err != nil {
				return fmt.Errorf("%s: %w", p.kind, err)
			}
			took[i] = append(took[i], time.Since(began))
			bytes = n
		}
	}
	b.report.latency(fmt.Sprintf("resume with %s missed records, decoded and checked", grouped(missedOne)), spreadOf(took[0]), spreadOf(took[1]), "≤ 250 ms to the screen")
	b.report.note("what a resume of %s records sends: %s, %d B a record", grouped(missedOne), kilobytes(bytes), bytes/missedOne)
	return nil
}

// stand returns where a client that is up to date stands: welcome's epoch and rights,
// and as Head the seq to resume from.
func (p *process) stand(ctx context.Context) (wire.Welcome, error) {
	if p.kind == "bare" {
		return wire.Welcome{}, nil // from the first record
	}
	ws, err := p.greeted(ctx, nil, "")
	if err != nil {
		return wire.Welcome{}, err
	}
	defer ws.Close()
	var w wire.Welcome
	for {
		var f wire.FromDesk
		if err := ws.ReadJSON(&f); err != nil {
			return w, err
		}
		switch {
		case f.Welcome != nil:
			w = *f.Welcome
		case f.Snapshot != nil && f.Snapshot.Last:
			w.Head = f.Snapshot.Seq
			return w, nil
		}
	}
}

// greeted opens a reading client's socket with the library and says hello.
func (p *process) greeted(ctx context.Context, at *wire.Position, rights string) (*websocket.Conn, error) {
	dialer := websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{wire.Subprotocol}}
	if p.kind == "bare" {
		dialer.Subprotocols = nil
		ws, _, err := dialer.DialContext(ctx, fmt.Sprintf("ws://%s/follow?after=0", p.addr), nil)
		return ws, err
	}
	header := http.Header{"Authorization": {"Bearer " + token(staff(p.kind)-1)}}
	ws, _, err := dialer.DialContext(ctx, "ws://"+p.addr+wire.Path, header)
	if err != nil {
		return nil, err
	}
	hello := wire.Hello{Version: wire.Version, Device: "bench-device", Lane: "bench-lane", Locale: "es-AR", At: at, Rights: rights}
	return ws, ws.WriteJSON(wire.FromClient{Hello: &hello})
}

// takeMissed resumes and takes n messages as a real client would.
func (p *process) takeMissed(ctx context.Context, from wire.Welcome, n int) (bytes int64, err error) {
	at := wire.Position{Epoch: from.Epoch, Seq: from.Head}
	ws, err := p.greeted(ctx, &at, from.Rights)
	if err != nil {
		return 0, err
	}
	defer ws.Close()
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	take := takeBare
	if p.kind != "bare" {
		take = takeOurs(at)
	}
	for got := 0; got < n; {
		_, frame, err := ws.ReadMessage()
		if err != nil {
			return 0, err
		}
		said, err := take(frame)
		if err != nil {
			return 0, err
		}
		got += said
		bytes += int64(len(frame))
	}
	return bytes, nil
}

// takeBare decodes a frame of the bare program into typed records.
func takeBare(frame []byte) (int, error) {
	var records []wire.Record
	err := json.Unmarshal(frame, &records)
	for _, r := range records {
		if r.Prev != r.Seq-1 {
			return 0, mirror.ErrGap
		}
	}
	return len(records), err
}

// takeOurs decodes frames and keeps the cursor's rules, and counts messages.
func takeOurs(at wire.Position) func([]byte) (int, error) {
	var c mirror.Cursor
	return func(frame []byte) (int, error) {
		var f wire.FromDesk
		if err := json.Unmarshal(frame, &f); err != nil {
			return 0, err
		}
		if f.Welcome != nil {
			if !f.Welcome.Resumed {
				return 0, errors.New("the desk did not resume")
			}
			// A cursor gets its position from a snapshot; this one had it in another life.
			before := *f.Welcome
			before.Resumed = false
			err := errors.Join(c.Welcome(before), second(c.Snapshot(wire.Snapshot{Seq: at.Seq, Part: 1, Last: true})), c.Welcome(*f.Welcome))
			return 0, err
		}
		if f.Feed == nil {
			return 0, nil
		}
		records, err := c.Feed(*f.Feed)
		said := 0
		for _, r := range records {
			if _, ok := r.Event.(wire.Said); ok {
				said++
			}
		}
		return said, err
	}
}

func second(_ bool, err error) error { return err }

// storm measures a restart: the process is killed, another starts on its data, and a
// thousand clients come back at once, each with 20 records missed.
func (b *bench) storm(ctx context.Context) error {
	bare, ours, err := b.pair(ctx)
	if err != nil {
		return err
	}
	defer func() { bare.stop(); ours.stop() }()
	var took [2][]time.Duration
	for turn := range 2 {
		for i, p := range []**process{&bare, &ours} {
			d, err := stormOn(ctx, p, turn)
			if err != nil {
				return fmt.Errorf("%s: %w", (*p).kind, err)
			}
			took[i] = append(took[i], d)
		}
	}
	b.report.duration(fmt.Sprintf("%s clients resume %d records each after kill -9", grouped(crowd), missedAll), spreadOf(took[0]).p50, spreadOf(took[1]).p50, "≤ 1 s for all")
	return nil
}

// stormOn is one turn. The bare log holds nothing else, so its seqs are known.
func stormOn(ctx context.Context, p **process, turn int) (time.Duration, error) {
	before := newSink()
	if err := before.follow(ctx, *p, crowd); err != nil {
		before.close()
		return 0, err
	}
	from, err := (*p).sender(ctx)
	if err != nil {
		before.close()
		return 0, err
	}
	at, err := (*p).stand(ctx)
	if err != nil {
		before.close()
		return 0, err
	}
	if (*p).kind == "bare" {
		at.Head = uint64(turn * missedAll)
	}
	before.expect(crowd * missedAll)
	err = from.burst(missedAll)
	if err == nil {
		_, err = before.wait(ctx)
	}
	hangUp([]*sender{from})
	before.close()
	if err != nil {
		return 0, err
	}
	if *p, err = (*p).again(ctx); err != nil {
		return 0, err
	}
	return comeBack(ctx, *p, at)
}

// comeBack dials with all clients at once and returns when the last is level.
func comeBack(ctx context.Context, p *process, from wire.Welcome) (time.Duration, error) {
	at := wire.Position{Epoch: from.Epoch, Seq: from.Head}
	to := newSink()
	defer to.close()
	to.expect(crowd * missedAll)
	errs := make(chan error, crowd)
	var wait sync.WaitGroup
	began := time.Now()
	for i := range crowd {
		wait.Go(func() {
			var r *bufio.Reader
			r, conn, err := p.reader(ctx, i, &at, from.Rights)
			if err == nil {
				to.add(r, conn)
			}
			errs <- err
		})
	}
	wait.Wait()
	for range crowd {
		if err := <-errs; err != nil {
			return 0, err
		}
	}
	done, err := to.wait(ctx)
	return done.Sub(began), err
}
