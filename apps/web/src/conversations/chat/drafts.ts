/** What is being written, by conversation: it outlives a reload and belongs to its tab. */
const item = (conversationId: string) => `holdfast:draft:${conversationId}`;

export const drafts = {
  get(conversationId: string): string {
    return sessionStorage.getItem(item(conversationId)) ?? "";
  },
  set(conversationId: string, text: string): void {
    try {
      if (text === "") sessionStorage.removeItem(item(conversationId));
      else sessionStorage.setItem(item(conversationId), text);
    } catch {
      // A full disk: it stays in the field.
    }
  },
};
