/** "wallets.boost" is told as "boost": the word that the API, the history and the forms share. */
export function kindName(kind: string): string {
  return kind.slice(kind.indexOf(".") + 1);
}
