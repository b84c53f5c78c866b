package mirror_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"testing"

	"ventanilla/client/mirror"
	"ventanilla/client/wire"
)

// crowd returns a mirror with n unassigned conversations, decoded from JSON as
// the link does it, so that their strings weigh what they weigh in life.
func crowd(b *testing.B, n int) *mirror.Mirror {
	b.Helper()
	m := mirror.New()
	m.Welcome(welcome(false))
	for i, number := 0, 1; i < n; number++ {
		part := wire.Snapshot{Seq: 1, Part: number}
		for range min(200, n-i) {
			s := summary(wire.ConversationID(fmt.Sprintf("c%09d", i)), "", wire.Millis(1+i*7919%n))
			s.Customer, s.Lang, s.Created = fmt.Sprintf("Rosa Pérez %d", i), "es-AR", wire.Millis(i+1)
			s.Last = wire.Preview{By: wire.ByCustomer, At: 1, Seq: 1,
				Text: "hola moni, este mes voy a pagarte la cuota más tarde, se puede? desde ya gracias"}
			part.Conversations = append(part.Conversations, s)
			i++
		}
		part.Last = i == n
		m.Snapshot(reread(b, part))
	}
	return m
}

func reread(b *testing.B, s wire.Snapshot) wire.Snapshot {
	b.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		b.Fatal(err)
	}
	var again wire.Snapshot
	if err := json.Unmarshal(data, &again); err != nil {
		b.Fatal(err)
	}
	return again
}

// BenchmarkRowMove lets a row of a long queue travel between its ends, the
// farthest it can, in both orders.
func BenchmarkRowMove(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := crowd(b, n)
			b.ReportAllocs()
			seq := uint64(1)
			for b.Loop() {
				p := wire.High
				if seq%2 == 0 {
					p = wire.Low
				}
				r := wire.Record{Seq: seq + 1, Prev: seq, At: 1, Event: wire.Prioritised{Conversation: "c000000500", Priority: p}}
				seq++
				if err := m.Feed(wire.Feed{Records: []wire.Record{r}, UpTo: seq}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFeed applies 256 messages to conversations all over a queue.
func BenchmarkFeed(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := crowd(b, n)
			b.ReportAllocs()
			seq, f := uint64(1), wire.Feed{Records: make([]wire.Record, 256)}
			for b.Loop() {
				for i := range f.Records {
					by := wire.ByCustomer
					if seq/256%2 == 0 {
						by = wire.ByAgent
					}
					id := wire.ConversationID(fmt.Sprintf("c%09d", (int(seq)*31)%n))
					f.Records[i] = wire.Record{Seq: seq + 1, Prev: seq, At: wire.Millis(seq), Event: wire.Said{Conversation: id, By: by, Text: "¿hola?"}}
					seq++
				}
				f.UpTo = seq
				if err := m.Feed(f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkMemory reports what a mirror of n conversations keeps alive.
func BenchmarkMemory(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				m := crowd(b, n)
				runtime.GC()
				runtime.ReadMemStats(&after)
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/conversation")
				runtime.KeepAlive(m)
			}
		})
	}
}

// BenchmarkSnapshotSwap is the last part of a snapshot: sorting everything.
func BenchmarkSnapshotSwap(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				m := crowd(b, n)
				w := welcome(false)
				w.You.ID = "leo" // another person: everything is sorted again
				b.StartTimer()
				m.Welcome(w)
			}
		})
	}
}
