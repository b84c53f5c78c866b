//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// filesNeeded is for 1,000 clients of each of two processes, with room.
const filesNeeded = 4096

// enoughFiles refuses to start what would fail half-way.
func enoughFiles() error {
	var have syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &have); err != nil {
		return err
	}
	if have.Cur < filesNeeded {
		return fmt.Errorf("%d files may be open, %d are needed: ulimit -n %d", have.Cur, filesNeeded, filesNeeded)
	}
	return nil
}

// processorTime is what this process has used.
func processorTime() time.Duration { return usage(syscall.RUSAGE_SELF) }

// familyTime is what this process and the children it has waited for have used.
func familyTime() time.Duration { return usage(syscall.RUSAGE_SELF) + usage(syscall.RUSAGE_CHILDREN) }

func usage(who int) time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(who, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// busyTime is what all processes of the machine have used.
func busyTime() time.Duration {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	var ticks int64
	for i, field := range strings.Fields(string(line)) {
		if i == 0 || i == 4 || i == 5 || i > 8 { // the name, idle and waiting, guests
			continue
		}
		n, _ := strconv.ParseInt(field, 10, 64)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

func residentSet() int64 {
	b, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmRSS:" {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			return n << 10
		}
	}
	return 0
}
