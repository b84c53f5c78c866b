package desk

import (
	"fmt"
	"slices"

	"ventanilla/client/wire"
)

// commandRoles says which roles may send a command at all; what is not listed
// nobody may. Whether this one conversation allows it is for its rule to say.
// Supervisors, admins and auditors stand nowhere: they write nothing.
var commandRoles = map[string][]wire.Role{
	wire.CommandName(wire.Take{}):        {wire.RoleAgent, wire.RoleLead},
	wire.CommandName(wire.Release{}):     {wire.RoleAgent, wire.RoleLead},
	wire.CommandName(wire.Assign{}):      {wire.RoleLead},
	wire.CommandName(wire.Transfer{}):    {wire.RoleAgent, wire.RoleLead},
	wire.CommandName(wire.Reply{}):       {wire.RoleAgent, wire.RoleLead},
	wire.CommandName(wire.Note{}):        {wire.RoleAgent, wire.RoleLead},
	wire.CommandName(wire.Resolve{}):     {wire.RoleAgent, wire.RoleLead},
	wire.CommandName(wire.Reopen{}):      {wire.RoleAgent, wire.RoleLead},
	wire.CommandName(wire.Snooze{}):      {wire.RoleAgent, wire.RoleLead},
	wire.CommandName(wire.Prioritise{}):  {wire.RoleAgent, wire.RoleLead},
	wire.CommandName(wire.Tag{}):         {wire.RoleAgent, wire.RoleLead},
	wire.CommandName(wire.MarkSeen{}):    {wire.RoleAgent, wire.RoleLead},
	wire.CommandName(wire.SetPresence{}): {wire.RoleAgent, wire.RoleLead},
}

// askRoles says the same of questions.
var askRoles = map[string][]wire.Role{
	wire.AskName(wire.Watch{}):      {wire.RoleAgent, wire.RoleLead, wire.RoleSupervisor},
	wire.AskName(wire.Unwatch{}):    {wire.RoleAgent, wire.RoleLead, wire.RoleSupervisor},
	wire.AskName(wire.Older{}):      {wire.RoleAgent, wire.RoleLead, wire.RoleSupervisor},
	wire.AskName(wire.Search{}):     {wire.RoleAgent, wire.RoleLead, wire.RoleSupervisor},
	wire.AskName(wire.GetContext{}): {wire.RoleAgent, wire.RoleLead, wire.RoleSupervisor},
	wire.AskName(wire.GetCounts{}):  {wire.RoleLead, wire.RoleSupervisor, wire.RoleAdmin},
}

// typingRoles may show a customer that they are writing. Watching leaves no sign.
var typingRoles = []wire.Role{wire.RoleAgent, wire.RoleLead}

// Can lists the commands a role may send at all, sorted.
func Can(role wire.Role) []string {
	can := []string{}
	for name, roles := range commandRoles {
		if slices.Contains(roles, role) {
			can = append(can, name)
		}
	}
	slices.Sort(can)
	return can
}

// MayAsk reports whether a role may ask a question at all.
func MayAsk(role wire.Role, ask string) bool { return slices.Contains(askRoles[ask], role) }

// Relation is how a conversation stands to a member of the staff.
type Relation int

// The relations, as columns of the table "who gets what".
const (
	Elsewhere  Relation = iota // in a queue that is not theirs
	Colleagues                 // a colleague's, in a queue of theirs
	Unassigned                 // nobody's, in a queue of theirs
	Own                        // theirs
)

// serves reports whether a role answers customers, and so can be in charge.
func serves(role wire.Role) bool {
	return slices.Contains(commandRoles[wire.CommandName(wire.Reply{})], role)
}

// relate tells how a place stands to a user. The zero place is elsewhere.
func (u *User) relate(at Place) Relation {
	switch {
	case at.Queue == "":
		return Elsewhere
	case at.Agent == u.ID && serves(u.Role):
		return Own
	case !slices.Contains(u.Queues, at.Queue):
		return Elsewhere
	case at.Agent == "":
		return Unassigned
	}
	return Colleagues
}

// sees reports whether a user may know of a conversation at a place: its summary
// in the feed and the snapshot, its messages on opening and in searches.
func (u *User) sees(at Place) bool {
	if u.Disabled {
		return false
	}
	switch u.Role {
	case wire.RoleAgent, wire.RoleLead, wire.RoleSupervisor:
		return u.relate(at) != Elsewhere
	}
	return false
}

// seesContext reports whether a user may see the customer's financial context,
// and with figures or without.
func (u *User) seesContext(at Place) (sees, figures bool) {
	relation := u.relate(at)
	switch u.Role {
	case wire.RoleAgent:
		return relation >= Unassigned, relation == Own
	case wire.RoleLead, wire.RoleSupervisor:
		return relation >= Colleagues, relation >= Colleagues
	}
	return false, false
}

// opensRecorded reports whether opening a conversation goes to the audit trail:
// an agent's look at what a colleague has.
func (u *User) opensRecorded(at Place) bool {
	return u.Role == wire.RoleAgent && u.relate(at) == Colleagues
}

// quotes reports whether a search may show a user what was said in a conversation
// that they have not opened: not an agent, of what a colleague has. Opening it is
// recorded, so a search must not be the way round.
func (u *User) quotes(at Place) bool { return !u.opensRecorded(at) }

// Rights names what decides a user's feed: two feeds of equal Rights hold the same.
func (u *User) Rights() string {
	return string(u.Role) + fmt.Sprint(slices.Sorted(slices.Values(u.Queues)))
}
