package main

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"ventanilla/client/wire"
	"ventanilla/client/wire/chatwire"
)

// idlers is how many idle connections memory is measured with.
const idlers = 1000

// memory measures what an idle connection costs the process that holds it: the bare
// one that is only read, a member of the staff's, a customer's.
func (b *bench) memory(ctx context.Context) error {
	bare, err := memoryOf(ctx, b, "bare", "bare", idleBare)
	if err != nil {
		return err
	}
	staff, err := memoryOf(ctx, b, "desk", "staff", idleStaff)
	if err != nil {
		return err
	}
	customers, err := memoryOf(ctx, b, "desk", "customers", idleCustomer)
	if err != nil {
		return err
	}
	b.report.bytes("memory per idle connection, staff", bare.Heap+bare.Stack, staff.Heap+staff.Stack, "≤ 12 kB")
	b.report.bytes("… of it stacks", bare.Stack, staff.Stack, "")
	b.report.bytes("… resident", bare.Set, staff.Set, "")
	b.report.bytes("memory per idle connection, customer", bare.Heap+bare.Stack, customers.Heap+customers.Stack, "≤ 12 kB")
	b.report.bytes("… of it stacks", bare.Stack, customers.Stack, "")
	b.report.bytes("… resident", bare.Set, customers.Set, "")
	b.report.note("goroutines per idle connection: bare %d, staff %d, customer %d", bare.Trees, staff.Trees, customers.Trees)
	return nil
}

// idler opens a connection and pings once, as clients do that have nothing to say.
type idler func(ctx context.Context, p *process, i int) (*bufio.Reader, net.Conn, error)

func idleBare(ctx context.Context, p *process, _ int) (*bufio.Reader, net.Conn, error) {
	return open(ctx, p.addr, "/idle", http.Header{}, bareSay{Text: "ping"})
}

func idleStaff(ctx context.Context, p *process, i int) (*bufio.Reader, net.Conn, error) {
	r, conn, err := p.reader(ctx, i, nil, "")
	if err == nil {
		err = errors.Join(writeMasked(conn, wire.FromClient{Ping: &wire.Ping{Sent: 1}}), until(r, conn, `"pong"`))
	}
	return r, conn, err
}

func idleCustomer(ctx context.Context, p *process, _ int) (*bufio.Reader, net.Conn, error) {
	s, err := p.sender(ctx)
	if err != nil {
		return nil, nil, err
	}
	conn := s.ws.NetConn()
	r := bufio.NewReaderSize(conn, 1<<10)
	return r, conn, errors.Join(writeMasked(conn, chatwire.FromCustomer{Ping: &chatwire.Ping{Sent: 1}}), until(r, conn, `"pong"`))
}

// memoryOf returns the difference that one connection makes.
func memoryOf(ctx context.Context, b *bench, kind, name string, dial idler) (answer, error) {
	p, err := b.launch(ctx, kind)
	if err != nil {
		return answer{}, err
	}
	defer p.stop()
	if err := hold(ctx, p, 50, dial, func() error { return nil }); err != nil { // whatever is made once
		return answer{}, err
	}
	time.Sleep(100 * time.Millisecond) // until these have gone
	before, err := p.ask("memory")
	if err != nil {
		return answer{}, err
	}
	var after answer
	err = hold(ctx, p, idlers, dial, func() error {
		time.Sleep(300 * time.Millisecond) // until what their coming caused has been said
		if after, err = p.ask("memory"); err != nil {
			return err
		}
		return p.heap("heap-" + name)
	})
	return answer{
		Heap: (after.Heap - before.Heap) / idlers, Stack: (after.Stack - before.Stack) / idlers,
		Set: (after.Set - before.Set) / idlers, Trees: (after.Trees - before.Trees) / idlers,
	}, err
}

// hold opens n connections, drains what comes to them, and runs fn while they are open.
func hold(ctx context.Context, p *process, n int, dial idler, fn func() error) error {
	to := newSink()
	defer to.close()
	err := each(n, func(i int) error {
		r, conn, err := dial(ctx, p, i)
		if err == nil {
			to.add(r, conn)
		}
		return err
	})
	if err != nil {
		return err
	}
	return fn()
}
