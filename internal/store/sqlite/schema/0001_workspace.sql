-- A workspace: its log and the state that follows from it. Empty text stands for
-- "none" and 0 for "never", as in Go. Instants are milliseconds since 1970 UTC.

-- One row, made with the file. The epoch tells clients that a log was replaced.
create table workspace (
  id    integer primary key check (id = 1),
  epoch text not null
) strict;

-- The log. seq is the rowid, and not autoincrement: the desk counts, so that a
-- transaction that was rolled back leaves no hole.
create table log (
  seq          integer primary key,
  at           integer not null,
  name         text not null,    -- of the event
  timeline     integer not null, -- 1: a line of its conversation
  conv         text not null,
  customer     text not null,
  before_queue text not null,
  before_agent text not null,
  after_queue  text not null,
  after_agent  text not null,
  lane         text not null,
  n            integer not null,
  summary      text,             -- JSON
  body         blob not null     -- the event, encoded
) strict;

-- Indexes end in the rowid by themselves, so these are (conv, seq) and (customer, seq).
create index log_timeline on log(conv) where timeline;
create index log_said on log(customer) where name = 'said';

-- The words of messages, notes and customers' names, by seq. The text itself is
-- in log.body already, so it is not stored again.
create virtual table words using fts5(
  text, content='', columnsize=0, tokenize="unicode61 remove_diacritics 2"
);

create table conversations (
  id       text primary key not null,
  customer text not null,
  queue    text not null,
  agent    text not null,
  status   text not null,
  until    integer not null,
  waiting  integer not null,
  created  integer not null,
  resolved integer not null,
  summary  text not null -- JSON; the columns above repeat what is asked for
) strict;

create index conversations_unresolved on conversations(id) where status <> 'resolved';
create index conversations_snoozed on conversations(until, id) where status = 'snoozed';
create index conversations_customer on conversations(customer, created, id);

create table users (
  id       text primary key not null,
  login    text not null unique,
  password text not null,
  disabled integer not null,
  name     text not null,
  role     text not null,
  queues   text not null, -- JSON
  state    text not null,
  reason   text not null,
  since    integer not null
) strict;

create table queues (
  id   text primary key not null,
  name text not null
) strict;

insert into queues (id, name) values ('general', 'General');

create table sessions (
  hash    text primary key not null,
  user    text not null,
  created integer not null,
  expires integer not null
) strict;

create index sessions_user on sessions(user);
create index sessions_expires on sessions(expires);

create table customers (
  id      text primary key not null,
  name    text not null,
  ref     text not null,
  lang    text not null,
  created integer not null
) strict;

create unique index customers_ref on customers(ref) where ref <> '';

create table resume_tokens (
  hash     text primary key not null,
  customer text not null,
  expires  integer not null,
  replaces text not null -- the token that was presented for it, until it is presented itself
) strict;

create index resume_tokens_expires on resume_tokens(expires);

create table lanes (
  id       integer primary key,
  owner    text not null,
  device   text not null,
  lane     text not null,
  last     integer not null,
  outcomes text not null, -- JSON
  unique (owner, device, lane)
) strict;

create table audit (
  id     integer primary key,
  at     integer not null,
  actor  text not null,
  action text not null,
  object text not null,
  detail text not null
) strict;

create trigger audit_keeps_rows before delete on audit
begin select raise(abort, 'the audit trail only grows'); end;

create trigger audit_keeps_values before update on audit
begin select raise(abort, 'the audit trail only grows'); end;
