import { badRequest } from "@holdfast/api";

/** What follows the question mark of an address. */
export function searchOf(url: string): string {
  const question = url.indexOf("?");
  return question === -1 ? "" : url.slice(question + 1);
}

/**
 * The parameters of an address. `URLSearchParams` takes whatever it is given, and makes something else of what is not well formed.
 *
 * @throws HoldfastError BAD_REQUEST for a parameter that occurs twice, and for an encoding that is none.
 */
export function readSearch(url: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const pair of searchOf(url).split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    if (values.has(name)) throw badRequest([{ path: name, message: "occurs twice" }]);
    values.set(name, equals === -1 ? "" : decode(pair.slice(equals + 1)));
  }
  return values;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw badRequest("the address has a percent sign that begins no valid encoding");
  }
}
