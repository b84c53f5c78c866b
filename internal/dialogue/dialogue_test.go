package dialogue

import (
	"reflect"
	"testing"
)

func turnsOf(roles ...Role) []Turn {
	var ts []Turn
	for i, r := range roles {
		ts = append(ts, Turn{Role: r, Text: string(rune('a' + i))})
	}
	return ts
}

func TestExchangesKeepPiecesTogetherAndLeaveActionsOut(t *testing.T) {
	for _, tc := range []struct {
		name  string
		roles []Role
		want  [][2]string // texts of the customer, texts of the answer
	}{
		{"nothing", nil, nil},
		{"one message", []Role{Customer}, [][2]string{{"a", ""}}},
		{"pieces", []Role{Customer, Customer, Agent, Customer}, [][2]string{{"ab", "c"}, {"d", ""}}},
		{"the desk speaks first", []Role{Agent, Customer, Agent}, [][2]string{{"", "a"}, {"b", "c"}}},
		{"an action between", []Role{Customer, Action, Agent, Bot, Action, Customer}, [][2]string{{"a", "cd"}, {"f", ""}}},
		{"an action amid pieces", []Role{Customer, Action, Customer, Agent}, [][2]string{{"ac", "d"}}},
	} {
		var got [][2]string
		for _, x := range (Dialogue{Turns: turnsOf(tc.roles...)}).Exchanges() {
			got = append(got, [2]string{texts(x.Customer), texts(x.Answer)})
		}
		if !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

func texts(ts []Turn) string {
	s := ""
	for _, t := range ts {
		s += t.Text
	}
	return s
}
