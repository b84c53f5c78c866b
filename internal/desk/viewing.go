package desk

import (
	"context"
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
	sees  func(wire.AgentID, Place) bool

	mu     sync.Mutex
	leases map[leaseKey]*lease
	rooms  map[wire.ConversationID]*room
	untold map[wire.ConversationID]bool // rooms that may have changed
	unsent map[LaneKey]Look             // of our own links, for the other nodes
}

// leaseKey names a link: a client that comes back at another node is another one.
type leaseKey struct {
	node string
	link LaneKey
}

type lease struct {
	Look
	until time.Time
}

// room is a conversation that somebody is in or has just left.
type room struct {
	place  Place // zero while it is not known
	in     map[leaseKey]*lease
	coming int           // looks that are being read
	told   []wire.Viewer // who was in it when it was last told
	moved  bool          // since then
}

// Sign is something in no log that a feed passes on: somebody types, or who is in a
// conversation has changed. Who sees the conversation at Place may hear of it.
type Sign struct {
	Place   Place
	Typing  *wire.Typing
	Viewers *wire.Viewers
	before  []wire.Viewer // who was there
	moved   bool          // who may hear of it has changed
}

func newViewing(sees func(wire.AgentID, Place) bool) *viewing {
	return &viewing{
		node: wire.NewToken(), stirs: make(chan struct{}, 1), sees: sees,
		leases: make(map[leaseKey]*lease), rooms: make(map[wire.ConversationID]*room),
		untold: make(map[wire.ConversationID]bool), unsent: make(map[LaneKey]Look),
	}
}

// Look says where the user of a link is, until [wire.LookingLasts] has passed or the
// link says otherwise. Whoever may not answer customers leaves no sign.
func (d *Desk) Look(ctx context.Context, from Sender, l wire.Looking) error {
	user, found := d.staff.user(from.Agent)
	switch {
	case !found || !slices.Contains(typingRoles, user.Role):
		return refuse(wire.Denied, "no_right")
	case l.Conversation == "":
		d.LookAway(from)
		return nil
	case l.Doing == "":
		l.Doing = wire.LooksAt
	case most(l.Doing) == 0:
		return refuse(wire.Invalid, "bad_frame")
	}
	look := Look{Link: from.key(), Agent: from.Agent, Conversation: l.Conversation, Doing: l.Doing}
	return d.enter(ctx, []Look{look}, func(places map[wire.ConversationID]Place) error {
		if !user.sees(places[l.Conversation]) {
			d.LookAway(from)
			return refuse(wire.Missing, "no_conversation")
		}
		d.viewing.put(d.viewing.node, places, d.cfg.Now(), look)
		return nil
	})
}

// LookAway ends what a link said with [Desk.Look].
func (d *Desk) LookAway(from Sender) {
	d.viewing.put(d.viewing.node, nil, d.cfg.Now(), Look{Link: from.key(), Agent: from.Agent})
}

// enter reads where the conversations of looks are and passes it on. Their rooms are
// made before, so that a move between reading and entering is not missed.
func (d *Desk) enter(ctx context.Context, looks []Look, put func(map[wire.ConversationID]Place) error) error {
	d.viewing.open(looks)
	defer d.viewing.close(looks)
	places := make(map[wire.ConversationID]Place, len(looks))
	err := d.cfg.Store.View(ctx, func(r Reader) error {
		for _, l := range looks {
			c, found, err := r.Conversation(l.Conversation)
			if err != nil {
				return err
			}
			if found {
				places[l.Conversation] = c.Place()
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return put(places)
}

// hearLooks takes in what another node says of its links.
func (d *Desk) hearLooks(ctx context.Context, n Notice) {
	if n.Node == d.viewing.node {
		return
	}
	err := d.enter(ctx, n.Looks, func(places map[wire.ConversationID]Place) error {
		d.viewing.put(n.Node, places, d.cfg.Now(), n.Looks...)
		return nil
	})
	if err != nil && ctx.Err() == nil {
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

// open makes the rooms of looks, which hear of moves from then on.
func (v *viewing) open(looks []Look) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, l := range looks {
		if l.Conversation == "" {
			continue
		}
		if v.rooms[l.Conversation] == nil {
			v.rooms[l.Conversation] = &room{in: make(map[leaseKey]*lease)}
		}
		v.rooms[l.Conversation].coming++
	}
}

// close ends [viewing.open]: a room that nobody entered goes.
func (v *viewing) close(looks []Look) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, l := range looks {
		if r := v.rooms[l.Conversation]; r != nil {
			r.coming--
			v.sweep(l.Conversation, r)
		}
	}
}

// sweep forgets a room when nobody is in it, nobody comes, and that was told.
func (v *viewing) sweep(id wire.ConversationID, r *room) {
	if len(r.in) == 0 && r.coming == 0 && len(r.told) == 0 {
		delete(v.rooms, id)
	}
}

// put replaces what links said before. A conversation that is nowhere is none.
func (v *viewing) put(node string, places map[wire.ConversationID]Place, now time.Time, looks ...Look) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, l := range looks {
		key := leaseKey{node, l.Link}
		before := v.leases[key]
		if before == nil && l.Conversation == "" {
			continue
		}
		if before != nil && before.Conversation != l.Conversation {
			v.leave(key, before)
		}
		if r := v.rooms[l.Conversation]; r != nil && places[l.Conversation] != (Place{}) {
			if r.place == (Place{}) {
				r.place = places[l.Conversation]
			}
			v.leases[key] = &lease{l, now.Add(time.Duration(wire.LookingLasts) * time.Millisecond)}
			r.in[key] = v.leases[key]
			v.touch(l.Conversation)
		}
		if node == v.node {
			v.unsent[l.Link] = l
			v.stir()
		}
	}
}

func (v *viewing) leave(key leaseKey, l *lease) {
	delete(v.leases, key)
	if r := v.rooms[l.Conversation]; r != nil {
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
	if r := v.rooms[e.Conversation]; r != nil {
		r.place, r.moved = e.After, true
		v.touch(e.Conversation)
	}
}

// changes returns what is to be told here and to the other nodes since the last call.
func (v *viewing) changes() (signs []Sign, looks []Look) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for id := range v.untold {
		r := v.rooms[id]
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

// viewers merges the links in a room, by agent. Who does not see the conversation any
// more is in it no more, whatever they still have on their screen.
func (v *viewing) viewers(r *room) []wire.Viewer {
	doing := make(map[wire.AgentID]wire.Doing, len(r.in))
	for _, l := range r.in {
		if most(l.Doing) > most(doing[l.Agent]) && v.sees(l.Agent, r.place) {
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

// Viewing returns who is where, as a reader may know it: all of it, for a feed that
// begins, or in the given conversations.
func (d *Desk) Viewing(s *Staff, in ...wire.ConversationID) wire.Viewing {
	v := d.viewing
	v.mu.Lock()
	defer v.mu.Unlock()
	all := wire.Viewing{Whole: len(in) == 0}
	if all.Whole {
		in = slices.Sorted(maps.Keys(v.rooms))
	}
	for _, id := range in {
		r := v.rooms[id]
		if r == nil || !s.hears(id, r.place) {
			continue
		}
		if others := s.others(v.viewers(r)); len(others) > 0 {
			all.Conversations = append(all.Conversations, wire.Viewers{Conversation: id, Agents: others})
		}
	}
	return all
}

// Sign returns what the reader hears of a sign: a copy with what concerns others than
// themselves; false when there is nothing of that.
func (s *Staff) Sign(sign Sign) (Sign, bool) {
	switch {
	case sign.Typing != nil:
		return sign, sign.Typing.Agent != s.User.ID && s.hears(sign.Typing.Conversation, sign.Place)
	case !s.hears(sign.Viewers.Conversation, sign.Place):
		return Sign{}, false
	}
	others := s.others(sign.Viewers.Agents)
	told := s.others(sign.before)
	if slices.Equal(others, told) && (!sign.moved || len(others) == 0) {
		return Sign{}, false
	}
	sign.Viewers = &wire.Viewers{Conversation: sign.Viewers.Conversation, Agents: others}
	return sign, true
}

// hears reports whether signs of a conversation are for this reader at all.
func (s *Staff) hears(id wire.ConversationID, at Place) bool {
	return s.User.sees(at) && (!s.Lean || s.watch[id])
}

func (s *Staff) others(all []wire.Viewer) []wire.Viewer {
	return slices.DeleteFunc(slices.Clone(all), func(v wire.Viewer) bool { return v.Agent == s.User.ID })
}
