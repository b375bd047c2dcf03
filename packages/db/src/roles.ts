/** Owns the schema; migrates and verifies. Row-level security gives it no write on wallets. */
export const OWNER_ROLE = "holdfast_owner";
/**
 * What a session is between transactions: may do nothing but call what is a transaction by itself and becomes the app role, so a statement that
 * strays is refused by Postgres itself.
 */
export const LOGIN_ROLE = "holdfast_login";
/** What a transaction is, for one tenant and until its end. */
export const APP_ROLE = "holdfast_app";
