package main

import (
	"os"
	"runtime"
	"strings"
	"time"
)

// machine is where and when a run took place.
type machine struct {
	at   time.Time
	load string // of the last 1, 5 and 15 minutes
	busy time.Duration
	own  time.Duration
}

func machineNow() machine {
	m := machine{at: time.Now(), load: "unknown", busy: busyTime(), own: familyTime()}
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		if f := strings.Fields(string(b)); len(f) > 3 {
			m.load = strings.Join(f[:3], " ")
		}
	}
	return m
}

// others is how much of the machine others took between two moments, 0 to 1;
// negative when the system does not say.
func others(before, after machine) float64 {
	if after.busy == 0 {
		return -1
	}
	foreign := (after.busy - before.busy) - (after.own - before.own)
	return max(0, foreign.Seconds()) / (after.at.Sub(before.at).Seconds() * float64(runtime.NumCPU()))
}

// processor names the kind of processor.
func processor() string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(b)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
