import { useBoost, type Wallet } from "@holdfast/react";
import { type FormEvent, useRef, useState } from "react";
import { useOnline } from "../app/use-online.ts";
import { Button } from "../ui/button.tsx";
import { AmountInput, controlClass, Field, TextInput } from "../ui/field.tsx";
import { formatAmount, parseAmount } from "../ui/format.ts";
import { amountHint, amountProblem } from "./amount-problem.ts";
import { BoostOutcome } from "./boost-outcome.tsx";
import { payFormClass } from "./pay-form-class.ts";
import { RecipientField } from "./recipient-field.tsx";
import { useRecipient } from "./use-recipient.ts";

const MAX_MESSAGE = 500;
const MAX_TITLE = 200;
/** The second half of a double click must not become a second boost. */
const SETTLE_MS = 600;

export function BoostForm({ wallet }: { wallet: Wallet }) {
  const { walletId, currency } = wallet;
  const boost = useBoost(walletId);
  const recipient = useRecipient(wallet);
  const online = useOnline();
  const form = useRef<HTMLFormElement>(null);
  const settledAt = useRef(0);
  const [amount, setAmount] = useState("");
  const [episodeTitle, setEpisodeTitle] = useState("");
  const [message, setMessage] = useState("");
  const [checked, setChecked] = useState(false);

  const { status } = boost.state;
  const undecided = status === "pending" || status === "unresolved";
  const parsed = parseAmount(amount);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (undecided || !online || performance.now() - settledAt.current < SETTLE_MS) return;
    const toWalletId = recipient.walletId;
    if (recipient.problem || amountProblem(amount) || !toWalletId || !parsed) {
      setChecked(true);
      requestAnimationFrame(() => focusFirstProblem(form.current));
      return;
    }
    setChecked(false);
    const result = await boost.submit({
      fromWalletId: walletId,
      toWalletId,
      amount: parsed as `${bigint}`,
      ...(message.trim() && { message: message.trim() }),
      ...(episodeTitle.trim() && { episodeTitle: episodeTitle.trim() }),
    });
    settledAt.current = performance.now();
    if (!result.ok) return;
    setAmount("");
    setMessage("");
  }

  return (
    <form ref={form} noValidate onSubmit={submit} className={payFormClass}>
      <RecipientField recipient={recipient} checked={checked} readOnly={undecided} />
      <Field
        label="Amount"
        error={checked ? amountProblem(amount) : undefined}
        hint={amountHint(amount, wallet)}
      >
        {(control) => (
          <AmountInput
            {...control}
            name="amount"
            unit={currency}
            value={amount}
            onChange={(event) => setAmount(event.target.value)}
            readOnly={undecided}
          />
        )}
      </Field>
      <Field label="Episode title" optional>
        {(control) => (
          <TextInput
            {...control}
            maxLength={MAX_TITLE}
            value={episodeTitle}
            onChange={(event) => setEpisodeTitle(event.target.value)}
            readOnly={undecided}
          />
        )}
      </Field>
      <Field label="Message" optional>
        {(control) => (
          <textarea
            {...control}
            rows={2}
            maxLength={MAX_MESSAGE}
            value={message}
            onChange={(event) => setMessage(event.target.value)}
            readOnly={undecided}
            className={`${controlClass} block resize-y`}
          />
        )}
      </Field>
      <Button type="submit" look="primary" inert={undecided || !online}>
        {status === "pending" && "Waiting for the answer"}
        {status === "unresolved" && "Undecided: check it first"}
        {!undecided && !online && "Offline: nothing can be sent"}
        {!undecided && online && (parsed ? `Boost ${formatAmount(parsed)} ${currency}` : "Boost")}
      </Button>
      <BoostOutcome
        boost={boost}
        unit={currency}
        onUseAmount={(value) => {
          boost.dismiss();
          setAmount(value);
          form.current?.querySelector<HTMLInputElement>("[name=amount]")?.focus();
        }}
      />
    </form>
  );
}

function focusFirstProblem(form: HTMLFormElement | null) {
  form?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
}
