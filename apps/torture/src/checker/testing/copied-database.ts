import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import postgres from "postgres";
import { checkTables } from "../check-tables.ts";
import type { Violation } from "../violation.ts";

/** A checker that relies on the constraints would see nothing new. */
const CONSTRAINTS_DROPPED = [
  "alter table holdfast.operations drop constraint operations_key_once",
  "alter table holdfast.entries drop constraint entries_pkey",
  "alter table holdfast.wallets drop constraint wallets_balance_above_minimum, drop constraint wallets_held_within_balance",
  "alter table holdfast.shows drop constraint shows_seats_within_capacity",
  "alter table holdfast.seats drop constraint seats_pkey, drop constraint seats_free_or_somebodys",
  "alter table holdfast.show_changes drop constraint show_changes_pkey",
  "alter table holdfast.messages drop constraint messages_pkey, drop constraint messages_id_once",
  "alter table holdfast.answer_steps drop constraint answer_steps_pkey",
];

/** A database that is written once, and copied for each tamper with its rows. */
export class CopiedDatabase {
  readonly #database: TestDatabase;
  readonly name: string;

  static async create(): Promise<CopiedDatabase> {
    return new CopiedDatabase(await createTestDatabase());
  }

  private constructor(database: TestDatabase) {
    this.#database = database;
    this.name = new URL(database.url).pathname.slice(1);
  }

  get url(): string {
    return this.#database.url;
  }

  /** Runs statements in one of the server's databases, as its owner; answers what the last one did. */
  async run(inDatabase: string, ...statements: readonly string[]): Promise<postgres.RowList<postgres.Row[]>> {
    const sql = postgres(this.#urlOf(inDatabase), { max: 1, onnotice: () => {} });
    try {
      for (const statement of statements.slice(0, -1)) await sql.unsafe(statement);
      return await sql.unsafe(statements.at(-1) ?? "");
    } finally {
      await sql.end({ timeout: 1 });
    }
  }

  /** What is found in a copy in which a statement was run behind Holdfast's back; that must have changed something. */
  async checkAfter(statement: string): Promise<Violation[]> {
    const copy = this.#copy;
    await this.run(
      "postgres",
      `drop database if exists ${copy}`,
      `create database ${copy} template ${this.name}`,
    );
    const { count } = await this.run(copy, ...CONSTRAINTS_DROPPED, statement);
    if (count === 0) throw new Error(`nothing was tampered with: ${statement}`);
    return checkTables(this.#urlOf(copy));
  }

  async close(): Promise<void> {
    await this.run("postgres", `drop database if exists ${this.#copy}`);
    await this.#database.close();
  }

  get #copy(): string {
    return `${this.name}_copy`;
  }

  #urlOf(inDatabase: string): string {
    const url = new URL(this.url);
    url.pathname = `/${inDatabase}`;
    return url.href;
  }
}
