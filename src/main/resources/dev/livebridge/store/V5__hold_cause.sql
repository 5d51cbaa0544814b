-- For what a conversation waits: the name of the service that failed, 'agent', 'conversation' (one of its user) or 'other';
-- and whether the service asked for this wait, by Retry-After. When an outage of the service ends, it needn't wait longer.
alter table hold add column cause varchar(300) not null default 'other';
alter table hold add column asked boolean not null default false;
