package tui

// Part is one thing on the screen that has a place.
type Part int8

// The parts. Lines are what stands for a pane when there is no room for it.
const (
	NoPart Part = iota
	QueuePart
	TalkPart
	CustomerPart
	ComposerPart // lives in the conversation's rectangle
	statusPart
	footerPart
	queueLine
	talkLine
	customerLine
	smallPart // the composer and nothing else, on a screen too small for more
)

// The sizes at which the layout changes, and the least the panes need.
const (
	leastWidth, leastHeight = 60, 15
	twoPanes, threePanes    = 100, 140
	portraitHeight          = 45
	leastQueue, leastTalk   = 30, 40
)

// cell is a part with its size. A plan is bands from top to bottom, each of
// cells from left to right that are equally high.
type (
	cell struct {
		Part
		Size
	}
	plan [][]cell
)

// wish is what the agent chose of the layout.
type wish struct {
	focus Part
	split int  // columns added to the left pane
	slide bool // the customer's context is shown where it has no place of its own
}

// arrange says what goes where. Whatever the size, the cells fill it exactly.
func arrange(s Size, w wish) plan {
	if s.Width < leastWidth || s.Height < leastHeight {
		return plan{{{smallPart, s}}}
	}
	body := Size{s.Width, s.Height - 2}
	p := plan{row(statusPart, s.Width)}
	switch {
	case s.Width >= threePanes:
		p = append(p, three(body, w))
	case s.Width >= twoPanes:
		p = append(p, two(body, w))
	case s.Height >= portraitHeight:
		p = append(p, stack(body, w)...)
	default:
		p = append(p, one(body, w)...)
	}
	return append(p, row(footerPart, s.Width))
}

func row(part Part, width int) []cell { return []cell{{part, Size{width, 1}}} }

func three(s Size, w wish) []cell {
	money := 44
	if s.Width < 156 {
		money = 38
	}
	queue := clamp(s.Width*3/10+w.split, leastQueue, s.Width-money-leastTalk)
	return []cell{
		{QueuePart, Size{queue, s.Height}},
		{TalkPart, Size{s.Width - queue - money, s.Height}},
		{CustomerPart, Size{money, s.Height}},
	}
}

func two(s Size, w wish) []cell {
	left := QueuePart
	if w.focus == CustomerPart || w.slide && w.focus != QueuePart { // keys never go to a pane that is hidden
		left = CustomerPart
	}
	width := clamp(s.Width*37/100+w.split, leastQueue, s.Width-leastTalk)
	return []cell{{left, Size{width, s.Height}}, {TalkPart, Size{s.Width - width, s.Height}}}
}

func stack(s Size, w wish) plan {
	queue := clamp(s.Height/4+w.split, 6, s.Height/2)
	p := plan{{{QueuePart, Size{s.Width, queue}}}}
	rest := s.Height - queue
	if w.slide || w.focus == CustomerPart {
		money := min(rest/2, 22)
		p = append(p, []cell{{CustomerPart, Size{s.Width, money}}})
		rest -= money
	} else {
		p = append(p, row(customerLine, s.Width))
		rest--
	}
	return append(p, []cell{{TalkPart, Size{s.Width, rest}}})
}

func one(s Size, w wish) plan {
	pane := cell{QueuePart, Size{s.Width, s.Height - 2}}
	above, below := talkLine, customerLine
	switch w.focus {
	case TalkPart, ComposerPart:
		pane.Part, above, below = TalkPart, queueLine, customerLine
	case CustomerPart:
		pane.Part, above, below = CustomerPart, queueLine, talkLine
	}
	return plan{row(above, s.Width), {pane}, row(below, s.Width)}
}

// find returns the cell of a part and where its corner is.
func (p plan) find(part Part) (c cell, x, y int, ok bool) {
	for _, band := range p {
		x = 0
		for _, c = range band {
			if c.Part == part {
				return c, x, y, true
			}
			x += c.Width
		}
		y += band[0].Height
	}
	return cell{}, 0, 0, false
}

func clamp(n, low, high int) int { return max(low, min(n, high)) }
