package wire

// Context is a customer's financial context at one moment. It is asked for when
// it is needed, travels in no record and is kept by no client after it left the
// conversation. Identity numbers are masked by the desk.
//
// Every figure says where it comes from and how old it is; a figure nobody knows
// is a [Val] without a value, never zero.
type Context struct {
	Conversation ConversationID `json:"c"`
	// None says why there is no context at all: "anonymous" or "unknown"
	// (the source has no such customer). The rest is empty then.
	None string `json:"none,omitempty"`
	// Hidden says that figures exist and this asker may not see them yet: taking
	// the conversation opens them.
	Hidden bool   `json:"hidden,omitempty"`
	Date   string `json:"date"` // the lender's business date, YYYY-MM-DD
	AsOf   Millis `json:"asof"` // when the desk asked the source
	Src    string `json:"src"`  // the source's name
	Who    *Who   `json:"who,omitempty"`
	Stops  []Stop `json:"stops,omitempty"`
	Now    *Now   `json:"now,omitempty"`
	Loans  []Loan `json:"loans,omitempty"`
	// Payments, newest first.
	Payments []Payment `json:"payments,omitempty"`
	Offer    *Offer    `json:"offer,omitempty"`
	// Problems names the blocks that could not be had ("who", "stops", "now",
	// "loans", "payments", "offer") and the kind of trouble: "unavailable",
	// "damaged". A block named here is absent, not empty.
	Problems map[string]string `json:"problems,omitempty"`
}

// Val is a value with its source, its age and what kind of figure it is: "core",
// "derivado", "estimado" or "declarado". Without V nobody knows it.
type Val[T any] struct {
	V    *T     `json:"v,omitempty"`
	Src  string `json:"src,omitempty"`
	AsOf Millis `json:"asof,omitempty"`
	Kind string `json:"kind,omitempty"`
}

// Amount is money in minor units (cents), as a string so that no reader takes it
// for a float.
type Amount struct {
	Minor    int64  `json:"minor,string"`
	Currency string `json:"ccy"` // ISO 4217
}

// Who is the person and how sure the desk is.
type Who struct {
	Name      Val[string] `json:"name"` // as the customer likes it
	FullName  Val[string] `json:"full_name"`
	Country   string      `json:"country"` // ISO 3166: AR, MX
	Documents []Document  `json:"documents,omitempty"`
	Evidence  string      `json:"evidence"` // how the match was made: "app"
	Level     int         `json:"level"`    // N0 to N3
}

// Document is an identity number, masked.
type Document struct {
	Kind   string      `json:"kind"` // DNI, CUIL, CURP, RFC …
	Masked Val[string] `json:"masked"`
}

// Stop is a sign that limits what may be said or done.
type Stop struct {
	Kind  string      `json:"kind"` // identity_theft, fraud, contact_changed, account_changed, vulnerable
	Since Val[Millis] `json:"since"`
}

// Now is the one line that answers most questions.
type Now struct {
	State        string      `json:"state"`          // no_loan, paid_off, up_to_date, due_in, due_today, late
	Days         int         `json:"days,omitempty"` // until due, or late
	Loan         string      `json:"loan,omitempty"`
	Number       int         `json:"number,omitempty"` // instalment Number of Of
	Of           int         `json:"of,omitempty"`
	Amount       Val[Amount] `json:"amount"`
	Due          Val[string] `json:"due"` // YYYY-MM-DD
	LateInterest Val[Amount] `json:"late_interest"`
	CatchUp      Val[Amount] `json:"catch_up"`       // all that is past due, late interest included; known only when late
	Payoff       Val[Amount] `json:"payoff"`         // to cancel everything today
	PayoffPerDay Val[Amount] `json:"payoff_per_day"` // what a day later adds
}

// Loan is one credit.
type Loan struct {
	ID          string       `json:"id"`
	Active      bool         `json:"active,omitempty"`
	Original    Val[Amount]  `json:"original"`
	Balance     Val[Amount]  `json:"balance"`
	TNA         Val[string]  `json:"tna"`       // percent, decimal
	TEA         Val[string]  `json:"tea"`       // likewise, with compounding
	Disbursed   Val[string]  `json:"disbursed"` // YYYY-MM-DD
	Payoff      Val[Amount]  `json:"payoff"`    // to cancel this loan today
	Instalments []Instalment `json:"instalments,omitempty"`
	Promises    []Promise    `json:"promises,omitempty"`
	Extensions  []Extension  `json:"extensions,omitempty"`
}

// Instalment is one row of a loan's schedule.
type Instalment struct {
	Number int         `json:"number"`
	State  string      `json:"state"` // paid, pending, late
	Due    Val[string] `json:"due"`
	Total  Val[Amount] `json:"total"`
	Unpaid Val[Amount] `json:"unpaid"`
}

// Promise is a date on which the customer said they would pay.
type Promise struct {
	Date   Val[string] `json:"date"`
	Amount Val[Amount] `json:"amount"`
	State  string      `json:"state"` // open, kept, broken
}

// Extension is an instalment moved to a later date.
type Extension struct {
	Number int         `json:"number"`
	From   Val[string] `json:"from"`
	To     Val[string] `json:"to"`
	Cost   Val[Amount] `json:"cost"`
}

// Payment is money that came in.
type Payment struct {
	ID     string      `json:"id"`
	Date   Val[string] `json:"date"`
	Amount Val[Amount] `json:"amount"`
	Rail   string      `json:"rail"`  // how it was paid
	State  string      `json:"state"` // applied, received, returned
}

// Offer says whether the customer may borrow.
type Offer struct {
	Available bool        `json:"available,omitempty"`
	UpTo      Val[Amount] `json:"up_to"`
	Expires   Val[string] `json:"expires"`
	Reason    string      `json:"reason,omitempty"` // why not: a category fit to tell
}
