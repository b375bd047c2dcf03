/** A bearer token, or where to get one: asked before every attempt, so that it may renew itself. */
export type Token = string | (() => string | Promise<string>);

export type Authorized =
  | { readonly ok: true; readonly authorization: string }
  | { readonly ok: false; readonly cause: unknown };

/** The Authorization header of one attempt. Never rejects. */
export async function authorize(token: Token): Promise<Authorized> {
  try {
    const bearer = typeof token === "string" ? token : await token();
    // Else `fetch` would refuse the header, which can't be told from a network failure.
    if (!/^[\x21-\x7e]+$/.test(bearer)) throw new TypeError("A token is printable ASCII without spaces.");
    return { ok: true, authorization: `Bearer ${bearer}` };
  } catch (cause) {
    return { ok: false, cause };
  }
}
