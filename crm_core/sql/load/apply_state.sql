-- Inputs: affected_records, new_state, current_records. Leaves touched_records: those whose current version is another one now.
create or replace temp table touched_records as
with before_after as (
    select affected_records.kind, affected_records.record_key,
        current_records.version_id as old_version, new_state.version_id as new_version
    from affected_records
    left join current_records using (kind, record_key)
    left join new_state using (kind, record_key)
)

select kind, record_key from before_after where old_version is distinct from new_version;

delete from current_records where (kind, record_key) in (select (kind, record_key) from touched_records);

insert into current_records
select new_state.* from new_state semi join touched_records using (kind, record_key);
