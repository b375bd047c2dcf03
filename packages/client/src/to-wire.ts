/** What a caller may pass where the wire takes a decimal string: the string, or a bigint. */
export type Amounts<T> = T extends `${bigint}`
  ? T | bigint
  : T extends readonly (infer Item)[]
    ? readonly Amounts<Item>[]
    : T extends object
      ? { [Key in keyof T]: Amounts<T[Key]> }
      : T;

export interface WireInput {
  readonly value: unknown;
  /** Length of its JSON. */
  readonly length: number;
}

/**
 * The input as JSON carries it, every bigint as a decimal string. It is a copy: whatever the caller does to the
 * object meanwhile, all attempts with one key send the same content.
 */
export function toWire(input: unknown): WireInput {
  const json = JSON.stringify(input, (_key, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  return json === undefined
    ? { value: undefined, length: 0 }
    : { value: JSON.parse(json), length: json.length };
}
