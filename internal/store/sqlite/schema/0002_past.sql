-- The epochs that ended when a backup was restored, in order, each with the last
-- seq that is still of it.
create table past (
  id    integer primary key,
  epoch text not null unique,
  seq   integer not null
) strict;
