package dialogue

import (
	_ "embed" // the files below are part of the program
	"strings"
)

// Written for ventanilla, in the Spanish of the two countries the lender
// works in. People and stories are invented.
var (
	//go:embed own-es-ar.jsonl
	ownAR string
	//go:embed own-es-mx.jsonl
	ownMX string
)

// Own returns our own dialogues: short ones, over every reason, for the
// customers of the demo's loan book. The two countries take turns, so that the
// beginning is as mixed as the whole.
func Own() ([]Dialogue, error) {
	ar, err := collect("own-es-ar.jsonl", ownAR)
	if err != nil {
		return nil, err
	}
	mx, err := collect("own-es-mx.jsonl", ownMX)
	if err != nil {
		return nil, err
	}
	all := make([]Dialogue, 0, len(ar)+len(mx))
	for i := range max(len(ar), len(mx)) {
		all = append(all, ar[min(i, len(ar)):min(i+1, len(ar))]...)
		all = append(all, mx[min(i, len(mx)):min(i+1, len(mx))]...)
	}
	return all, nil
}

func collect(name, text string) ([]Dialogue, error) {
	var out []Dialogue
	for d, err := range Decode(strings.NewReader(text), name) {
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}
