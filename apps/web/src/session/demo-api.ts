/** The two demo routes of the server, which are plain JSON. */
export interface Person {
  name: string;
  tenantId: number;
  role: string;
  walletId: string;
  currency: string;
}

export interface SignIn {
  token: string;
  principal: { tenantId: number; subject: string; role: string };
  /** ISO 8601, by the server's clock. */
  expiresAt: string;
}

/** The server has no demo people: it runs for real, or it was called by another name than this machine's own. */
export class NoDemoError extends Error {
  override readonly name = "NoDemoError";
}

export async function listPeople(): Promise<Person[]> {
  const response = await fetch("/demo/people");
  if (response.status === 404) throw new NoDemoError("This server has no demo people.");
  return read(response);
}

export async function signIn(as: string): Promise<SignIn> {
  const response = await fetch("/demo/sign-in", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ as }),
  });
  return read(response);
}

async function read<T>(response: Response): Promise<T> {
  if (!response.ok) throw new Error(`The server answered with HTTP status ${response.status}.`);
  return response.json();
}
