package finance

import "time"

// Snapshot is a customer's context at one moment: a plain value, safe to keep,
// with identity numbers in masked form only.
type Snapshot struct {
	Ref    Ref
	Source string    // the provider that answered
	AsOf   time.Time // when it read its figures
	Today  Date      // the lender's business date that days are counted from

	Who      Block[Who]
	Stops    Block[[]Stop]
	Now      Block[Now]
	Loans    Block[[]Loan]    // active ones first, then the newest
	Payments Block[[]Payment] // newest first
	Offer    Block[Offer]
}

// Who is the person, and how sure we are of it.
type Who struct {
	Preferred Val[string] // the name the customer likes to be called by
	FullName  Val[string]
	Country   Country
	Documents []Document
	Evidence  Evidence
	Level     Level
}

// Document is an identity number as it may be shown.
type Document struct {
	Kind   DocumentKind
	Masked Val[string]
}

// Stop is a sign that limits what may be said or done, whatever the figures.
type Stop struct {
	Kind  StopKind
	Since Val[time.Time]
}

// StopKind names a stop sign.
type StopKind string

// The stop signs. The two changes are raised only while they are recent enough
// to hold back disbursements and further changes.
const (
	StopIdentityTheft  StopKind = "identity_theft"
	StopFraud          StopKind = "fraud"
	StopContactChanged StopKind = "contact_changed"
	StopAccountChanged StopKind = "account_changed"
	StopVulnerable     StopKind = "vulnerable"
)

// Now is the line that answers most questions by itself. With several loans it
// speaks of the most urgent one.
type Now struct {
	State State
	Days  int // to the due date (due_in, up_to_date) or past it (late)

	Loan         string     // the rest is about this loan; empty without one
	Number, Of   int        // instalment Number of Of
	Amount       Val[Money] // what is left of that instalment
	Due          Val[Date]
	LateInterest Val[Money] // what lateness has added to the loan so far; known only when late
	CatchUp      Val[Money] // all that is past due with LateInterest; known only when late
	Payoff       Val[Money] // to cancel this whole loan today
	PayoffPerDay Val[Money] // what waiting until tomorrow adds to Payoff
}

// State is where a customer stands today.
type State string

// The states.
const (
	NoLoan   State = "no_loan"    // never had one
	PaidOff  State = "paid_off"   // had some, owes nothing
	UpToDate State = "up_to_date" // nothing to pay in the current period
	DueIn    State = "due_in"     // the next instalment falls within the period
	DueToday State = "due_today"
	Late     State = "late"
)

// Loan is one credit and its instalments.
type Loan struct {
	ID          string
	Active      bool
	Original    Val[Money]
	Balance     Val[Money] // capital still owed
	Payoff      Val[Money] // to cancel it today; known while active
	TNA         Val[Rate]  // annual nominal rate of the contract
	TEA         Val[Rate]  // annual effective rate, where the country shows one
	Disbursed   Val[Date]
	Instalments []Instalment
	Promises    []Promise   // newest first
	Extensions  []Extension // newest first
}

// Instalment is one row of a loan's schedule. Total and Unpaid leave out what
// lateness adds.
type Instalment struct {
	Number int
	State  InstalmentState
	Due    Val[Date]
	Total  Val[Money]
	Unpaid Val[Money]
}

// InstalmentState is how an instalment stands today.
type InstalmentState string

// The states of an instalment.
const (
	InstalmentPaid    InstalmentState = "paid"
	InstalmentPending InstalmentState = "pending" // its date has not passed
	InstalmentLate    InstalmentState = "late"
)

// Promise is a date on which the customer said they would pay.
type Promise struct {
	Date   Val[Date]
	Amount Val[Money]
	State  PromiseState
}

// PromiseState is what became of a promise.
type PromiseState string

// The states of a promise.
const (
	PromiseOpen   PromiseState = "open"
	PromiseKept   PromiseState = "kept"
	PromiseBroken PromiseState = "broken"
)

// Extension is an instalment that was moved to a later date for a cost.
type Extension struct {
	Number int // of the instalment
	From   Val[Date]
	To     Val[Date]
	Cost   Val[Money]
}

// Payment is money that came in.
type Payment struct {
	ID     string
	Date   Val[Date]
	Amount Val[Money]
	Rail   string // how it came: cvu, debit, cash, spei, oxxo
	State  PaymentState
}

// PaymentState is what the lender has done with a payment.
type PaymentState string

// The states of a payment. Received but not applied is the usual answer to
// «I already paid».
const (
	PaymentApplied  PaymentState = "applied"
	PaymentReceived PaymentState = "received"
	PaymentReturned PaymentState = "returned"
)

// Offer says whether the customer may borrow.
type Offer struct {
	Available bool
	UpTo      Val[Money] // known only when available
	Expires   Val[Date]
	Reason    Reason // why not; empty when available
}

// Reason is a category that may be told to the customer. It is never the rule
// or the score behind it.
type Reason string

// The reasons, in the order in which they are looked for.
const (
	ReasonStop     Reason = "stop_sign"
	ReasonChanged  Reason = "data_changed"
	ReasonOverdue  Reason = "overdue"
	ReasonRejected Reason = "rejected"
	ReasonExpired  Reason = "expired"
	ReasonNone     Reason = "no_offer"
)
