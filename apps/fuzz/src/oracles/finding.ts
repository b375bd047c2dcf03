/** Something that no request may bring about. */
export interface Finding {
  readonly rule: Rule;
  readonly message: string;
}

export type Rule =
  | "answers below 500"
  | "answers from the table of errors"
  | "a credential that proves nothing gets nothing"
  | "nobody hears of another's"
  | "no answer tells of the inside"
  | "a refusal changes nothing"
  | "every request is answered"
  | "the process lives"
  | "the process stays awake"
  | "the tables are right at the end"
  | "the log tells nothing";
