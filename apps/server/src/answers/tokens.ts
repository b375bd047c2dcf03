/** What a model has not counted is estimated: four characters a token, as in English. */
const CHARACTERS_A_TOKEN = 4;

/** An estimate of the tokens of a text, or of so many characters. */
export function tokensOf(text: string | number): number {
  return Math.ceil((typeof text === "number" ? text : text.length) / CHARACTERS_A_TOKEN);
}
