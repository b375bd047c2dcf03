import { useOperation } from "../../index.ts";

export function WhatBecameOf({ keyOrId }: { keyOrId: string }) {
  const { data, error } = useOperation(keyOrId);
  if (error?.code === "NOT_FOUND") return <p>Nothing has this key: it never arrived.</p>;
  return <p>{data && `${data.kind}, ${data.at}`}</p>;
}
