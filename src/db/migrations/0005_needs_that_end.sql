-- A job may wait for another one just to have ended, however it ended.
alter table run_job_needs add column just_ended boolean not null default false;
