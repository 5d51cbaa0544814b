-- Which user has which conversation. A user's newest, by number, is the open one.
create table conversation (
  number          bigint                      generated always as identity unique,
  bot_id          bigint                      not null,
  conversation_id varchar(128)                not null,
  user_hash       varchar(1024)               not null,
  queued_at       timestamp(6) with time zone not null,
  primary key (bot_id, conversation_id)
);

create index conversation_of_user on conversation (bot_id, user_hash, number);
