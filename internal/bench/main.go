// Command bench measures a whole desk from end to end beside bare programs that do
// the least that could do the same (package-local, in bare.go), both in one run and
// in turns, and writes docs/performance.md. Ratios are what it is for: the machine
// is never quiet. It is no part of the product and opens nothing but loopback.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

// wholeRun bounds everything together.
const wholeRun = 4 * time.Minute

func main() {
	out := flag.String("o", "docs/performance.md", "the file to write; empty: none")
	only := flag.String("only", "", "measure only what this names: latency, commands, feed, memory, resume, storm, start, code")
	profile := flag.String("profile", "", "write CPU profiles of the desk under test to this folder")
	flag.Parse()
	log.SetFlags(0)
	if flag.NArg() == 3 && flag.Arg(0) == "child" {
		if err := child(flag.Arg(1), flag.Arg(2)); err != nil {
			log.Fatal("bench child: ", err)
		}
		return
	}
	if flag.Arg(0) == "print" {
		if err := printOnly(flag.Arg(1)); err != nil {
			log.Fatal("bench print: ", err)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, wholeRun)
	defer cancel()
	if err := run(ctx, *out, *only, *profile); err != nil {
		log.Fatal("bench: ", err)
	}
}

func run(ctx context.Context, out, only, profile string) error {
	if err := enoughFiles(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ventanilla-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r := &report{before: machineNow()}
	b := &bench{dir: dir, profile: profile, report: r}
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"latency", b.latency}, {"commands", b.commands}, {"feed", b.feed}, {"resume", b.resume},
		{"storm", b.storm}, {"memory", b.memory},
		{"start", b.start}, {"code", b.code},
	} {
		if only != "" && only != part.name {
			continue
		}
		began := machineNow()
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		r.took(part.name, began, machineNow())
	}
	r.after = machineNow()
	fmt.Print(r.table())
	if out == "" || only != "" {
		return nil
	}
	return os.WriteFile(filepath.FromSlash(out), []byte(r.page()), 0o644)
}

// bench is one run of the program.
type bench struct {
	dir     string // for data
	profile string
	report  *report
	made    int // folders made in dir
}

// folder returns a new folder for data.
func (b *bench) folder() string {
	b.made++
	return filepath.Join(b.dir, fmt.Sprint(b.made))
}

// pair starts a bare program and a desk, to be measured in turns.
func (b *bench) pair(ctx context.Context) (bare, ours *process, err error) {
	if bare, err = launch(ctx, "bare", b.folder(), ""); err != nil {
		return nil, nil, err
	}
	if ours, err = launch(ctx, "desk", b.folder(), b.profile); err != nil {
		bare.stop()
		return nil, nil, err
	}
	return bare, ours, nil
}
