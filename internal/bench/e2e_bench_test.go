package main

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"
)

// TestMain lets a benchmark start this program again as the process under test.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && (os.Args[1] == "child" || os.Args[1] == "backup") {
		if err := role(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", os.Args[1], err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func deskUnderTest(b *testing.B) (context.Context, *process) {
	b.Helper()
	if err := enoughFiles(); err != nil {
		b.Skip(err)
	}
	ctx, cancel := context.WithTimeout(b.Context(), wholeRun)
	p, err := launch(ctx, "desk", b.TempDir(), "")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { p.stop(); cancel() })
	return ctx, p
}

func readersOf(ctx context.Context, b *testing.B, p *process, n int) *sink {
	b.Helper()
	to := newSink()
	b.Cleanup(to.close)
	if err := to.follow(ctx, p, n); err != nil {
		b.Fatal(err)
	}
	return to
}

// fresh replaces customers before the desk takes them for a flood.
func fresh(ctx context.Context, b *testing.B, p *process, old []*sender, n int) []*sender {
	b.Helper()
	hangUp(old)
	all, err := p.senders(ctx, n)
	if err != nil {
		b.Fatal(err)
	}
	return all
}

const perCustomer = 100

func BenchmarkMessageToSockets(b *testing.B) {
	for _, readers := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprintf("readers=%d", readers), func(b *testing.B) {
			ctx, p := deskUnderTest(b)
			to := readersOf(ctx, b, p, readers)
			var from []*sender
			defer func() { hangUp(from) }()
			var got timed
			for i := 0; b.Loop(); i++ {
				if i%perCustomer == 0 {
					b.StopTimer()
					from = fresh(ctx, b, p, from, 1)
					b.StartTimer()
				}
				if err := got.say(ctx, from[0], to, readers, 1); err != nil {
					b.Fatal(err)
				}
			}
			s := spreadOf(got.delivered)
			b.ReportMetric(float64(s.p50.Microseconds()), "p50-µs")
			b.ReportMetric(float64(s.p99.Microseconds()), "p99-µs")
		})
	}
}

func BenchmarkDurableMessages(b *testing.B) {
	for _, senders := range []int{1, 16, 100} {
		b.Run(fmt.Sprintf("senders=%d", senders), func(b *testing.B) {
			ctx, p := deskUnderTest(b)
			readersOf(ctx, b, p, followers)
			var from []*sender
			defer func() { hangUp(from) }()
			var spent time.Duration
			for i := 0; b.Loop(); i++ {
				if i%perCustomer == 0 {
					b.StopTimer()
					from = fresh(ctx, b, p, from, senders)
					b.StartTimer()
				}
				began := time.Now()
				if err := together(from, (*sender).say); err != nil {
					b.Fatal(err)
				}
				spent += time.Since(began)
			}
			b.ReportMetric(float64(senders*b.N)/spent.Seconds(), "messages/s")
		})
	}
}

func BenchmarkFeed(b *testing.B) {
	for _, readers := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprintf("readers=%d", readers), func(b *testing.B) {
			ctx, p := deskUnderTest(b)
			to := readersOf(ctx, b, p, readers)
			const senders, each = 100, 10
			var from []*sender
			defer func() { hangUp(from) }()
			var rates []float64
			for i := 0; b.Loop(); i++ {
				if i%(perCustomer/each) == 0 {
					b.StopTimer()
					from = fresh(ctx, b, p, from, senders)
					b.StartTimer()
				}
				rate, err := delivered(ctx, to, senders*each*readers, func() error {
					return together(from, func(s *sender) error { return s.burst(each) })
				})
				if err != nil {
					b.Fatal(err)
				}
				rates = append(rates, rate)
			}
			b.ReportMetric(median(rates), "records/s")
		})
	}
}

func BenchmarkMemoryPerConnection(b *testing.B) {
	if err := enoughFiles(); err != nil {
		b.Skip(err)
	}
	run := newBench(b.TempDir(), "")
	for _, kind := range []struct {
		name string
		dial idler
	}{{"staff", idleStaff}, {"customer", idleCustomer}} {
		b.Run(kind.name, func(b *testing.B) {
			var a answer
			for b.Loop() {
				var err error
				if a, err = memoryOf(b.Context(), run, "desk", kind.name, kind.dial); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(a.Heap+a.Stack), "B/connection")
		})
	}
}
