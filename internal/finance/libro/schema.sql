-- The loan book. Amounts are minor units of the product's currency, dates are
-- text as YYYY-MM-DD, instants are milliseconds since 1970 in UTC. Identity,
-- contact and account numbers are sealed; beside them stands a keyed hash to
-- tell two apart and, where one is shown, its masked form.

create table customer (
	id         text primary key,
	country    text not null,
	given      text not null,
	family     text not null,
	preferred  text not null,
	vulnerable integer not null default 0
) without rowid;

create table identity_doc (
	customer   text not null references customer,
	kind       text not null,
	value_enc  blob not null,
	value_hash blob not null,
	masked     text not null,
	primary key (customer, kind),
	unique (kind, value_hash)
) without rowid;

create table contact_point (
	customer   text not null references customer,
	kind       text not null,
	value_enc  blob not null,
	value_hash blob not null,
	changed_at integer not null,
	primary key (customer, kind)
) without rowid;

create table bank_account (
	customer   text not null references customer,
	kind       text not null,
	value_enc  blob not null,
	value_hash blob not null,
	masked     text not null,
	changed_at integer not null,
	primary key (customer, kind)
) without rowid;

create table risk_flag (
	customer text not null references customer,
	kind     text not null,
	since    integer not null,
	until    integer, -- null while it stands
	primary key (customer, kind, since)
) without rowid;

create table product (
	id                text primary key,
	country           text not null,
	ccy               text not null,
	convention        text not null,
	iva               text not null,
	iva_mode          text not null,
	punitive_ratio    text not null,
	accrue_in_arrears integer not null,
	tolerance         integer not null -- an instalment this little short counts as paid
) without rowid;

create table loan (
	id        text primary key,
	customer  text not null references customer,
	product   text not null references product,
	principal integer not null check (principal > 0),
	tna       text not null,
	n         integer not null,
	disbursed text not null,
	first_due text not null,
	due_day   integer not null
) without rowid;
create index loan_of_customer on loan (customer);

create table installment (
	loan     text not null references loan,
	n        integer not null,
	due      text not null,
	capital  integer not null,
	interest integer not null,
	iva      integer not null,
	primary key (loan, n)
) without rowid;

-- What happened to a loan, and to which part of which instalment it went. What
-- is owed is always the sum of these, so nothing here is ever changed.
create table ledger_entry (
	id              integer primary key,
	loan            text not null references loan,
	kind            text not null check (kind in ('disbursement', 'accrual', 'adjustment', 'payment')),
	value_date      text not null,
	posted_at       integer not null,
	amount          integer not null check (amount > 0),
	idempotency_key text not null unique
);
create index entry_of_loan on ledger_entry (loan);

create table allocation (
	entry       integer not null references ledger_entry,
	installment integer not null,
	component   text not null,
	amount      integer not null check (amount > 0),
	primary key (entry, installment, component)
) without rowid;

create trigger ledger_entry_stays before update on ledger_entry
begin select raise(abort, 'the ledger is append-only'); end;
create trigger ledger_entry_remains before delete on ledger_entry
begin select raise(abort, 'the ledger is append-only'); end;
create trigger allocation_stays before update on allocation
begin select raise(abort, 'the ledger is append-only'); end;
create trigger allocation_remains before delete on allocation
begin select raise(abort, 'the ledger is append-only'); end;

create table inbound_payment (
	id       text primary key,
	customer text not null references customer,
	rail     text not null,
	received text not null,
	amount   integer not null check (amount > 0),
	ccy      text not null,
	state    text not null check (state in ('received', 'applied', 'returned'))
) without rowid;
create index inbound_of_customer on inbound_payment (customer, received);

create table promise (
	loan   text not null references loan,
	date   text not null,
	amount integer not null,
	state  text not null check (state in ('open', 'kept', 'broken')),
	primary key (loan, date)
) without rowid;

create table extension (
	loan      text not null references loan,
	n         integer not null,
	from_date text not null,
	to_date   text not null,
	cost      integer not null,
	primary key (loan, n, from_date)
) without rowid;

create table offer (
	customer text primary key references customer,
	state    text not null check (state in ('open', 'rejected')),
	up_to    integer, -- null when rejected
	ccy      text not null,
	expires  text     -- null when rejected
) without rowid;
