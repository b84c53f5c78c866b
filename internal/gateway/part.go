package gateway

import (
	"context"
	"strconv"

	"ventanilla/client/wire"
)

// frameBytes is how large a frame of a snapshot or a feed grows: over a thin link the
// client shows what is there after a few seconds, and answers pass in between.
const frameBytes = 8 << 10

// firstBytes is how large the first part of a snapshot grows, so that over a thin
// link its rows are there at once; each part may be twice as large as the one before.
const firstBytes = 1 << 10

// snapshot sends the state in parts, what is needed first first: each conversation
// with whoever has it, the rest of the staff last.
func (f *feed) snapshot(ctx context.Context) error {
	d := f.gate.desk
	s, err := d.Snapshot(ctx, f.user)
	if err != nil {
		return err
	}
	p := part{send: f.frame, seq: s.Seq, most: firstBytes}
	for i := range s.Queues {
		err = p.add(queues, &s.Queues[i], err)
	}
	rest := make(map[wire.AgentID]*wire.Agent, len(s.Agents))
	for i := range s.Agents {
		rest[s.Agents[i].ID] = &s.Agents[i]
	}
	name := func(id wire.AgentID) {
		if a := rest[id]; a != nil {
			err = p.add(agents, a, err)
			delete(rest, id)
		}
	}
	name(f.user.ID)
	for i := range s.Conversations {
		name(s.Conversations[i].Agent)
		err = p.add(conversations, &s.Conversations[i], err)
	}
	for i := range s.Agents {
		name(s.Agents[i].ID)
	}
	if err == nil {
		err = p.end(true)
	}
	if err != nil {
		return err
	}
	f.prev, f.told = s.Seq, s.Seq
	f.cursor, err = d.Follow(ctx, s.Seq)
	return err
}

// The lists of a part, in the order they stand in it.
const (
	agents = iota
	queues
	conversations
)

var listNames = [...]string{agents: "agents", queues: "queues", conversations: "conversations"}

// part is a part of a snapshot in the making. Each thing is encoded once.
type part struct {
	send  func([]byte) error
	seq   uint64
	n     int64 // of the parts sent
	most  int   // bytes, about
	lists [len(listNames)][]byte
}

// add puts a value into a list, in the next part when this one is full. After an
// error it does nothing.
func (p *part) add(list int, v any, err error) error {
	if err != nil {
		return err
	}
	b := encode(v)
	if n := p.size(); n > 0 && n+len(b) > p.most {
		if err := p.end(false); err != nil {
			return err
		}
		p.most = min(2*p.most, frameBytes-partFrame)
	}
	if len(p.lists[list]) > 0 {
		p.lists[list] = append(p.lists[list], ',')
	}
	p.lists[list] = append(p.lists[list], b...)
	return nil
}

// partFrame is more than a part has around its lists.
const partFrame = 128

func (p *part) size() (n int) {
	for _, list := range p.lists {
		n += len(list)
	}
	return n
}

// end sends the part and begins another.
func (p *part) end(last bool) error {
	p.n++
	b := make([]byte, 0, p.size()+partFrame)
	b = strconv.AppendUint(append(b, `{"snapshot":{"seq":`...), p.seq, 10)
	b = strconv.AppendInt(append(b, `,"part":`...), p.n, 10)
	for i, list := range p.lists {
		if len(list) > 0 {
			b = append(append(append(b, `,"`...), listNames[i]...), `":[`...)
			b = append(append(b, list...), ']')
			p.lists[i] = list[:0]
		}
	}
	if last {
		b = append(b, `,"last":true`...)
	}
	return p.send(append(b, '}', '}'))
}
