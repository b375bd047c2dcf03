/** A bearer token, or where to get one: asked before every attempt, so that it may renew itself. */
export type Token = string | (() => string | Promise<string>);

export type Authorized =
  | { readonly ok: true; readonly authorization: string }
  | { readonly ok: false; readonly cause: unknown };

/** The Authorization header of one attempt. Never rejects. */
export async function authorize(token: Token): Promise<Authorized> {
  try {
    return { ok: true, authorization: `Bearer ${typeof token === "string" ? token : await token()}` };
  } catch (cause) {
    return { ok: false, cause };
  }
}
