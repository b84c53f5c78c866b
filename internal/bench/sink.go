package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// sink is a number of reading sockets. It counts the messages that came to all of
// them together and notes when a number was reached.
type sink struct {
	count  atomic.Int64
	target atomic.Int64
	hit    chan time.Time
	mu     sync.Mutex
	conns  []net.Conn
	all    sync.WaitGroup
}

func newSink() *sink { return &sink{hit: make(chan time.Time, 1)} }

// add lets the sink read a socket from now on.
func (s *sink) add(r *bufio.Reader, conn net.Conn) {
	s.mu.Lock()
	s.conns = append(s.conns, conn)
	s.mu.Unlock()
	s.all.Go(func() {
		buf := make([]byte, 8<<10)
		for {
			n, err := r.Read(buf)
			if err != nil {
				return
			}
			if found := bytes.Count(buf[:n], marker); found > 0 {
				s.note(int64(found))
			}
		}
	})
}

func (s *sink) note(found int64) {
	total := s.count.Add(found)
	if t := s.target.Load(); t > 0 && total >= t && s.target.CompareAndSwap(t, 0) {
		s.hit <- time.Now()
	}
}

// expect is called before what causes n more deliveries.
func (s *sink) expect(n int) { s.target.Store(s.count.Load() + int64(n)) }

// wait returns when what was expected had come.
func (s *sink) wait(ctx context.Context) (time.Time, error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case at := <-s.hit:
		return at, nil
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	case <-timer.C:
		return time.Time{}, fmt.Errorf("%w: %d of %d deliveries", errPatience, s.count.Load(), s.target.Load())
	}
}

func (s *sink) close() {
	for _, c := range s.conns {
		_ = c.Close()
	}
	s.all.Wait()
}

// follow adds n reading clients of a process to the sink, each ready for what comes.
func (s *sink) follow(ctx context.Context, p *process, n int) error {
	return each(n, func(i int) error {
		r, conn, err := p.reader(ctx, i, nil, "")
		if err == nil {
			s.add(r, conn)
		}
		return err
	})
}

// each runs fn for 0 to n-1, some at a time, and returns the first error.
func each(n int, fn func(i int) error) error {
	var wait sync.WaitGroup
	errs := make([]error, n)
	slots := make(chan struct{}, 32)
	for i := range n {
		slots <- struct{}{}
		wait.Go(func() {
			errs[i] = fn(i)
			<-slots
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
