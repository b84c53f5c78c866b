package torture

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// run is one torture run.
type run struct {
	t      *testing.T
	scale  scale
	desk   *served
	crowds []*crowd
	heads  *heads
	done   map[kind]int
	disk   bool // the desk's disk can be filled
}

// begin starts the desk and everybody.
func begin(t *testing.T, s scale) *run {
	t.Helper()
	dir := t.TempDir()
	r := &run{t: t, scale: s, done: make(map[kind]int)}
	data := filepath.Join(dir, "desk")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	r.disk = mountSmall(t, data)
	r.desk = newServed(t, data, filepath.Join(dir, "desk.log"))
	t.Cleanup(func() {
		if t.Failed() {
			r.keep(dir)
		}
	})
	if err := r.desk.begin(); err != nil {
		t.Fatal(err)
	}
	r.heads = watchHeads(t, data)
	for i := range s.crowds {
		r.gather(dir, fmt.Sprintf("agents-%d", i), s.agents/s.crowds, true)
		r.gather(dir, fmt.Sprintf("customers-%d", i), s.customers/s.crowds, false)
	}
	return r
}

// mountSmall puts a small file system of its own under a directory, so that its
// disk can be filled and nobody else's. Only root may.
func mountSmall(t *testing.T, dir string) bool {
	if os.Geteuid() != 0 || exec.Command("mount", "-t", "tmpfs", "-o", "size=96m,mode=700", "torture", dir).Run() != nil {
		return false
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
	return true
}

func (r *run) canFillDisk() bool { return r.disk }

// gather starts one process of clients.
func (r *run) gather(dir, name string, size int, agents bool) {
	r.t.Helper()
	c := &crowd{t: r.t, route: newRoute(r.t, r.desk.addr)}
	c.order = order{
		Dir: filepath.Join(dir, name), Bytes: c.route.bytes.Listen, Frames: c.route.frames.addr,
		Seed: r.scale.seed<<8 + uint64(len(r.crowds)), Typists: time.Duration(size) * 50 * time.Millisecond,
	}
	for i := range size {
		m := member{Name: fmt.Sprintf("%s-%d", name, i)}
		if agents {
			m.Token = r.desk.hire(m.Name)
			c.order.Agents = append(c.order.Agents, m)
		} else {
			c.order.Pages = append(c.order.Pages, m)
		}
	}
	if err := os.MkdirAll(c.order.Dir, 0o700); err != nil {
		r.t.Fatal(err)
	}
	var err error
	if c.log, err = os.Create(filepath.Join(c.order.Dir, "log")); err != nil {
		r.t.Fatal(err)
	}
	c.process.start = c.run
	if err := c.begin(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(c.stop)
	r.crowds = append(r.crowds, c)
}

// hurt carries the schedule out.
func (r *run) hurt(plan schedule) {
	r.t.Helper()
	var all sync.WaitGroup
	defer all.Wait()
	began := time.Now()
	for _, f := range plan {
		rest(r.t.Context(), f.at-time.Since(began))
		r.done[f.kind]++
		all.Go(func() {
			if err := r.one(r.t.Context(), f); err != nil {
				r.t.Errorf("%v: %v", f, err)
			}
		})
	}
}

func (r *run) one(ctx context.Context, f fault) error {
	switch f.kind {
	case deskKill:
		return r.desk.kill(ctx, f.lasts)
	case deskFreeze:
		return r.desk.freeze(ctx, f.lasts)
	case diskFull:
		return r.desk.fill(ctx, f.lasts)
	}
	return r.crowds[f.crowd%len(r.crowds)].hurt(ctx, f)
}

// heal lets everybody come to rest: nothing more is typed, nothing waits, every
// screen is live at the desk's head.
func (r *run) heal() {
	r.t.Helper()
	for _, c := range r.crowds {
		c.quiet()
	}
	deadline := time.Now().Add(patience)
	for {
		restless := r.restless()
		if len(restless) == 0 {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("after %v these have not come to rest: %v", patience, restless)
		}
		rest(r.t.Context(), 200*time.Millisecond)
	}
}

// restless says who still has something to do, by the head before and after they
// were asked.
func (r *run) restless() (all []string) {
	before := r.heads.now()
	for _, c := range r.crowds {
		var s state
		if err := c.ask(wish{Do: "state"}, &s); err != nil {
			r.t.Fatal(err)
		}
		if s.Waiting > 0 {
			all = append(all, fmt.Sprintf("%s: %d wait", c.order.Dir, s.Waiting))
		}
		all = append(all, s.Behind...)
		if c.order.Agents != nil && s.Head != before {
			all = append(all, fmt.Sprintf("%s: at %d of %d", filepath.Base(c.order.Dir), s.Head, before))
		}
	}
	if after := r.heads.now(); after != before {
		all = append(all, fmt.Sprintf("the log grew from %d to %d", before, after))
	}
	return all
}

// kinds lists what was done, the most frequent first.
func (r *run) kinds() (lines []string) {
	for k, n := range r.done {
		lines = append(lines, fmt.Sprintf("%5d  %s", n, k))
	}
	slices.Sort(lines)
	slices.Reverse(lines)
	return lines
}

// keep saves what a failed run left, for whoever looks into it.
func (r *run) keep(dir string) {
	to, err := os.MkdirTemp("", "ventanilla-torture-failed-")
	if err == nil {
		err = exec.Command("cp", "-r", dir+"/.", to).Run()
	}
	r.t.Logf("desk, outboxes, journals and logs are kept in %s (%v)", to, err)
}
