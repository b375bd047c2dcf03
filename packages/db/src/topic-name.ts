/** What can be watched: something with a version that counts its changes, such as a wallet. */
export interface TopicName {
  readonly kind: string;
  readonly id: string;
}

/** The name of a topic across tenants and features, for maps and doorbells: ASCII, and without a comma. */
export function topicKey(tenantId: number, { kind, id }: TopicName): string {
  return `${tenantId}/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`;
}
