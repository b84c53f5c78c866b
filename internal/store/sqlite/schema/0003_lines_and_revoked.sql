-- Where the newest lines that people wrote are, as JSON of desk.Lines, so that a
-- reply is compared with them without a look into the log.
alter table conversations add column lines text not null default '{}';

update conversations set lines = coalesce((
  with written as (
    select seq, coalesce(cast(body as text) ->> '$.agent', '') as by from log
    where conv = conversations.id and timeline and name in ('said', 'noted')
      and coalesce(cast(body as text) ->> '$.by', '') <> 'system'
  ), newest as (select seq, by from written order by seq desc limit 1)
  select json_object('last', newest.seq, 'by', newest.by,
    'other', coalesce((select max(seq) from written where by <> newest.by), 0)) from newest
), '{}');

-- An administrator took the session back: its token is answered with that for as
-- long as the row is kept.
alter table sessions add column revoked integer not null default 0;
