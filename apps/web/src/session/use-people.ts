import { useQuery } from "@tanstack/react-query";
import { listPeople, NoDemoError } from "./demo-api.ts";

const STALE_MS = 5 * 60_000;

/** The people of the demo. They don't change while the server runs. */
export function usePeople() {
  return useQuery({
    queryKey: ["people"],
    queryFn: listPeople,
    staleTime: STALE_MS,
    retry: (failures, error) => !(error instanceof NoDemoError) && failures < 2,
  });
}

/** A wallet by its owner's name where it is known. */
export function useOwnerName(): (walletId: string) => string | undefined {
  const { data } = usePeople();
  return (walletId) => data?.find((person) => person.walletId === walletId)?.name;
}
