-- One text for SQLite and PostgreSQL. Times are milliseconds since 1970 in UTC, yes and no are 1 and 0.
-- The row of a run also holds its lease: whoever writes touches that row first, so the writers of a run queue up there.

create table runs (
    run           text    not null primary key,
    created       bigint  not null,
    configuration text    not null,
    recipe        text    not null,
    build         text    not null,
    applied_step  bigint,
    epoch         bigint  not null,
    holder        text    not null,
    expires       bigint  not null,
    held          integer not null
);

create index runs_in_order on runs (created, run);

create table generations (
    run        text   not null,
    generation bigint not null,
    epoch      bigint not null,
    first_step bigint not null,
    formed     bigint not null,
    reason     text   not null,
    primary key (run, generation)
);

create table members (
    run              text    not null,
    generation       bigint  not null,
    place            integer not null,
    worker           text    not null,
    host             text    not null,
    pid              bigint  not null,
    microbatch_first integer not null,
    microbatch_end   integer not null,
    primary key (run, generation, place)
);

create table incidents (
    run            text   not null,
    incident       bigint not null,
    at             bigint not null,
    kind           text   not null,
    subject        text   not null,
    evidence       text   not null,
    action         text,
    reason         text,
    detect_millis  bigint,
    recover_millis bigint,
    outcome        text   not null,
    primary key (run, incident)
);

create index incidents_open on incidents (run, incident) where outcome = 'OPEN';

create table decisions (
    run      text   not null,
    decision bigint not null,
    incident bigint not null,
    at       bigint not null,
    evidence text   not null,
    chosen   text   not null,
    reason   text   not null,
    primary key (run, decision)
);

create table alternatives (
    run                 text             not null,
    decision            bigint           not null,
    place               integer          not null,
    action              text             not null,
    cost_seconds        double precision not null,
    success_probability double precision not null,
    primary key (run, decision, place)
);

create table recoveries (
    run       text    not null,
    decision  bigint  not null,
    kind      text    not null,
    strategy  text    not null,
    succeeded integer not null,
    millis    bigint  not null,
    primary key (run, decision)
);

create index recoveries_by_kind on recoveries (kind, strategy);

create table host_exposures (
    run             text   not null,
    host            text   not null,
    failures        bigint not null,
    exposure_millis bigint not null,
    primary key (run, host)
);

create index host_exposures_by_host on host_exposures (host);

create table workers (
    run     text not null,
    worker  text not null,
    token   text not null,
    host    text not null,
    pid     bigint,
    started bigint,
    state   text not null,
    primary key (run, worker, token)
);

create index workers_alive on workers (run, worker) where state <> 'ENDED';
