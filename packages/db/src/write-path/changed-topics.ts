import type { Feature, TopicChanged } from "./feature.ts";

/** The topics of one feature that a batch changes, each with the first version that it adds. */
export function changedTopics({ feature, rows }: { feature: Feature; rows: unknown }): TopicChanged[] {
  const kind = feature.topic?.kind;
  if (kind === undefined) return [];
  const first = new Map<string, bigint>();
  for (const { id, version } of feature.touched?.(rows) ?? []) {
    const known = first.get(id);
    if (known === undefined || version < known) first.set(id, version);
  }
  return [...first].map(([id, version]) => ({ kind, id, first: version }));
}
