package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"
)

// A process under test runs apart from what drives it, so that its memory and its
// time are its own. It is this program again; it is asked line by line on its
// standard input and ends when that does.

// answer is what a child says to a request.
type answer struct {
	Addr  string `json:"addr,omitempty"`
	CPU   int64  `json:"cpu,omitempty"`   // ns of processor time so far
	Heap  int64  `json:"heap,omitempty"`  // bytes in use
	Stack int64  `json:"stack,omitempty"` // bytes of stacks
	Set   int64  `json:"set,omitempty"`   // resident bytes
	Took  int64  `json:"took,omitempty"`  // ns
	Trees int    `json:"trees,omitempty"` // goroutines
	Error string `json:"error,omitempty"`
}

// child serves one kind of program from a folder until its input ends.
func child(kind, dir string) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var h *host
	var err error
	if kind == "bare" {
		h, err = startBare(ctx, dir)
	} else {
		h, err = startDesk(ctx, dir, staff(kind))
	}
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(answer{Addr: h.addr}); err != nil {
		return err
	}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		words := strings.Fields(in.Text())
		if err := out.Encode(h.obey(words)); err != nil {
			return err
		}
	}
	return h.close()
}

// host is what a child runs.
type host struct {
	addr    string
	publish func(records, perFrame int) time.Duration // bare programs only
	hire    func(login, password string) error        // desks only
	close   func() error
	profile *os.File
}

func (h *host) obey(words []string) answer {
	switch words[0] {
	case "cpu":
		return answer{CPU: int64(processorTime())}
	case "memory":
		return memory()
	case "publish":
		records, _ := strconv.Atoi(words[1])
		perFrame, _ := strconv.Atoi(words[2])
		return answer{Took: int64(h.publish(records, perFrame))}
	case "hire":
		return failed(h.hire(words[1], words[2]))
	case "heap":
		return heapProfile(words[1])
	case "profile":
		return h.startProfile(words[1])
	case "profiled":
		pprof.StopCPUProfile()
		return failed(h.profile.Close())
	}
	return answer{Error: "no such request"}
}

func (h *host) startProfile(path string) answer {
	f, err := os.Create(path)
	if err != nil {
		return failed(err)
	}
	h.profile = f
	return failed(pprof.StartCPUProfile(f))
}

func heapProfile(path string) answer {
	f, err := os.Create(path)
	if err != nil {
		return failed(err)
	}
	return failed(errors.Join(pprof.WriteHeapProfile(f), f.Close()))
}

func failed(err error) answer {
	if err == nil {
		return answer{}
	}
	return answer{Error: err.Error()}
}

// memory reads what is in use once all garbage is gone. Each collection halves the
// stacks of idle goroutines that need less, so a few stand for a quiet quarter hour.
func memory() answer {
	for range 4 {
		runtime.GC()
	}
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return answer{Heap: int64(m.HeapInuse), Stack: int64(m.StackInuse), Set: residentSet(), Trees: runtime.NumGoroutine()}
}

// process is a running child.
type process struct {
	cmd     *exec.Cmd
	in      *bufio.Writer
	leave   func() // lets the child end in its own time
	out     *bufio.Scanner
	kind    string
	dir     string
	addr    string
	profile string
}

// launch starts this program again as a child and waits until it listens.
func launch(ctx context.Context, kind, dir, profile string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "child", kind, dir)
	cmd.Stderr = os.Stderr
	if profile != "" {
		cmd.Env = append(os.Environ(), "GODEBUG=memprofilerate=1024")
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting a child: %w", err)
	}
	p := &process{cmd: cmd, in: bufio.NewWriter(in), out: bufio.NewScanner(out), kind: kind, dir: dir, profile: profile}
	a, err := p.read()
	if err != nil {
		p.kill()
		return nil, err
	}
	p.addr = a.Addr
	p.leave = func() {
		_ = in.Close()
		_ = p.cmd.Wait()
	}
	context.AfterFunc(ctx, func() { _ = in.Close() })
	return p, nil
}

func (p *process) read() (answer, error) {
	if !p.out.Scan() {
		return answer{}, fmt.Errorf("the child %s has ended", p.kind)
	}
	var a answer
	err := json.Unmarshal(p.out.Bytes(), &a)
	if err == nil && a.Error != "" {
		err = fmt.Errorf("the child %s: %s", p.kind, a.Error)
	}
	return a, err
}

func (p *process) ask(format string, args ...any) (answer, error) {
	fmt.Fprintf(p.in, format+"\n", args...)
	if err := p.in.Flush(); err != nil {
		return answer{}, err
	}
	return p.read()
}

// stop ends the child in an orderly way.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(os.Interrupt)
	p.kill()
}

// kill ends the child as a power cut would, and waits.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// again kills the child and starts another on its data.
func (p *process) again(ctx context.Context) (*process, error) {
	p.kill()
	return launch(ctx, p.kind, p.dir, p.profile)
}

// heap writes a profile of the child's heap, when that is wanted.
func (p *process) heap(name string) error {
	if p.profile == "" {
		return nil
	}
	_, err := p.ask("heap %s", filepath.Join(p.profile, name+".pprof"))
	return err
}

// profiled runs fn while the child profiles itself, when that is wanted.
func (p *process) profiled(name string, fn func() error) error {
	if p.profile == "" {
		return fn()
	}
	if _, err := p.ask("profile %s", filepath.Join(p.profile, name+".pprof")); err != nil {
		return err
	}
	err := fn()
	if _, stopped := p.ask("profiled"); err == nil {
		err = stopped
	}
	return err
}

// listen opens a port of this machine.
func listen() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }
