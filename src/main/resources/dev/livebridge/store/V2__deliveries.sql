-- When Live said that a conversation is gone, or its time had passed; null while it may be written to.
alter table conversation add column closed_at timestamp(6) with time zone;

-- How far each message has come on its way to Live, by the JMSMessageID that its producer knows. Written before a call
-- (started) and after it (confirmed), so that whoever finds the message again knows what was done. No text, no file.
create table delivery (
  bot_id          bigint                      not null,
  queue           varchar(512)                not null,
  message_id      varchar(512)                not null,
  state           varchar(9)                  not null,
  attempts        integer                     not null,
  server_errors   integer                     not null,
  cut_off         integer                     not null,
  rolled_back     boolean                     not null,
  uncertain       boolean                     not null,
  told_delayed    boolean                     not null,
  began_at        timestamp(6) with time zone not null,
  changed_at      timestamp(6) with time zone not null,
  user_hash       varchar(1024),
  conversation_id varchar(128),
  idempotency_key varchar(64),
  body_digest     varchar(64),
  outcome         text,
  -- the message before it in its lane, and since when it came too early; null for none, and for never
  after_id        varchar(512),
  early_since     timestamp(6) with time zone,
  -- whether it was set aside on the held queue
  held            boolean                     not null default false,
  primary key (bot_id, queue, message_id)
);

create unique index delivery_of_key on delivery (idempotency_key);
-- for what is too old: not by changed_at, which would be written to the index with each change
create index delivery_began on delivery (began_at);

-- Which message was the last to be handed on in each lane: the next one comes after it. Priorities overtake each other.
-- The lane is a digest of its name.
create table lane (
  bot_id     bigint                      not null,
  lane       varchar(64)                 not null,
  priority   integer                     not null,
  last_id    varchar(512)                not null,
  changed_at timestamp(6) with time zone not null,
  primary key (bot_id, lane, priority)
);

-- Which conversations wait, with their messages on the held queue, and when to try them again.
create table hold (
  bot_id       bigint                      not null,
  queue        varchar(512)                not null,
  hold_key     varchar(1024)               not null,
  lane         varchar(1024),
  reason       varchar(2048)               not null,
  began_at     timestamp(6) with time zone not null,
  due_at       timestamp(6) with time zone not null,
  marked_until timestamp(6) with time zone not null,
  -- the message that was set aside last, and how often none was found since
  last_id      varchar(512),
  empty_looks  integer                     not null,
  primary key (bot_id, queue, hold_key)
);

create index hold_due on hold (due_at);
