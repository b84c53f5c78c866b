package webchat

import (
	"ventanilla/client/wire/chatwire"
	"ventanilla/internal/quota"
)

// Limits bound what customers may ask of the desk. Zero values mean the defaults.
type Limits struct {
	Messages Rate // of one visitor; default one every 2 s, 10 at once
	Bytes    Rate // of one visitor's texts; default 2 kB/s, one longest message at once
	// Arrivals bounds the tickets and sockets of one network (IPv4 /24, IPv6 /48):
	// default 20 a second, 400 at once. Loopback is exempt: it is this machine.
	Arrivals Rate
	// PerVisitor is how many sockets one visitor may have; one more closes the
	// oldest. Default 3.
	PerVisitor int
	// Sockets is how many there may be in all; default 20,000.
	Sockets int
}

// Rate is a token bucket. A negative Burst means that there is no limit.
type Rate = quota.Rate

// frameRate bounds the frames of one socket, whatever they hold. No honest page
// comes near it.
var frameRate = Rate{PerSecond: 30, Burst: 150}

func (l Limits) orDefaults() Limits {
	rate := func(r, otherwise Rate) Rate {
		if r == (Rate{}) {
			return otherwise
		}
		return r
	}
	l.Messages = rate(l.Messages, Rate{PerSecond: 0.5, Burst: 10})
	l.Bytes = rate(l.Bytes, Rate{PerSecond: 2000, Burst: chatwire.MaxFrame})
	l.Arrivals = rate(l.Arrivals, Rate{PerSecond: 20, Burst: 400})
	if l.PerVisitor == 0 {
		l.PerVisitor = 3
	}
	if l.Sockets == 0 {
		l.Sockets = 20_000
	}
	return l
}
