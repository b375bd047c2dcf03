import { expect, test } from "vitest";
import { statementName } from "./trace.ts";

test.each([
  ["begin isolation level read committed; set local role x", "BEGIN"],
  ["commit", "COMMIT"],
  [
    "select f.* from unnest($1::uuid[]) cross join lateral (select * from holdfast.wallets for no key update) as f",
    "LOCK wallets",
  ],
  [
    "select a from (select) as b left join (select from holdfast.operations) as c on true",
    "SELECT operations",
  ],
  [
    "select (exists (select from holdfast.webhooks where a = 'b')) as c, d.* from holdfast.operations as d",
    "SELECT operations",
  ],
  [
    "select case when a > 0 then (select b from holdfast.holds) end from (select * from holdfast.wallets\n for no key update) c",
    "LOCK wallets",
  ],
  ["with x as (select 1) insert into holdfast.entries select * from x", "INSERT entries"],
  [
    "insert into holdfast.entries values (1); select holdfast.change_wallets($1)",
    "INSERT entries, CALL change_wallets",
  ],
  ["update holdfast.holds set a = 1 where b in (select c from holdfast.wallets)", "UPDATE holds"],
  ["delete from holdfast.api_keys", "DELETE api_keys"],
  ["select 'ada''s secret' from public.orders", "SELECT"],
  ["", "STATEMENT"],
])("%s → %s", (text, name) => {
  expect(statementName(text)).toBe(name);
});
