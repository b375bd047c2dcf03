import type { Check } from "../write-path/verify.ts";

const epochMs = (instant: string) => `floor(extract(epoch from ${instant}) * 1000)`;

/** What operations say of keys. A key from before they were recorded refers to none; of it only an end is known. */
export const keyChecks: readonly Check[] = [
  {
    invariant: "I1",
    table: "operations",
    sql: `
      select tenant_id || '/' || operation_id as row_key, 'is missing though an API key refers to it' as message
      from holdfast.api_keys as api_key
      where operation_id is not null and not exists (select from holdfast.operations as operation
        where operation.tenant_id = api_key.tenant_id and operation.id = api_key.operation_id)`,
  },
  {
    invariant: "I1",
    table: "api_keys",
    sql: `
      select coalesce(api_key.tenant_id, created.tenant_id) || '/' || coalesce(api_key.id::text, created.data ->> 'keyId')
          as row_key,
        case when api_key.id is null then 'is missing though it was created'
          else 'differs from the operation that created it, or has none' end as message
      from (select * from holdfast.api_keys where operation_id is not null) as api_key full join (
        select tenant_id, id as operation_id, created_at, outcome -> 'data' as data from holdfast.operations
        where kind = 'keys.create' and outcome ->> 'ok' = 'true') as created
        on created.tenant_id = api_key.tenant_id and created.data ->> 'keyId' = api_key.id::text
      where (api_key.operation_id, api_key.created_at, api_key.subject, api_key.role, encode(api_key.secret_hash, 'hex'))
        is distinct from (created.operation_id, created.created_at, created.data ->> 'subject', created.data ->> 'role',
          created.data ->> 'secretHash')`,
  },
  {
    invariant: "I1",
    table: "api_keys",
    sql: `
      select coalesce(api_key.tenant_id, ended.tenant_id) || '/' || coalesce(api_key.id::text, ended.key_id) as row_key,
        case when ended.key_id is null then 'is revoked though nobody revoked it'
          else 'works, or ended at another time, though it was revoked' end as message
      from (select * from holdfast.api_keys where operation_id is not null or revoked_at is not null) as api_key
      full join (
        select distinct tenant_id, outcome -> 'data' ->> 'keyId' as key_id,
          ${epochMs("(outcome -> 'data' ->> 'revokedAt')::timestamptz")} as at_ms
        from holdfast.operations where kind = 'keys.revoke' and outcome ->> 'ok' = 'true') as ended
        on ended.tenant_id = api_key.tenant_id and ended.key_id = api_key.id::text
      where ${epochMs("api_key.revoked_at")} is distinct from ended.at_ms`,
  },
];
