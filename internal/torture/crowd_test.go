package torture

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// order is what a crowd's process is told at its start.
type order struct {
	Agents  []member // or
	Pages   []member // customers
	Dir     string   // outboxes and the journal
	Bytes   string   // where the desk is reached, by bytes
	Frames  string   // and by frames
	Seed    uint64
	Run     int  // which life of this process
	Quiet   bool // types nothing more
	Typists time.Duration
}

// member is one client of a crowd.
type member struct {
	Name  string
	Token string // an agent's session
}

// wish is what a running crowd is asked, as a line on its standard input.
type wish struct {
	Do     string // slow, jump, quiet, state, dump
	Who    uint64 // which member, modulo their number
	Millis int64
}

// state is how far a crowd is.
type state struct {
	Waiting int      // texts without an outcome
	Behind  []string // members that are not live at the head
	Head    uint64
}

// crowd is a process of clients and what lies before it.
type crowd struct {
	process
	t     *testing.T
	route *route
	order order

	in  io.WriteCloser
	out *bufio.Reader
	log *os.File
}

func (c *crowd) path() string { return filepath.Join(c.order.Dir, "journal") }

// run starts the next life of the crowd.
func (c *crowd) run() (*exec.Cmd, error) {
	c.order.Run++
	what, err := json.Marshal(c.order)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childEnv+"="+string(what))
	cmd.Stderr = c.log
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c.in, c.out = in, bufio.NewReaderSize(out, 1<<20)
	return cmd, nil
}

// ask sends a wish and reads the answer into it, when there is one.
func (c *crowd) ask(w wish, answer any) error {
	c.process.mu.Lock() // not while it is killed or frozen
	defer c.process.mu.Unlock()
	line, err := json.Marshal(w)
	if err != nil {
		return err
	}
	if _, err := c.in.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("asking a crowd to %s: %w", w.Do, err)
	}
	if answer == nil {
		return nil
	}
	reply, err := c.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("hearing a crowd about %s: %w", w.Do, err)
	}
	return json.Unmarshal(reply, answer)
}

// hurt does what a fault says and takes it back.
func (c *crowd) hurt(ctx context.Context, f fault) error {
	switch f.kind {
	case crowdKill:
		return c.kill(ctx, f.lasts)
	case crowdStop:
		return c.freeze(ctx, f.lasts)
	case slowReader:
		return c.ask(wish{Do: "slow", Who: f.dice, Millis: f.lasts.Milliseconds()}, nil)
	case clockJump:
		jump := time.Duration(f.dice%uint64(4*time.Hour)) - 2*time.Hour
		return c.ask(wish{Do: "jump", Who: f.dice, Millis: jump.Milliseconds()}, nil)
	}
	return c.route.hurt(ctx, f)
}

// quiet makes the crowd type nothing more, in this life and any later one.
func (c *crowd) quiet() {
	c.process.mu.Lock()
	c.order.Quiet = true
	c.process.mu.Unlock()
	if err := c.ask(wish{Do: "quiet"}, nil); err != nil {
		c.t.Error(err)
	}
}
