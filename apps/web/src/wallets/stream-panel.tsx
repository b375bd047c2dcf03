import { useStream, type Wallet } from "@holdfast/react";
import { type FormEvent, useRef, useState } from "react";
import { useOnline } from "../app/use-online.ts";
import { Button } from "../ui/button.tsx";
import { AmountInput, Field, TextInput } from "../ui/field.tsx";
import { parseAmount } from "../ui/format.ts";
import { PlayIcon, StopIcon } from "../ui/icons.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { amountHint, amountProblem } from "./amount-problem.ts";
import { payFormClass } from "./pay-form-class.ts";
import { RecipientField } from "./recipient-field.tsx";
import { StreamProgress } from "./stream-progress.tsx";
import { useRecipient } from "./use-recipient.ts";

const MAX_TITLE = 200;
const clocks = [
  { value: "5000", label: "5 s (demo)" },
  { value: "60000", label: "60 s" },
] as const;
type Clock = (typeof clocks)[number]["value"];

/** Pays while someone listens: a tick for each minute, which can't be paid twice. */
export function StreamPanel({ wallet }: { wallet: Wallet }) {
  const { walletId, currency } = wallet;
  const stream = useStream(walletId);
  const recipient = useRecipient(wallet);
  const online = useOnline();
  const form = useRef<HTMLFormElement>(null);
  const [amount, setAmount] = useState("");
  const [episodeTitle, setEpisodeTitle] = useState("");
  const [clock, setClock] = useState<Clock>("5000");
  const [checked, setChecked] = useState(false);
  const { listening } = stream;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (listening) return stream.stop();
    const toWalletId = recipient.walletId;
    const parsed = parseAmount(amount);
    if (recipient.problem || amountProblem(amount) || !toWalletId || !parsed) {
      setChecked(true);
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    setChecked(false);
    stream.start({
      toWalletId,
      amount: parsed as `${bigint}`,
      minuteMs: Number(clock),
      ...(episodeTitle.trim() && { episodeTitle: episodeTitle.trim() }),
    });
  }

  return (
    <form ref={form} noValidate onSubmit={submit} className={payFormClass}>
      <RecipientField recipient={recipient} checked={checked} readOnly={listening} />
      <Field
        label="Amount a minute"
        error={checked ? amountProblem(amount) : undefined}
        hint={amountHint(amount, wallet)}
      >
        {(control) => (
          <AmountInput
            {...control}
            unit={currency}
            value={amount}
            onChange={(event) => setAmount(event.target.value)}
            readOnly={listening}
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
            readOnly={listening}
          />
        )}
      </Field>
      <div className="flex flex-col gap-1">
        <p className="text-sm font-medium text-soft">A “minute” lasts</p>
        <Segmented
          label="How long a minute lasts"
          options={clocks}
          value={clock}
          onChange={setClock}
          readOnly={listening}
        />
      </div>
      <Button type="submit" look={listening ? "plain" : "primary"} inert={!listening && !online}>
        {listening ? <StopIcon /> : <PlayIcon />}
        {listening ? "Stop listening" : online ? "Start listening" : "Offline: nothing can be sent"}
      </Button>
      <StreamProgress stream={stream} unit={currency} online={online} />
    </form>
  );
}
