-- What Live answered when it queued the conversation, as JSON: told again where a second request gets the open one.
alter table conversation add column answer text;

-- Which message is about to open a conversation for a user: of several at once, on whatever instance, one does.
create table opening (
  bot_id     bigint                      not null,
  user_hash  varchar(1024)               not null,
  queue      varchar(512)                not null,
  message_id varchar(512)                not null,
  since      timestamp(6) with time zone not null,
  primary key (bot_id, user_hash)
);
