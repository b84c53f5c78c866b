package main

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// alone adds a figure that has no bare counterpart.
func (r *report) alone(what, ours, target string) { r.add(what, "–", ours, 0, target) }

const method = `<!-- Written by make bench (internal/bench). Run it again instead of editing. -->

# Performance

What a whole desk does, measured from end to end over loopback sockets, beside **bare** programs that do the least that could do the same.
Both ran in this one run, in turns. The ratios are what counts; the figures are this machine's, on this day.

`

const explained = `
## How to read it

- **bare** is in ` + "`internal/bench/bare.go`" + `: gorilla/websocket, one SQLite table, one writer that commits what has queued up with
  ` + "`synchronous=FULL`" + `, a queue and a writing goroutine per socket. It has no rights, no rules, no numbered commands, no state, no search
  index, no audit. The desk has all of these in every figure.
- A message has 80 characters. "Sockets of N clients" is the time from writing the frame until the last of the N sockets has the whole record.
- Durable messages come from customers who each wait for the answer before the next one; ten staff clients follow.
- "Records to N readers" is when there is more to send than the readers take. The bare program makes records out of nothing; the desk's
  come from a hundred customers and are on its disk. With few readers that disk is the limit, so those ratios say little about sending.
- Memory is what the heap and the stacks of the server grow by for each idle connection, after it has pinged once, over plain TCP on loopback.
- Start, message and key on the terminal go through a pseudo terminal of 120 by 40; the bare counterpart is a Go program that prints.
- **Bytes** are what passes on a cable between the workstation and the desk: everything above TCP, the upgrade and the websocket's headers too.
  TLS adds about 4 kB to each new link and 22 B to a frame. An inbox has 50 conversations, 8 of them one's own; the desk has 10 accounts, or 340
  where it says so. Each message is alone in its frame; messages that come together share one.
- **A reply** goes over a cable that is 100 ms there and back, so that the line is painted before the answer comes. "Enter → stands in the conversation"
  includes the sealed outbox on the agent's disk; "the desk's answer → tick" begins when the outcome leaves the cable.
- What a text costs the goroutine that draws is one call: the reply at enter, the draft at most once a second while somebody types. Letters wait for no disk.
- **A cut** here refuses connections, so nobody has to find out that the link is gone: what detection takes (2.5 beats, or 5 s with a command on its way)
  is not in these figures. Clients wait between attempts, at random: 2 s at most while somebody is at the keys or something waits to be sent,
  up to 30 s else. A machine that sees its own network come back tries at once. 50 clients each; "the attempt that gets through" is dial, greeting
  and all that was missed.
- **A restart**: the desk is killed, or stopped in its own time, and another starts on its data; all agents' clients run in the measuring process.
- **Backups** are made by a process of their own, as ` + "`ventanilla backup`" + ` does, one after the other, which no operator would. With two processors it takes
  its share of them.
- **A thin link** is a proxy of 2 kB/s each way and 300 ms each way. It loses nothing: losing packets needs a network of the kernel's, which
  ` + "`go test -tags netns ./internal/linkfault`" + ` makes.
- ` + "`go run ./internal/bench -only cut,thin`" + ` measures single parts and writes no file.
- The server, its customers and its readers share this machine's processors.

The targets come from what these floors and the closest comparable desks did when the design was made.
`

// page is the document.
func (r *report) page() string {
	var b strings.Builder
	b.WriteString(method)
	fmt.Fprintf(&b, "- machine: %d processors, %s, %s/%s, %s\n", runtime.NumCPU(), processor(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	fmt.Fprintf(&b, "- date: %s, %.0f s\n", r.before.at.UTC().Format("2006-01-02 15:04 MST"), r.after.at.Sub(r.before.at).Seconds())
	fmt.Fprintf(&b, "- load average (1, 5, 15 minutes) before: %s; after: %s\n", r.before.load, r.after.load)
	if share := others(r.before, r.after); share >= 0 {
		fmt.Fprintf(&b, "- other programs took %.0f %% of the machine during the run\n", 100*share)
	}
	fmt.Fprintf(&b, "- how long each part took (and what others had of the machine meanwhile): %s\n", strings.Join(r.parts, ", "))
	b.WriteString("\n## From end to end\n\n")
	b.WriteString(r.table())
	if r.code != "" {
		fmt.Fprintf(&b, "\n## Code\n\n`go test -bench` of the parts that run for every message or key:\n\n```\n%s```\n", r.code)
	}
	b.WriteString(explained)
	return b.String()
}

// benchmarks are those of other packages that belong into the document.
var benchmarks = []struct{ pkg, names string }{
	{"ventanilla/tui", "ViewOneDirtyPane|UpdateOneRecord|TypeOneKey"},
	{"ventanilla/client/mirror", "RowMove|Feed"},
	{"ventanilla/internal/store/sqlite", "Update"},
}

// code runs the benchmarks of other packages briefly and keeps their lines.
func (b *bench) code(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 100*time.Second)
	defer cancel()
	var lines strings.Builder
	for _, bm := range benchmarks {
		cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", bm.names, "-benchmem", "-benchtime", "100ms", bm.pkg)
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w: %s", bm.pkg, err, out)
		}
		for line := range strings.Lines(string(out)) {
			if strings.HasPrefix(line, "Benchmark") {
				lines.WriteString(line)
			}
		}
	}
	b.report.code = lines.String()
	return nil
}
