import type { Wallet } from "@holdfast/react";
import { useState } from "react";
import { useSession } from "../session/session-context.tsx";
import { usePeople } from "../session/use-people.ts";
import type { Option } from "../ui/select.tsx";

const OTHER = "other";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** To whom: one of the demo's people with the same tenant and currency, or a wallet by its id. */
export function useRecipient({ walletId: fromWalletId, currency }: Wallet) {
  const { tenantId } = useSession();
  const { data: people } = usePeople();
  const [choice, setChoice] = useState<string | null>(null);
  const [otherId, setOtherId] = useState("");

  const known = (people ?? []).filter(
    (person) =>
      person.tenantId === tenantId && person.currency === currency && person.walletId !== fromWalletId,
  );
  const options: Option[] = [
    ...known.map(({ walletId, name, role }) => ({ value: walletId, label: name, detail: role })),
    { value: OTHER, label: "Another wallet id" },
  ];
  const isOther = choice === OTHER || known.length === 0;

  return {
    choice: isOther ? OTHER : choice,
    setChoice,
    options,
    isOther,
    otherId,
    setOtherId,
    walletId: isOther ? otherId.trim().toLowerCase() : choice,
    problem: isOther ? idProblem(otherId) : choice ? undefined : "Choose someone.",
  };
}

export type Recipient = ReturnType<typeof useRecipient>;

function idProblem(id: string): string | undefined {
  if (UUID.test(id.trim())) return undefined;
  return id.trim() ? "A wallet id is a UUID, such as 0199b7c2-…" : "Paste a wallet id.";
}
