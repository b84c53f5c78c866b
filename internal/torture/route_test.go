package torture

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// route is what lies between a process of clients and the desk: a proxy that
// hurts bytes and, for some connections, one that hurts frames.
type route struct {
	bytes  *toxiproxy.Proxy
	frames *meddler

	mu   sync.Mutex
	cuts int // that last

	// busy is held while bytes are hurt: the proxy does not stand several such faults
	// that come and go in any order.
	busy sync.Mutex
}

func newRoute(t *testing.T, desk string) *route {
	t.Helper()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	r := &route{bytes: toxiproxy.NewProxy(server, "bytes", "127.0.0.1:0", desk), frames: newMeddler(t, desk)}
	if err := r.bytes.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.bytes.Stop)
	return r
}

// hurt does what a fault says and takes it back after a while.
func (r *route) hurt(ctx context.Context, f fault) error {
	switch f.kind {
	case cut:
		r.cut()
		rest(ctx, f.lasts)
		return r.mend()
	case reset:
		return r.toxics(ctx, f, `{"type":"reset_peer","stream":"downstream","attributes":{"timeout":0}}`)
	case halfOpen:
		return r.toxics(ctx, f,
			`{"type":"timeout","stream":"downstream","attributes":{"timeout":0}}`,
			`{"type":"timeout","stream":"upstream","attributes":{"timeout":0}}`)
	case delay:
		return r.toxics(ctx, f,
			`{"type":"latency","stream":"downstream","attributes":{"latency":600,"jitter":300}}`,
			`{"type":"latency","stream":"upstream","attributes":{"latency":600,"jitter":300}}`)
	case thin:
		return r.toxics(ctx, f,
			`{"type":"bandwidth","stream":"downstream","attributes":{"rate":2}}`,
			`{"type":"bandwidth","stream":"upstream","attributes":{"rate":2}}`)
	case torn:
		return r.toxics(ctx, f,
			fmt.Sprintf(`{"type":"limit_data","stream":"downstream","attributes":{"bytes":%d}}`, 1+f.dice%4000),
			fmt.Sprintf(`{"type":"limit_data","stream":"upstream","attributes":{"bytes":%d}}`, 1+f.dice/7%1500))
	case crumbs:
		return r.toxics(ctx, f, `{"type":"slicer","stream":"downstream","attributes":{"average_size":23,"size_variation":11,"delay":300}}`)
	case copies:
		r.frames.meddle(true)
		rest(ctx, f.lasts)
		r.frames.meddle(false)
	}
	return nil
}

// cut ends every connection and lets nobody dial until it is mended as often.
func (r *route) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cuts++; r.cuts == 1 {
		r.bytes.Stop()
	}
	r.frames.drop()
}

func (r *route) mend() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cuts--; r.cuts > 0 {
		return nil
	}
	return r.bytes.Start()
}

// toxics adds toxics and removes them. What has lost bytes ends with the
// connections: no network goes on in the middle of what it dropped.
func (r *route) toxics(ctx context.Context, f fault, specs ...string) error {
	r.busy.Lock()
	defer r.busy.Unlock()
	for i, spec := range specs {
		named := fmt.Sprintf(`{"name":"%x-%d",`, f.dice, i) + strings.TrimPrefix(spec, "{")
		if _, err := r.bytes.Toxics.AddToxicJson(strings.NewReader(named)); err != nil {
			return fmt.Errorf("%s: %w", f.kind, err)
		}
	}
	rest(ctx, f.lasts)
	if f.kind == halfOpen || f.kind == torn || f.kind == reset {
		r.cut()
		defer func() { _ = r.mend() }()
	}
	for i := range specs {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		err := r.bytes.Toxics.RemoveToxic(ctx, fmt.Sprintf("%x-%d", f.dice, i))
		cancel()
		if err != nil {
			return fmt.Errorf("ending %s: %w", f.kind, err)
		}
	}
	return nil
}
