package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// report collects the figures of a run.
type report struct {
	rows          []row
	notes         []string
	code          string   // lines of go test -bench
	parts         []string // what others took of the machine during each
	before, after machine
}

// took notes how long a part lasted and how much of the machine others had: figures
// taken in company are worse than they would be, ours and the bare ones.
func (r *report) took(part string, before, after machine) {
	said := fmt.Sprintf("%s %.0f s", part, after.at.Sub(before.at).Seconds())
	if share := others(before, after); share >= 0 {
		said += fmt.Sprintf(" (%.0f %%)", 100*share)
	}
	r.parts = append(r.parts, said)
	fmt.Fprintln(os.Stderr, said)
}

// append takes over what a part of the run reported.
func (r *report) append(part *report) {
	r.rows = append(r.rows, part.rows...)
	r.notes = append(r.notes, part.notes...)
	r.parts = append(r.parts, part.parts...)
	r.code += part.code
}

// row is one figure, as the table shows it.
type row struct{ what, bare, ours, ratio, target string }

func (r *report) add(what, bare, ours string, ratio float64, target string) {
	shown := "–"
	if ratio > 0 {
		shown = fmt.Sprintf("%.2f×", ratio)
	}
	r.rows = append(r.rows, row{what, bare, ours, shown, target})
}

func (r *report) latency(what string, bare, ours spread, target string) {
	r.add(what+", p50 / p95 / p99", bare.String(), ours.String(), float64(ours.p50)/float64(bare.p50), target)
}

func (r *report) duration(what string, bare, ours time.Duration, target string) {
	r.add(what, millis(bare)+" ms", millis(ours)+" ms", float64(ours)/float64(bare), target)
}

func (r *report) rate(what string, bare, ours float64, target string) {
	r.add(what, perSecond(bare), perSecond(ours), ours/bare, target)
}

func (r *report) bytes(what string, bare, ours int64, target string) {
	r.add(what, kilobytes(bare), kilobytes(ours), float64(ours)/float64(bare), target)
}

// feed adds the figures for a number of readers. What centrifuge does was measured
// once, beside a bare program that sends each record in a frame of its own, so it is
// named through that one.
func (r *report) feed(readers int, single, joined, ours float64) {
	what := "records to " + counted(readers, "reader")
	target := ""
	if readers == 1000 {
		target = "≥ 0.8× centrifuge"
	}
	r.rate(what+", bare: one a frame", single, ours, target)
	r.rate(what+", bare: 16 a frame", joined, ours, "")
	if readers == 1000 {
		r.note("centrifuge was measured at %.2f times the bare program with one record a frame (582,000/s beside 330,000/s); by that measure ours is at %.2f times centrifuge in this run",
			centrifuge, ours/(single*centrifuge))
	}
}

// centrifuge is what the library did to 1,000 readers, as a multiple of the bare
// program with a queue and a writer per connection and one record a frame.
const centrifuge = 582.0 / 330.0

func (r *report) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// table is the figures as Markdown.
func (r *report) table() string {
	var b strings.Builder
	b.WriteString("| what | bare | ventanilla | ratio | target |\n| --- | --- | --- | --- | --- |\n")
	for _, row := range r.rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", row.what, row.bare, row.ours, row.ratio, row.target)
	}
	b.WriteString("\n")
	for _, n := range r.notes {
		fmt.Fprintf(&b, "- %s\n", n)
	}
	return b.String()
}
