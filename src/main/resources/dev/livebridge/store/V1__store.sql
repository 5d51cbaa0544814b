-- For SQLite and PostgreSQL alike. Times are milliseconds since the epoch.

-- Which user has which conversation, and what Live's events say of it. A user's newest, by number, is the open one. An event
-- may name a conversation that this bridge has not queued, or not yet so far as it knows: then it has no user.
create table conversation (
  bot_id          bigint       not null,
  conversation_id varchar(128) not null,
  user_hash       varchar(1024),
  -- of the user's conversations, from 1
  number          bigint       not null,
  queued_at       bigint       not null,
  -- what Live answered when it queued the conversation, as JSON: told again where a second request gets the open one
  answer          text,
  -- when an agent took it first
  attended_at     bigint,
  -- where it was moved to last
  target          varchar(256),
  -- when Live said that it is gone
  closed_at       bigint,
  primary key (bot_id, conversation_id)
) ${withoutRowid};

create index conversation_of_user on conversation (bot_id, user_hash, number);
create index conversation_queued on conversation (queued_at);

-- How far each message has come on its way to Live, by the JMSMessageID that its producer knows. Written before a call
-- (STARTED) and after it (CONFIRMED), so that whoever finds the message again knows what was done. Who has the message names
-- its epoch with each write: after another has taken the message up, such a write changes nothing. No text, no file.
create table delivery (
  bot_id          bigint       not null,
  queue           varchar(512) not null,
  message_id      varchar(512) not null,
  epoch           bigint       not null,
  state           varchar(9)   not null,
  attempts        integer      not null,
  server_errors   integer      not null,
  -- how often a process ended while it had the message, and whether the last one gave it back in order
  cut_off         integer      not null,
  rolled_back     boolean      not null,
  uncertain       boolean      not null,
  told_delayed    boolean      not null,
  -- whether it was set aside on the held queue
  held            boolean      not null,
  began_at        bigint       not null,
  changed_at      bigint       not null,
  -- since when it came before its turn; null where it never did
  early_since     bigint,
  user_hash       varchar(1024),
  conversation_id varchar(128),
  idempotency_key varchar(64),
  body_digest     varchar(64),
  outcome         text,
  primary key (bot_id, queue, message_id)
) ${withoutRowid};

create unique index delivery_of_key on delivery (idempotency_key) where idempotency_key is not null;
-- for what is too old: not by changed_at, which would be written to the index with each change
create index delivery_began on delivery (began_at);

-- Which instance reads each queue of messages: another's epoch means that this one is not the reader any more.
create table reader (
  bot_id bigint       not null,
  queue  varchar(512) not null,
  epoch  bigint       not null,
  primary key (bot_id, queue)
) ${withoutRowid};

-- Which messages the reader handed on last in each group, in their order: the one before its last batch, and that batch. A
-- batch that the broker brings again keeps its places. Priorities overtake each other. The group is a digest of its name.
create table message_group (
  bot_id      bigint      not null,
  -- SHA-256 of queue and group
  group_id    varchar(64) not null,
  priority    integer     not null,
  -- JMSMessageIDs, as a JSON array
  message_ids text        not null,
  changed_at  bigint      not null,
  primary key (bot_id, group_id, priority)
) ${withoutRowid};

create index message_group_changed on message_group (changed_at);

-- Which conversations wait, with their messages on the held queue, and when to try them again.
create table hold (
  bot_id       bigint        not null,
  queue        varchar(512)  not null,
  -- the group that waits: the reader's, else the user's, else the conversation
  group_id     varchar(1024) not null,
  -- the JMSXGroupID by which its messages come
  jms_group    varchar(1024),
  -- for what: the name of the service that failed, 'agent', 'conversation' (one of its user) or 'other'; and whether the
  -- service asked for this wait, by Retry-After. When an outage of the service ends, they needn't wait longer
  cause        varchar(300)  not null,
  asked        boolean       not null,
  reason       varchar(2048) not null,
  began_at     bigint        not null,
  due_at       bigint        not null,
  -- no other marker is sent before; as long as the group isn't due, when it failed last
  marked_until bigint        not null,
  -- the message that was set aside last, and how often none was found since
  last_id      varchar(512),
  empty_looks  integer       not null,
  primary key (bot_id, queue, group_id)
) ${withoutRowid};

create index hold_due on hold (due_at);

-- Which message is about to open a conversation for a user: of several at once, on whatever instance, one does.
create table opening (
  bot_id     bigint        not null,
  user_hash  varchar(1024) not null,
  queue      varchar(512)  not null,
  message_id varchar(512)  not null,
  since      bigint        not null,
  primary key (bot_id, user_hash)
) ${withoutRowid};

-- Which events of Live are on live.events already: a digest of the conversation, the name and the timestamp of each.
create table event (
  bot_id      bigint      not null,
  event_id    varchar(64) not null,
  received_at bigint      not null,
  primary key (bot_id, event_id)
) ${withoutRowid};

create index event_received on event (received_at);

-- What only the bridges of this store know: the key that signs their markers.
create table secret (
  name  varchar(64) not null primary key,
  value varchar(64) not null
) ${withoutRowid};
