-- What Live's events say. One may come before the answer of the queue call: then the user is not known yet.
alter table conversation alter column user_hash drop not null;
-- when an agent took it first
alter table conversation add column attended_at timestamp(6) with time zone;
-- where it was moved to last
alter table conversation add column target varchar(256);

-- Which events of Live are on live.events already: a digest of the conversation, the name and the timestamp of each.
create table event (
  bot_id      bigint                      not null,
  event_id    varchar(64)                 not null,
  received_at timestamp(6) with time zone not null,
  primary key (bot_id, event_id)
);

create index event_received on event (received_at);
