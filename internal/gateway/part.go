package gateway

import (
	"context"
	"strconv"
)

// frameBytes is how large a frame of a snapshot or a feed grows: over a thin link the
// client shows what is there after a few seconds, and answers pass in between.
const frameBytes = 8 << 10

// snapshot sends the state in parts, what is needed first first.
func (f *feed) snapshot(ctx context.Context) error {
	d := f.gate.desk
	s, err := d.Snapshot(ctx, f.user)
	if err != nil {
		return err
	}
	p := part{send: f.frame, seq: s.Seq}
	p.begin()
	for _, a := range s.Agents {
		err = p.add(`"agents":[`, a, err)
	}
	for _, q := range s.Queues {
		err = p.add(`"queues":[`, q, err)
	}
	for i := range s.Conversations {
		err = p.add(`"conversations":[`, &s.Conversations[i], err)
	}
	if err == nil {
		err = p.end(`,"last":true}}`)
	}
	if err != nil {
		return err
	}
	f.prev, f.told = s.Seq, s.Seq
	f.cursor, err = d.Follow(ctx, s.Seq)
	return err
}

// part is a part of a snapshot in the making. Each thing is encoded once.
type part struct {
	send func([]byte) error
	seq  uint64
	n    int64 // which part, from 1
	buf  []byte
	list string // the one that is open
}

func (p *part) begin() {
	p.buf = append(p.buf[:0], `{"snapshot":{"seq":`...)
	p.buf = strconv.AppendUint(p.buf, p.seq, 10)
	p.n++
	p.buf = append(p.buf, `,"part":`...)
	p.buf = strconv.AppendInt(p.buf, p.n, 10)
}

// add puts a value into a list, in the next part when this one is full. After an
// error it does nothing.
func (p *part) add(list string, v any, err error) error {
	if err != nil {
		return err
	}
	b := encode(v)
	if p.list != "" && len(p.buf)+len(b) > frameBytes {
		if err := p.end(`}}`); err != nil {
			return err
		}
		p.begin()
	}
	switch p.list {
	case list:
		p.buf = append(p.buf, ',')
	case "":
		p.buf = append(append(p.buf, ','), list...)
	default:
		p.buf = append(append(p.buf, `],`...), list...)
	}
	p.list = list
	p.buf = append(p.buf, b...)
	return nil
}

// end sends the part.
func (p *part) end(tail string) error {
	if p.list != "" {
		p.buf = append(p.buf, ']')
	}
	p.list = ""
	return p.send(append(p.buf, tail...))
}
