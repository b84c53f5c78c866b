package tui

import (
	"slices"
	"strconv"
	"strings"

	"ventanilla/client/wire"
	"ventanilla/tui/ink"
	"ventanilla/tui/locale"
	"ventanilla/tui/text"
	"ventanilla/tui/words"
)

// blocks draws a context block by block in the order the eye needs them. A block
// the desk could not have says so; a figure nobody knows is «s/d», never zero.
type blocks struct {
	canvas
	size Size
	v    *look
	f    *wire.Context
	b    border
}

func (k *blocks) draw(b border) {
	k.begin(k.size, k.v)
	k.b = b
	k.who()
	k.stops()
	k.now()
	for i, l := range k.f.Loans {
		k.loan(l, i)
	}
	k.trouble("loans", words.LoanTitle)
	k.payments()
	k.offer()
}

// line draws one row: left text, right text, and the cells between.
func (k *blocks) line(left, right seg) {
	k.inside(k.b)
	k.Pad(k.ground, 1)
	room := right.line.Width(k.m)
	if room > 0 {
		room++
	}
	k.PutIn(left.pen, left.line, k.Left()-room-2)
	k.To(k.ground, right.line.Width(k.m)+2)
	k.Put(right.pen, right.line)
	k.outside(k.b, k.ground)
}

// figures draws a label, an amount on the cent, and what belongs to it.
func (k *blocks) figures(label text.Line, a wire.Val[wire.Amount], note seg) {
	t := k.v.pens.plain
	k.inside(k.b)
	k.Pad(k.ground, 1)
	beside := clamp(k.Left()*27/100, 8, 12)
	k.Column(t.quiet, label, k.Left()-beside-17)
	k.Figure(t.bold, amount(a, k.v), 14)
	k.Glyphs(t.quiet, kindMark(a.Kind))
	k.Pad(k.ground, 1)
	k.PutIn(note.pen, note.line, k.Left()-1)
	k.outside(k.b, k.ground)
}

// kindMark tells figures that the core did not state.
func kindMark(kind string) string {
	switch kind {
	case "estimado":
		return "≈"
	case "declarado":
		return "¿"
	}
	return " "
}

// title begins a block; from says where its figures come from when that is not
// what the pane says already.
func (k *blocks) title(id words.ID, more text.Line, from string, asOf wire.Millis) {
	t := k.v.pens.plain
	label := seg{}
	if from != "" && (from != k.f.Src || asOf != k.f.AsOf && asOf != 0) {
		age := ageOf(k.v.now.Sub(asOf.Time()), k.v)
		if asOf == 0 {
			age = ""
		}
		label = seg{t.quiet, text.Concat(k.v.of(words.Source, from), text.Literal(" "), text.Clean(age))}
	}
	k.tee(k.b, []seg{{t.title, k.v.say(id)}, {t.title, more}}, label)
}

// trouble draws a block that could not be had.
func (k *blocks) trouble(block string, id words.ID) bool {
	kind, bad := k.f.Problems[block]
	if bad {
		k.title(id, text.Line{}, "", 0)
		k.line(seg{k.v.pens.plain.warn, k.v.of(words.BlockTrouble, kind)}, seg{})
	}
	return bad
}

func (k *blocks) who() {
	t, v := k.v.pens.plain, k.v
	if kind, bad := k.f.Problems["who"]; bad || k.f.Who == nil {
		k.line(seg{t.warn, text.Concat(v.say(words.WhoTitle), text.Literal(": "), v.of(words.BlockTrouble, kind))}, seg{})
		return
	}
	w := k.f.Who
	sure := text.Concat(text.Literal("✔ N"), text.Clean(strconv.Itoa(w.Level)), text.Literal(" "), v.of(words.Evidence, w.Evidence))
	pen := t.good
	if w.Level == 0 {
		sure, pen = text.Concat(text.Literal("? N0 "), v.of(words.Evidence, w.Evidence)), t.warn
	}
	k.line(seg{t.bold, value(w.Name, v)}, seg{pen, sure})
	var papers []string
	for _, d := range w.Documents {
		papers = append(papers, d.Kind+" "+value(d.Masked, v).String())
	}
	k.line(seg{t.quiet, text.Clean(strings.Join(papers, "  "))}, seg{t.quiet, text.Clean(w.Country)})
}

func (k *blocks) stops() {
	t, v := k.v.pens.plain, k.v
	if kind, bad := k.f.Problems["stops"]; bad {
		k.line(seg{t.warn, text.Concat(text.Literal("⚑ "), v.of(words.BlockTrouble, kind))}, seg{})
	}
	for _, s := range k.f.Stops {
		right := seg{}
		if s.Since.V != nil {
			right = seg{t.quiet, text.Clean(v.locale.Span(v.now.Sub(s.Since.V.Time())))}
		}
		k.line(seg{t.bad, text.Concat(text.Literal("⚑ "), v.of(words.StopSign, s.Kind))}, right)
	}
}

func (k *blocks) now() {
	if k.trouble("now", words.NowTitle) || k.f.Now == nil {
		return
	}
	n, v, t := k.f.Now, k.v, k.v.pens.plain
	k.title(words.NowTitle, text.Line{}, n.Amount.Src, n.Amount.AsOf)
	line, pen := nowLine(n, v)
	right := seg{}
	if n.Of > 0 {
		right = seg{t.quiet, v.with(words.InstalmentOf, words.Args{"Number": n.Number, "Of": n.Of})}
	}
	k.line(seg{pen, line}, right)
	if n.State == "no_loan" || n.State == "paid_off" {
		return
	}
	k.figures(v.say(words.Instalment), n.Amount, seg{t.ink, dueDate(n.Due, v)})
	if n.State == "late" || n.LateInterest.V != nil && n.LateInterest.V.Minor != 0 {
		k.figures(v.say(words.LateInterest), n.LateInterest, seg{})
	}
	k.figures(v.say(words.Payoff), n.Payoff, seg{t.quiet, v.say(words.Today)})
	if n.PayoffPerDay.V != nil {
		k.figures(v.say(words.PerDay), n.PayoffPerDay, seg{})
	}
}

// nowLine is the one line that answers most questions.
func nowLine(n *wire.Now, v *look) (text.Line, ink.Pen) {
	t := v.pens.plain
	known := n.Days > 0 // whoever may not see the figures is not told the days: unknown is never zero
	switch {
	case n.State == "late" && known:
		return text.Clean(v.words.Count(words.NowLate, n.Days)), t.bad
	case n.State == "late":
		return v.of(words.NowState, n.State), t.bad
	case n.State == "due_in" && known:
		return text.Clean(v.words.Count(words.NowDueIn, n.Days)), t.warn
	case n.State == "due_in", n.State == "due_today":
		return v.of(words.NowState, n.State), t.warn
	}
	return v.of(words.NowState, n.State), t.good
}

func (k *blocks) loan(l wire.Loan, i int) {
	v, t := k.v, k.v.pens.plain
	more := text.Clean(" " + l.ID)
	if n := len(k.f.Loans); n > 1 {
		more = text.Concat(more, text.Literal(" "), v.with(words.OneOf, words.Args{"Number": i + 1, "Of": n}))
	}
	k.title(words.LoanTitle, more, l.Balance.Src, l.Balance.AsOf)
	k.figures(v.say(words.Original), l.Original, seg{})
	k.figures(v.say(words.Balance), l.Balance, seg{})
	k.strip(l.Instalments)
	k.line(seg{t.quiet, text.Concat(text.Literal("TNA "), rate(l.TNA, v), text.Literal("   TEA "), rate(l.TEA, v))}, seg{})
	for _, p := range l.Promises {
		k.line(seg{t.ink, text.Concat(v.say(words.PromiseWord), text.Literal(" "), dueDate(p.Date, v), text.Literal(" "), amount(p.Amount, v))},
			seg{t.quiet, v.of(words.PromiseState, p.State)})
	}
	for _, e := range l.Extensions {
		k.line(seg{t.ink, v.with(words.ExtensionLine, words.Args{"Number": e.Number, "From": shortDate(e.From, v).String(), "To": shortDate(e.To, v).String()})},
			seg{t.quiet, amount(e.Cost, v)})
	}
}

// strip draws every instalment: paid ✔, late ✘, to come ○, the next one ●.
func (k *blocks) strip(all []wire.Instalment) {
	t := k.v.pens.plain
	next := slices.IndexFunc(all, func(i wire.Instalment) bool { return i.State == "pending" })
	for len(all) > 0 {
		k.inside(k.b)
		k.Pad(k.ground, 1)
		for len(all) > 0 && k.Left() > 9 {
			mark, pen := "○", t.quiet
			switch all[0].State {
			case "paid":
				mark, pen = "✔", t.good
			case "late":
				mark, pen = "✘", t.bad
			default:
				if next == 0 {
					mark, pen = "●", t.ink
				}
			}
			k.Glyphs(pen, mark)
			k.Column(pen, shortDate(all[0].Due, k.v), 7)
			all, next = all[1:], next-1
		}
		k.outside(k.b, k.ground)
	}
}

func (k *blocks) payments() {
	if k.trouble("payments", words.PaymentsTitle) || len(k.f.Payments) == 0 {
		return
	}
	v, t := k.v, k.v.pens.plain
	last := k.f.Payments[0].Amount
	k.title(words.PaymentsTitle, text.Line{}, last.Src, last.AsOf)
	for _, p := range k.f.Payments {
		state := seg{t.good, text.Concat(text.Literal("✔ "), v.of(words.PaymentState, p.State))}
		switch p.State {
		case "received":
			state = seg{t.warn, text.Concat(text.Literal("? "), v.of(words.PaymentState, p.State))}
		case "returned":
			state = seg{t.bad, text.Concat(text.Literal("✘ "), v.of(words.PaymentState, p.State))}
		}
		k.inside(k.b)
		k.Pad(k.ground, 1)
		k.Column(t.quiet, shortDate(p.Date, v), 7)
		k.Figure(t.ink, amount(p.Amount, v), 14)
		k.Pad(k.ground, 1)
		k.PutIn(t.quiet, text.Concat(v.of(words.Rail, p.Rail), text.Literal(" ")), 9)
		k.PutIn(state.pen, state.line, k.Left()-1)
		k.outside(k.b, k.ground)
	}
}

func (k *blocks) offer() {
	if k.trouble("offer", words.OfferTitle) || k.f.Offer == nil {
		return
	}
	o, v, t := k.f.Offer, k.v, k.v.pens.plain
	k.title(words.OfferTitle, text.Line{}, o.UpTo.Src, o.UpTo.AsOf)
	if !o.Available {
		k.line(seg{t.ink, text.Concat(v.say(words.OfferNo), text.Literal(" "), v.of(words.OfferReason, o.Reason))}, seg{})
		return
	}
	right := seg{}
	if o.Expires.V != nil {
		right = seg{t.quiet, v.with(words.OfferUntil, words.Args{"Date": v.locale.DueDate(*o.Expires.V)})}
	}
	k.line(seg{t.good, v.with(words.OfferUpTo, words.Args{"Amount": amount(o.UpTo, v).String()})}, right)
}

// unknown is what stands for a figure nobody knows.
func unknown(v *look) text.Line { return v.say(words.NoData) }

func amount(a wire.Val[wire.Amount], v *look) text.Line {
	if a.V == nil {
		return unknown(v)
	}
	return text.Clean(v.locale.Money(*a.V))
}

func value(s wire.Val[string], v *look) text.Line {
	if s.V == nil {
		return unknown(v)
	}
	return text.Name(*s.V)
}

func rate(s wire.Val[string], v *look) text.Line { return mapped(s, v, locale.Locale.Percent) }

func dueDate(s wire.Val[string], v *look) text.Line { return mapped(s, v, locale.Locale.DueDate) }

func shortDate(s wire.Val[string], v *look) text.Line { return mapped(s, v, locale.Locale.ShortDate) }

func mapped(s wire.Val[string], v *look, write func(locale.Locale, string) string) text.Line {
	if s.V == nil {
		return unknown(v)
	}
	return text.Clean(write(v.locale, *s.V))
}
