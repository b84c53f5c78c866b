package inmem_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ventanilla/internal/inmem"
)

func TestBothEndsMayWriteBeforeEitherReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := inmem.Pipe()
		for _, c := range []net.Conn{a, b} {
			if n, err := c.Write(make([]byte, 64<<10)); n != 64<<10 || err != nil {
				t.Fatalf("wrote %d bytes: %v", n, err)
			}
		}
	})
}

func TestEverythingWrittenIsReadInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := inmem.Pipe()
		sent := make([]byte, 1<<20)
		for i := range sent {
			sent[i] = byte(i >> 7)
		}
		var writing sync.WaitGroup
		writing.Go(func() {
			if n, err := a.Write(sent); n != len(sent) || err != nil {
				t.Errorf("wrote %d: %v", n, err)
			}
			_ = a.Close()
		})
		got, err := io.ReadAll(b)
		if err != nil || !bytes.Equal(got, sent) {
			t.Errorf("read %d bytes, %v; not what was written", len(got), err)
		}
		writing.Wait()
	})
}

func TestAWriterWaitsForASlowReaderUntilItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := inmem.Pipe()
		start := time.Now()
		_ = a.SetWriteDeadline(start.Add(5 * time.Second))
		n, err := a.Write(make([]byte, 1<<20))
		if n != 64<<10 || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 5*time.Second {
			t.Errorf("wrote %d in %v: %v; want a full buffer, and to give up after 5 s", n, time.Since(start), err)
		}
	})
}

func TestADeadlineWakesAReaderWhoIsWaitingAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := inmem.Pipe()
		var reading sync.WaitGroup
		reading.Go(func() {
			_, err := a.Read(make([]byte, 1))
			if ne := net.Error(nil); !errors.As(err, &ne) || !ne.Timeout() {
				t.Errorf("reading ended with %v, want a timeout", err)
			}
		})
		synctest.Wait()
		_ = a.SetReadDeadline(time.Unix(1, 0))
		reading.Wait()
		_ = a.SetDeadline(time.Time{})
		_, _ = b.Write([]byte("x"))
		if n, err := a.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("after the deadline was lifted: %d, %v", n, err)
		}
	})
}

func TestClosingEndsBothEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := inmem.Pipe()
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := b.Write(make([]byte, 1<<20)); !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("the other end wrote: %v", err)
			}
		})
		synctest.Wait()
		_ = a.Close()
		all.Wait()
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("the end that closed read: %v", err)
		}
		if _, err := b.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("the other end read: %v", err)
		}
	})
}

func TestHTTPWorksOverIt(t *testing.T) {
	l := inmem.Listen()
	srv := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	})}
	var serving sync.WaitGroup
	serving.Go(func() { _ = srv.Serve(l) })
	web := &http.Client{Transport: &http.Transport{DialContext: l.Dial}}
	for range 3 {
		resp, err := web.Post("http://desk/", "text/plain", bytes.NewReader(make([]byte, 300<<10)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if len(got) != 300<<10 || err != nil {
			t.Fatalf("got %d bytes back: %v", len(got), err)
		}
	}
	web.CloseIdleConnections()
	_ = srv.Close()
	serving.Wait()
	if _, err := l.Dial(t.Context(), "tcp", "desk:80"); !errors.Is(err, net.ErrClosed) {
		t.Errorf("dialling a closed listener: %v", err)
	}
}

func TestDiallingStopsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := inmem.Listen().Dial(ctx, "tcp", "desk:80"); !errors.Is(err, context.Canceled) {
		t.Errorf("dialling ended with %v", err)
	}
}
