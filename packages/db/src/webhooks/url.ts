import { isIP } from "node:net";
import { isLoopbackAddress, isPublicAddress } from "./public-address.ts";

export const MAX_URL_LENGTH = 2_000;

/** Names that lead to no host of the public internet, whatever somebody's resolver says (RFC 6761, RFC 8375, RFC 9476). */
const INSIDE =
  /(^|\.)(localhost|local|internal|intranet|lan|home|corp|home\.arpa|test|invalid|example|onion|alt)$/;
const LOWEST_FREE_PORT = 1_024;

/** The host of a URL as a socket wants it: without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

/**
 * Why a webhook may not be sent to this address, or undefined when it may, as far as the text alone can tell: where a name
 * leads is looked at when it is connected to. `loopback` also allows http to this very machine, for development.
 */
export function whyNotSentTo(text: string, { loopback }: { loopback: boolean }): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || text.length > MAX_URL_LENGTH)
    return "must be an address like https://example.com/hooks";
  if (url.username !== "" || url.password !== "")
    return "must not hold credentials: verify the signature instead";
  if (url.hash !== "") return "must not have a fragment";
  const host = hostOf(url);
  if (loopback && (host === "localhost" || isLoopbackAddress(host))) {
    return url.protocol === "http:" || url.protocol === "https:" ? undefined : "must begin with https://";
  }
  if (url.protocol !== "https:") return "must begin with https://";
  const port = url.port === "" ? 443 : Number(url.port);
  if (port !== 443 && port < LOWEST_FREE_PORT) return "must have port 443, or one from 1024";
  if (isIP(host) !== 0) return isPublicAddress(host) ? undefined : "must lead to the public internet";
  // A name with a dot at its end is the same name.
  const name = host.replace(/\.$/, "");
  if (!name.includes(".") || INSIDE.test(name)) return "must lead to the public internet";
  return undefined;
}
