package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ventanilla/client/wire"
	"ventanilla/internal/desk"
	"ventanilla/internal/dialogue"
	"ventanilla/internal/replay"
	"ventanilla/internal/server"
	"ventanilla/internal/signin"
)

// playback is the replay command.
type playback struct {
	replay.Config
	filter              dialogue.Filter
	only                string
	arrivals            string
	agents              int
	data, tokens, saved string
	known               bool
}

func newReplay() *cobra.Command {
	p := new(playback)
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Play dialogues against a desk: for training and load tests",
		Long: "Plays every dialogue of a file (JSON lines, plain or gzip) as a customer at a socket of\n" +
			"their own, and follows each message to where it must come out. It ends with an error\n" +
			"when a message was lost, doubled, reordered or altered. docs/replay.md says more.",
		Example: "  ventanilla replay dialogues.jsonl.gz --server http://127.0.0.1:8480 --at-once 300\n" +
			"  ventanilla replay dialogues.jsonl.gz --agents 10 --data /var/lib/ventanilla --speed 20 --report run.json",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return p.run(cmd, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&p.URL, "server", "http://127.0.0.1:8480", "the desk's address")
	f.StringVar(&p.only, "only", "", "which dialogues: finance, or all of them when empty")
	f.IntVar(&p.filter.Limit, "limit", 0, "at most this many dialogues; 0 is all")
	f.IntVar(&p.AtOnce, "at-once", 50, "customers at a time")
	f.Float64Var(&p.Speed, "speed", 1, "how many times faster than life people read and write")
	f.Uint64Var(&p.Seed, "seed", 1, "the same seed gives the same pauses and arrivals")
	f.StringVar(&p.arrivals, "arrivals", "", "load model (JSON): customers arrive by it, not one as soon as another has gone")
	f.DurationVar(&p.Patience, "patience", 0, "how long a customer waits for an answer before writing on (default: as long as the recorded one took; 5m with agents)")
	f.IntVar(&p.agents, "agents", 0, "agents who answer by the dialogues; needs --data or --token-file")
	f.IntVar(&p.Capacity, "capacity", 0, "conversations an agent has at once (default: enough for all)")
	f.StringVar(&p.data, "data", "", "the desk's data on this machine: makes the agents' accounts for the run")
	f.StringVar(&p.tokens, "token-file", "", "file of the agents' session tokens, one a line")
	f.BoolVar(&p.known, "token", false, "name the customers with tokens signed by the key in --data, instead of anonymous ones")
	f.StringVar(&p.saved, "report", "", "also write the report to this file, as JSON")
	return cmd
}

func (p *playback) run(cmd *cobra.Command, path string) error {
	ctx := cmd.Context()
	if err := p.read(path); err != nil {
		return err
	}
	fire, err := p.hire(ctx)
	if err != nil {
		return err
	}
	bar := newBar(cmd.ErrOrStderr())
	p.Progress = bar.show
	report, err := replay.Run(ctx, p.Config)
	bar.end()
	err = errors.Join(err, fire(context.WithoutCancel(ctx)))
	if report.Customers > 0 {
		_, shown := report.WriteTo(cmd.OutOrStdout())
		err = errors.Join(err, shown, p.save(report))
	}
	if report.TurnedAway > 0 {
		err = errors.Join(err, fmt.Errorf("the desk turned %d customers away", report.TurnedAway))
	}
	if report.Broken() {
		err = errors.Join(err, errors.New("messages were lost, doubled, reordered or altered"))
	}
	return err
}

// read checks the flags and reads the files, so that nothing begins that cannot
// be ended.
func (p *playback) read(path string) (err error) {
	switch p.only {
	case "":
	case "finance":
		p.filter.OnlyFinance = true
	default:
		return fmt.Errorf("no such choice for --only: %q; use finance, or leave it out", p.only)
	}
	switch {
	case p.filter.Limit < 0 || p.AtOnce < 1 || p.agents < 0 || p.Capacity < 0 || p.Patience < 0:
		return errors.New("numbers: --limit, --agents, --capacity and --patience must not be negative, and --at-once at least 1")
	case !(p.Speed > 0) || math.IsInf(p.Speed, 0):
		return errors.New("numbers: --speed must be above zero")
	case p.agents > 0 && (p.data == "") == (p.tokens == ""):
		return errors.New("accounts: --agents needs --data on the desk's machine, or else --token-file")
	case p.known && p.data == "":
		return errors.New("signing: --token needs the key in the desk's data: give --data")
	}
	if p.URL, err = signin.Desk(p.URL); err != nil {
		return err
	}
	if p.arrivals != "" {
		if p.Load, err = dialogue.ReadLoad(p.arrivals); err != nil {
			return err
		}
		p.Arrivals, err = dialogue.NewArrivals(dialogue.ArrivalsConfig{Seed: p.Seed, Load: p.Load, Speed: p.Speed, Start: time.Now()})
		if err != nil {
			return err
		}
	}
	return p.readDialogues(path)
}

func (p *playback) readDialogues(path string) error {
	for d, err := range dialogue.Read(path, p.filter) {
		if line := new(dialogue.LineError); errors.As(err, &line) {
			return fmt.Errorf("reading dialogues: %w", err)
		}
		if err != nil {
			return err // says so itself
		}
		p.Dialogues = append(p.Dialogues, d)
	}
	if len(p.Dialogues) == 0 {
		return fmt.Errorf("%s: no dialogue to play", path)
	}
	return nil
}

// hire gets the agents their sessions, and the customers their key. Fire undoes it.
func (p *playback) hire(ctx context.Context) (fire func(context.Context) error, err error) {
	if p.known {
		if err := p.sign(); err != nil {
			return nil, err
		}
	}
	switch {
	case p.agents == 0:
		return func(context.Context) error { return nil }, nil
	case p.tokens != "":
		return func(context.Context) error { return nil }, p.readTokens()
	}
	return p.makeAccounts(ctx)
}

// makeAccounts makes the agents on the desk's data. Fire disables them.
func (p *playback) makeAccounts(ctx context.Context) (fire func(context.Context) error, err error) {
	run := strings.ToLower(wire.NewToken()[:6])
	var made []string
	fire = func(ctx context.Context) error {
		return onData(ctx, p.data, func(s desk.Store) error {
			var errs []error
			for _, login := range made {
				errs = append(errs, desk.DisableUser(ctx, s, time.Now(), login))
			}
			return errors.Join(errs...)
		})
	}
	err = onData(ctx, p.data, func(s desk.Store) error {
		for i := range p.agents {
			n := desk.NewUser{Login: fmt.Sprintf("replay-%s-%d", run, i+1), Name: fmt.Sprintf("Replay %s %d", run, i+1), Role: wire.RoleAgent}
			token, err := account(ctx, s, n)
			if err != nil {
				return fmt.Errorf("making an agent for the run: %w", err)
			}
			made = append(made, n.Login)
			p.Agents = append(p.Agents, token)
		}
		return nil
	})
	if err != nil {
		err = errors.Join(err, fire(context.WithoutCancel(ctx)))
	}
	return fire, err
}

// account makes an account that nobody can sign in to, and a session of it.
func account(ctx context.Context, s desk.Store, n desk.NewUser) (token string, err error) {
	n.Password = wire.NewToken() + wire.NewToken()
	u, err := desk.AddUser(ctx, s, time.Now(), n)
	if err != nil {
		return "", err
	}
	in, err := desk.StartSession(ctx, s, time.Now(), u)
	return in.Token, err
}

func (p *playback) readTokens() error {
	f, err := os.Open(p.tokens)
	if err != nil {
		return fmt.Errorf("reading --token-file: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() && len(p.Agents) < p.agents {
		if token := strings.TrimSpace(lines.Text()); token != "" {
			p.Agents = append(p.Agents, token)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading --token-file: %w", err)
	}
	if len(p.Agents) < p.agents {
		return fmt.Errorf("%s: %d tokens for %d agents", p.tokens, len(p.Agents), p.agents)
	}
	return nil
}

// sign makes every customer a known one. Nobody is in the loan book by these
// names: two customers of a run must not share a conversation.
func (p *playback) sign() error {
	key, err := server.TokenKey(p.data)
	if err != nil {
		return err
	}
	run := wire.NewToken()
	p.Sign = func(i int, d dialogue.Dialogue) (string, error) {
		return mint(key, fmt.Sprintf("replay-%s-%d", run, i), d.ID, time.Now())
	}
	return nil
}

func (p *playback) save(r replay.Report) error {
	if p.saved == "" {
		return nil
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the report: %w", err)
	}
	if err := os.WriteFile(p.saved, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing --report: %w", err)
	}
	return nil
}

// bar shows how far a replay is: one line that changes on a terminal, else a line
// now and then.
type bar struct {
	out   interface{ Write([]byte) (int, error) }
	width int // of the terminal; 0: it is none
	last  time.Duration
}

const (
	linesEvery = 10 * time.Second // where there is no terminal
	barWidth   = 24
)

func newBar(out interface{ Write([]byte) (int, error) }) *bar {
	b := &bar{out: out}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if b.width, _, _ = term.GetSize(int(f.Fd())); b.width == 0 {
			b.width = 80
		}
	}
	return b
}

func (b *bar) show(p replay.Progress) {
	down := ""
	if p.Down > 0 {
		down = fmt.Sprintf("  %d links down", p.Down)
	}
	text := fmt.Sprintf("%d/%d customers  %d sent  %d delivered  %s%s",
		p.Finished, p.Customers, p.Sent, p.Delivered, p.Elapsed.Round(time.Second), down)
	if b.width > 0 {
		full := barWidth * p.Finished / max(p.Customers, 1)
		text = "[" + strings.Repeat("#", full) + strings.Repeat(".", barWidth-full) + "] " + text
		fmt.Fprintf(b.out, "\r\x1b[K%s", text[:min(len(text), b.width-1)])
		return
	}
	if p.Elapsed-b.last >= linesEvery {
		b.last = p.Elapsed
		fmt.Fprintln(b.out, text)
	}
}

// end leaves the terminal's line to what comes next.
func (b *bar) end() {
	if b.width > 0 {
		fmt.Fprint(b.out, "\r\x1b[K")
	}
}
