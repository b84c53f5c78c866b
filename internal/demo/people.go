package demo

import (
	"context"
	"fmt"
	"time"

	"ventanilla/client"
	"ventanilla/client/wire"
	"ventanilla/internal/channel/webchat"
	"ventanilla/internal/desk"
	"ventanilla/internal/dialogue"
	"ventanilla/internal/finance"
	"ventanilla/internal/replay"
	"ventanilla/internal/server"
)

// The person at the keyboard is a lead: a lead does all that an agent does, and
// can also assign, take over and see everybody's figures, so nothing is hidden
// from somebody who tries the product.
const (
	yourLogin = "demo"
	yourName  = "Alex"
	yourRole  = wire.RoleLead
)

// colleagues take part of the queue and leave the rest: each only takes customers
// who have waited a while, one sooner than the other.
var colleagues = [...]struct {
	login, name string
	capacity    int
	leaves      time.Duration
}{
	{"camila", "Camila Torres", 2, 25 * time.Second},
	{"mateo", "Mateo Funes", 3, 45 * time.Second},
	{"ximena", "Ximena Robles", 3, 60 * time.Second},
	{"emilio", "Emilio Duarte", 3, 75 * time.Second},
}

// guest is the customer a browser becomes. None of the others plays her.
const guest = "c-1013"

// people fills the loan book and makes the accounts.
func (d *Demo) people(ctx context.Context) (err error) {
	if d.key, err = server.TokenKey(d.dir); err != nil {
		return err
	}
	if err := d.server.Book().Seed(ctx); err != nil {
		return err
	}
	if err := d.nameCustomers(ctx); err != nil {
		return err
	}
	if d.you, err = d.signIn(ctx, yourLogin, yourName, yourRole); err != nil {
		return err
	}
	if d.shiftLead, err = d.signIn(ctx, leadLogin, leadName, wire.RoleLead); err != nil {
		return err
	}
	for _, c := range colleagues {
		s, err := d.signIn(ctx, c.login, c.name, wire.RoleAgent)
		if err != nil {
			return err
		}
		d.staff = append(d.staff, s)
	}
	return nil
}

// signIn finds or makes an account and starts a session of it.
func (d *Demo) signIn(ctx context.Context, login, name string, role wire.Role) (desk.SignedIn, error) {
	store, now := d.server.Store(), time.Now()
	var u desk.User
	var found bool
	err := store.View(ctx, func(r desk.Reader) (err error) {
		u, found, err = r.UserByLogin(login)
		return err
	})
	if err == nil && !found {
		u, err = desk.AddUser(ctx, store, now, desk.NewUser{Login: login, Name: name, Role: role, Password: wire.NewToken()})
	}
	if err != nil {
		return desk.SignedIn{}, fmt.Errorf("making the account of %s: %w", name, err)
	}
	return desk.StartSession(ctx, store, now, u)
}

// nameCustomers asks the loan book what its customers are called.
func (d *Demo) nameCustomers(ctx context.Context) error {
	d.names = make(map[string]string)
	refs := []string{guest}
	for _, dl := range d.dialogues {
		refs = append(refs, dl.Ref)
	}
	for _, ref := range refs {
		if _, known := d.names[ref]; known || ref == "" {
			continue
		}
		found, err := d.server.Book().Find(ctx, finance.Query{Subject: ref})
		if err == nil && len(found) != 1 {
			err = fmt.Errorf("%d found", len(found))
		}
		if err != nil {
			return fmt.Errorf("looking for customer %s in the loan book: %w", ref, err)
		}
		s, err := d.server.Book().Snapshot(ctx, found[0])
		if err != nil {
			return fmt.Errorf("reading customer %s in the loan book: %w", ref, err)
		}
		d.names[ref] = s.Who.Data.FullName.V
	}
	return nil
}

// token signs who a customer is, as the lender's page would.
func (d *Demo) token(ref string) (string, error) {
	now := time.Now()
	return webchat.MintToken(d.key, webchat.Claims{
		Audience: webchat.DefaultAudience, Subject: ref, Name: d.names[ref], ID: wire.NewToken(),
		Issued: now, Expires: now.Add(webchat.TokenLife),
	})
}

func (d *Demo) pace(name string) (*dialogue.Pace, error) {
	return dialogue.NewPace(dialogue.PaceConfig{Seed: d.cfg.Seed, Name: name, Speed: d.cfg.Speed})
}

// scaled turns a time of life into the demo's.
func (d *Demo) scaled(t time.Duration) time.Duration {
	if d.cfg.Speed == 0 {
		return t
	}
	return time.Duration(float64(t) / d.cfg.Speed)
}

// colleague works until ctx ends.
func (d *Demo) colleague(ctx context.Context, i int, s desk.SignedIn) {
	c := colleagues[i]
	a := replay.NewAgent(replay.AgentConfig{
		Client: client.Config{URL: Origin, Token: s.Token, Dial: d.Dial},
		Ledger: d.ledger, Capacity: c.capacity, Leaves: d.scaled(c.leaves),
		Pace: func(talk string) (*dialogue.Pace, error) { return d.pace(c.login + " " + talk) },
	})
	if err := a.Run(ctx, ctx); err != nil {
		d.cfg.Log.Error("a colleague went home", "who", c.login, "err", err)
	}
}
