// Command bench measures a whole desk from end to end beside bare programs that do
// the least that could do the same (package-local, in bare.go), both in one run and
// in turns, and writes docs/performance.md. Ratios are what it is for: the machine
// is never quiet. It is no part of the product and opens nothing but loopback.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"ventanilla/internal/backup"
)

// wholeRun bounds everything together.
const wholeRun = 6 * time.Minute

func main() {
	out := flag.String("o", "docs/performance.md", "the file to write; empty: none")
	only := flag.String("only", "", "measure only these, with commas between them: "+strings.Join(partNames(), ", "))
	profile := flag.String("profile", "", "write CPU profiles of the desk under test to this folder")
	flag.Parse()
	log.SetFlags(0)
	if flag.NArg() > 0 {
		if err := role(flag.Args()); err != nil {
			log.Fatalf("bench %s: %v", flag.Arg(0), err)
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

// role is what this program is when it started itself: a process under test, or
// something beside one.
func role(args []string) error {
	switch {
	case args[0] == "child" && len(args) == 3:
		return child(args[1], args[2])
	case args[0] == "print":
		return printOnly(strings.Join(args[1:], ""))
	case args[0] == "backup" && len(args) == 3:
		_, err := backup.Make(context.Background(), args[1], args[2], true)
		return err
	}
	return errors.New("no such part to play")
}

// part is what can be measured by itself.
type part struct {
	name string
	run  func(*bench, context.Context) error
}

// parts are measured one after the other. Those of one row run together: they
// mostly wait for links to be slow, idle or cut, each on a desk of its own.
func parts() [][]part {
	return [][]part{
		{{"latency", (*bench).latency}},
		{{"commands", (*bench).commands}},
		{{"feed", (*bench).feed}},
		{{"resume", (*bench).resume}},
		{{"storm", (*bench).storm}},
		{{"spread", (*bench).spread}},
		{{"memory", (*bench).memory}},
		{{"start", (*bench).start}},
		{{"reply", (*bench).reply}},
		{{"outbox", (*bench).outbox}},
		{{"backup", (*bench).backup}},
		{{"bytes", (*bench).bytes}},
		{{"cut", (*bench).cut}, {"idle", (*bench).idle}, {"thin", (*bench).thin}},
		{{"code", (*bench).code}},
	}
}

func partNames() []string {
	var names []string
	for _, row := range parts() {
		for _, p := range row {
			names = append(names, p.name)
		}
	}
	return names
}

// chosen are the parts that only names; all when it names none.
func chosen(only string) ([][]part, error) {
	if only == "" {
		return parts(), nil
	}
	wanted := strings.Split(only, ",")
	for _, name := range wanted {
		if !slices.Contains(partNames(), name) {
			return nil, fmt.Errorf("nothing is called %q here: %s", name, strings.Join(partNames(), ", "))
		}
	}
	var rows [][]part
	for _, row := range parts() {
		row = slices.DeleteFunc(row, func(p part) bool { return !slices.Contains(wanted, p.name) })
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func run(ctx context.Context, out, only, profile string) error {
	rows, err := chosen(only)
	if err != nil {
		return err
	}
	if err := enoughFiles(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ventanilla-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := newBench(dir, profile)
	b.report.before = machineNow()
	for _, row := range rows {
		if err := b.measure(ctx, row); err != nil {
			return err
		}
	}
	b.report.after = machineNow()
	fmt.Print(b.report.table())
	if out == "" || only != "" {
		return nil
	}
	return os.WriteFile(filepath.FromSlash(out), []byte(b.report.page()), 0o644)
}

// measure runs parts together and reports them in their order.
func (b *bench) measure(ctx context.Context, row []part) error {
	var all sync.WaitGroup
	errs := make([]error, len(row))
	reports := make([]*report, len(row))
	for i, p := range row {
		reports[i] = &report{}
		alone := *b
		alone.report = reports[i]
		all.Go(func() {
			began := machineNow()
			if err := p.run(&alone, ctx); err != nil {
				errs[i] = fmt.Errorf("%s: %w", p.name, err)
				return
			}
			reports[i].took(p.name, began, machineNow())
		})
	}
	all.Wait()
	for _, r := range reports {
		b.report.append(r)
	}
	return errors.Join(errs...)
}

// bench is one run of the program.
type bench struct {
	dir     string // for data
	profile string
	report  *report
	program func() (string, error) // the workstation, built when first wanted
}

func newBench(dir, profile string) *bench {
	return &bench{dir: dir, profile: profile, report: &report{}, program: sync.OnceValues(func() (string, error) {
		program := filepath.Join(dir, "bin", "ventanilla")
		out, err := exec.Command("go", "build", "-trimpath", "-o", program, "ventanilla/cmd/ventanilla").CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("building the workstation: %w: %s", err, out)
		}
		return program, nil
	})}
}

// folder makes a new folder for data.
func (b *bench) folder() (string, error) { return os.MkdirTemp(b.dir, "") }

// launch starts a process on data of its own.
func (b *bench) launch(ctx context.Context, kind string) (*process, error) {
	dir, err := b.folder()
	if err != nil {
		return nil, err
	}
	profile := b.profile
	if kind == "bare" {
		profile = ""
	}
	return launch(ctx, kind, dir, profile)
}

// pair starts a bare program and a desk, to be measured in turns.
func (b *bench) pair(ctx context.Context) (bare, ours *process, err error) {
	return b.pairOf(ctx, "desk")
}

// pairOf is a pair whose desk is of some kind.
func (b *bench) pairOf(ctx context.Context, kind string) (bare, ours *process, err error) {
	if bare, err = b.launch(ctx, "bare"); err != nil {
		return nil, nil, err
	}
	if ours, err = b.launch(ctx, kind); err != nil {
		bare.stop()
		return nil, nil, err
	}
	return bare, ours, nil
}
