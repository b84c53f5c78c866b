package desk

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"ventanilla/client/wire"
)

// viewingEvery is how often changes of who is where are told at most: who walks
// through the queue row by row wakes the readers a few times, not at every row.
const viewingEvery = time.Second / 4

// Look is where the user of one link is, as the nodes tell each other.
type Look struct {
	Link         LaneKey             `json:"link"`
	Agent        wire.AgentID        `json:"agent"`
	Conversation wire.ConversationID `json:"c,omitempty"` // empty: nowhere any more
	Doing        wire.Doing          `json:"doing,omitempty"`
}

// viewing is who is in which conversation, as leases: each link's last word holds for
// [wire.LookingLasts]. It is in no log and goes with the process.
type viewing struct {
	node  string        // names this desk among those of one bus
	stirs chan struct{} // holds one: there is something to tell

	mu     sync.Mutex
	leases map[leaseKey]*lease
	scenes map[wire.ConversationID]*scene
	untold map[wire.ConversationID]bool // scenes that may have changed
	unsent map[LaneKey]Look             // of our own links, for the other nodes
}

// leaseKey names a link: a client that comes back at another node is another one.
type leaseKey struct {
	node string
	link LaneKey
}

type lease struct {
	sighting
	until time.Time
}

// sighting is a look with who looks, as their rights are, and where the conversation
// is. A place that they do not see is none.
type sighting struct {
	Look
	user  User
	place Place
}

// scene is a conversation that somebody is in or has just left.
type scene struct {
	place  Place // zero while it is not known
	in     map[leaseKey]*lease
	coming int           // looks that are being read
	told   []wire.Viewer // who was in it when it was last told
	moved  bool          // since then
}

func newViewing() *viewing {
	return &viewing{
		node: wire.NewToken(), stirs: make(chan struct{}, 1),
		leases: make(map[leaseKey]*lease), scenes: make(map[wire.ConversationID]*scene),
		untold: make(map[wire.ConversationID]bool), unsent: make(map[LaneKey]Look),
	}
}

// Look says where the user of a link is, until [wire.LookingLasts] has passed or the
// link says otherwise. Whoever may not answer customers leaves no sign.
func (d *Desk) Look(ctx context.Context, from Sender, l wire.Looking) error {
	switch {
	case l.Conversation == "":
		d.LookAway(from)
		return nil
	case l.Doing == "":
		l.Doing = wire.LooksAt
	case most(l.Doing) == 0:
		return refuse(wire.Invalid, "bad_frame")
	}
	look := Look{Link: from.key(), Agent: from.Agent, Conversation: l.Conversation, Doing: l.Doing}
	return d.enter(ctx, d.viewing.node, look)
}

// LookAway ends what a link said with [Desk.Look].
func (d *Desk) LookAway(from Sender) {
	d.viewing.put(d.viewing.node, d.cfg.Now(), sighting{Look: Look{Link: from.key(), Agent: from.Agent}})
}

// enter takes in the looks of a node's links. Their scenes are made before it reads
// where the conversations are, so that a move meanwhile is not missed. It returns the
// last refusal.
func (d *Desk) enter(ctx context.Context, node string, looks ...Look) error {
	d.viewing.open(looks)
	defer d.viewing.close(looks)
	seen := make([]sighting, 0, len(looks))
	var refused error
	err := d.cfg.Store.View(ctx, func(r Reader) error {
		for _, l := range looks {
			s, err := sight(r, l)
			if _, ok := errors.AsType[*Error](err); ok {
				refused, err = err, nil
			}
			if err != nil {
				return err
			}
			seen = append(seen, s)
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.viewing.put(node, d.cfg.Now(), seen...)
	return refused
}

// sight reads who looks and where the conversation is. When it is refused the look is
// one at nothing.
func sight(r Reader, l Look) (sighting, error) {
	nowhere := sighting{Look: Look{Link: l.Link, Agent: l.Agent}}
	if l.Conversation == "" {
		return nowhere, nil
	}
	user, found, err := r.User(l.Agent)
	switch {
	case err != nil:
		return nowhere, err
	case !found || !slices.Contains(typingRoles, user.Role):
		return nowhere, refuse(wire.Denied, "no_right")
	}
	c, found, err := r.Conversation(l.Conversation)
	switch {
	case err != nil:
		return nowhere, err
	case !found || !user.sees(c.Place()):
		return nowhere, refuse(wire.Missing, "no_conversation")
	}
	return sighting{Look: l, user: user, place: c.Place()}, nil
}

// hearLooks takes in what another node says of its links.
func (d *Desk) hearLooks(ctx context.Context, n Notice) {
	if n.Node == d.viewing.node {
		return
	}
	err := d.enter(ctx, n.Node, n.Looks...)
	if _, refused := errors.AsType[*Error](err); err != nil && !refused && ctx.Err() == nil {
		d.cfg.Log.Warn("hearing who looks where failed; they say it again", "err", err)
	}
}

// keepViewing tells what has changed, and ends the leases that ran out.
func (d *Desk) keepViewing(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			d.viewing.expire(d.cfg.Now())
		case <-d.viewing.stirs:
			signs, looks := d.viewing.changes()
			d.tail.signal(signs...)
			if len(looks) > 0 {
				if err := d.cfg.Bus.Publish(ctx, Notice{Node: d.viewing.node, Looks: looks}); err != nil && ctx.Err() == nil {
					d.cfg.Log.Warn("telling other nodes who looks where failed", "err", err)
				}
			}
			select {
			case <-ctx.Done():
			case <-time.After(viewingEvery):
			}
		}
	}
}

// open makes the scenes of looks, which hear of moves from then on.
func (v *viewing) open(looks []Look) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, l := range looks {
		if l.Conversation == "" {
			continue
		}
		if v.scenes[l.Conversation] == nil {
			v.scenes[l.Conversation] = &scene{in: make(map[leaseKey]*lease)}
		}
		v.scenes[l.Conversation].coming++
	}
}

// close ends [viewing.open]: a scene that nobody entered goes.
func (v *viewing) close(looks []Look) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, l := range looks {
		if r := v.scenes[l.Conversation]; r != nil {
			r.coming--
			v.sweep(l.Conversation, r)
		}
	}
}

// sweep forgets a scene when nobody is in it, nobody comes, and that was told.
func (v *viewing) sweep(id wire.ConversationID, r *scene) {
	if len(r.in) == 0 && r.coming == 0 && len(r.told) == 0 {
		delete(v.scenes, id)
	}
}

// put replaces what links said before.
func (v *viewing) put(node string, now time.Time, seen ...sighting) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, s := range seen {
		key := leaseKey{node, s.Link}
		before := v.leases[key]
		if before == nil && s.Conversation == "" {
			continue
		}
		if before != nil && before.Conversation != s.Conversation {
			v.leave(key, before)
		}
		if r := v.scenes[s.Conversation]; r != nil {
			if r.place == (Place{}) {
				r.place = s.place
			}
			r.in[key] = &lease{s, now.Add(time.Duration(wire.LookingLasts) * time.Millisecond)}
			v.leases[key] = r.in[key]
			v.touch(s.Conversation)
		}
		if node == v.node {
			v.unsent[s.Link] = s.Look
			v.stir()
		}
	}
}

func (v *viewing) leave(key leaseKey, l *lease) {
	delete(v.leases, key)
	if r := v.scenes[l.Conversation]; r != nil {
		delete(r.in, key)
	}
	v.touch(l.Conversation)
}

func (v *viewing) touch(id wire.ConversationID) {
	if id != "" {
		v.untold[id] = true
		v.stir()
	}
}

func (v *viewing) stir() {
	select {
	case v.stirs <- struct{}{}:
	default: // it is awake
	}
}

// expire ends the leases that ran out.
func (v *viewing) expire(now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for key, l := range v.leases {
		if !now.Before(l.until) {
			v.leave(key, l)
		}
	}
}

// moved hears of every record: who may know who is in a conversation follows it.
func (v *viewing) moved(e *Entry) {
	if e.Before == e.After {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if r := v.scenes[e.Conversation]; r != nil {
		r.place, r.moved = e.After, true
		v.touch(e.Conversation)
	}
}

// changes returns what is to be told here and to the other nodes since the last call.
func (v *viewing) changes() (signs []Sign, looks []Look) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for id := range v.untold {
		r := v.scenes[id]
		if r == nil {
			continue
		}
		now := v.viewers(r)
		if !slices.Equal(now, r.told) || r.moved && len(now) > 0 {
			signs = append(signs, Sign{Place: r.place, Viewers: &wire.Viewers{Conversation: id, Agents: now}, before: r.told, moved: r.moved})
		}
		r.told, r.moved = now, false
		v.sweep(id, r)
	}
	clear(v.untold)
	looks = slices.Collect(maps.Values(v.unsent))
	clear(v.unsent)
	return signs, looks
}

// viewers merges the links in a scene, by agent. Who does not see the conversation any
// more is in it no more, whatever they still have on their screen.
func (v *viewing) viewers(r *scene) []wire.Viewer {
	doing := make(map[wire.AgentID]wire.Doing, len(r.in))
	for _, l := range r.in {
		if most(l.Doing) > most(doing[l.Agent]) && l.user.sees(r.place) {
			doing[l.Agent] = l.Doing
		}
	}
	all := make([]wire.Viewer, 0, len(doing))
	for agent, what := range doing {
		all = append(all, wire.Viewer{Agent: agent, Doing: what})
	}
	slices.SortFunc(all, func(a, b wire.Viewer) int { return strings.Compare(string(a.Agent), string(b.Agent)) })
	return all
}

// most ranks what somebody does; 0 is nothing we know.
func most(d wire.Doing) int {
	return 1 + slices.Index([]wire.Doing{wire.LooksAt, wire.Edits, wire.Types}, d)
}
