package main

import (
	"fmt"
	"slices"
	"time"
)

// spread is what a number of samples say.
type spread struct{ p50, p95, p99 time.Duration }

func spreadOf(samples []time.Duration) spread {
	sorted := slices.Sorted(slices.Values(samples))
	at := func(p float64) time.Duration {
		if len(sorted) == 0 {
			return 0
		}
		return sorted[min(int(p*float64(len(sorted))), len(sorted)-1)]
	}
	return spread{at(0.50), at(0.95), at(0.99)}
}

func (s spread) String() string {
	return fmt.Sprintf("%s / %s / %s ms", millis(s.p50), millis(s.p95), millis(s.p99))
}

func millis(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	if ms < 10 {
		return fmt.Sprintf("%.2f", ms)
	}
	return fmt.Sprintf("%.1f", ms)
}

// median of rates; of an even number the lower one.
func median(rates []float64) float64 {
	sorted := slices.Sorted(slices.Values(rates))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)-1)/2]
}

// perSecond writes a rate the way people read it.
func perSecond(rate float64) string { return grouped(int64(rate+0.5)) + "/s" }

// grouped writes a number with commas.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// kilobytes writes bytes as kB.
func kilobytes(n int64) string { return fmt.Sprintf("%.1f kB", float64(n)/1000) }

// counted writes how many there are of something.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return grouped(int64(n)) + " " + what + "s"
}

// bytesOf writes bytes as they are.
func bytesOf(n int64) string { return grouped(n) + " B" }
