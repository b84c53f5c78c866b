package quota

import (
	"testing"
	"time"
)

func TestABucketFillsAgain(t *testing.T) {
	var b Bucket
	r, now := Rate{PerSecond: 2, Burst: 3}, time.Unix(1000, 0)
	for range 3 {
		if wait := b.Take(r, 1, now); wait != 0 {
			t.Fatalf("within the burst: wait %v", wait)
		}
	}
	wait := b.Take(r, 1, now)
	if wait != time.Second/2 {
		t.Fatalf("past the burst: wait %v, want half a second", wait)
	}
	if again := b.Take(r, 1, now.Add(wait)); again != 0 {
		t.Fatalf("after waiting: wait %v more", again)
	}
	if wait := b.Take(r, 100, now.Add(time.Hour)); wait != 0 {
		t.Fatalf("what is larger than the burst never passes: %v", wait)
	}
	if wait := b.Take(Unlimited, 1e9, now); wait != 0 {
		t.Fatalf("without a limit: wait %v", wait)
	}
}

func TestOneCannotUseUpAnothersQuota(t *testing.T) {
	q, now := New[string](Rate{PerSecond: 1, Burst: 2}, Rate{PerSecond: 10, Burst: 100}), time.Unix(1000, 0)
	for q.Take("a", 10, now) == 0 {
	}
	if wait := q.Take("b", 10, now); wait != 0 {
		t.Fatalf("b waits %v for what a did", wait)
	}
	if wait := q.Take("c", 99, now); wait != 0 {
		t.Fatalf("c waits %v", wait)
	}
	if wait := q.Take("c", 99, now); wait == 0 {
		t.Fatal("the size does not count")
	}
}

// A flood from many places must not fill the memory, nor free who is limited now.
func TestTheMemoryIsBounded(t *testing.T) {
	q, now := New[int](Rate{PerSecond: 1, Burst: 1}, Unlimited), time.Unix(1000, 0)
	for i := range 2 * most {
		q.Take(i, 0, now)
	}
	if len(q.m) > most {
		t.Fatalf("%d are kept", len(q.m))
	}
}
