import { type FormEvent, useState } from "react";
import { useOnline } from "../../app/use-online.ts";
import { Button } from "../../ui/button.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Select } from "../../ui/select.tsx";
import { formClass } from "../looks.ts";
import { Secret } from "../secret.tsx";
import { isUndecided, Trouble } from "../trouble.tsx";
import { type ApiKey, useCreateKey } from "./use-keys.ts";

const MAX_SUBJECT = 255;
const roles = [
  { value: "service", label: "Service", detail: "acts for every user" },
  { value: "user", label: "User", detail: "its own wallets alone" },
  { value: "admin", label: "Admin", detail: "keys and webhooks, too" },
] as const;

export function NewKey() {
  const create = useCreateKey();
  const online = useOnline();
  const [subject, setSubject] = useState("");
  const [role, setRole] = useState<ApiKey["role"]>("service");
  const [missing, setMissing] = useState(false);
  const undecided = isUndecided(create);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (undecided || !online) return;
    const name = subject.trim();
    setMissing(name === "");
    if (name === "") {
      event.currentTarget.querySelector("input")?.focus();
      return;
    }
    const created = await create.submit({ subject: name, role });
    if (created.ok) setSubject("");
  }

  return (
    <form aria-label="New API key" noValidate onSubmit={submit} className={formClass}>
      <Field
        label="Bearer"
        error={missing && subject.trim() === "" ? "Name who signs in with it." : undefined}
        hint="Stands in every operation as its caller."
      >
        {(control) => (
          <TextInput
            {...control}
            maxLength={MAX_SUBJECT}
            spellCheck={false}
            value={subject}
            readOnly={undecided}
            onChange={(event) => setSubject(event.target.value)}
          />
        )}
      </Field>
      <Field label="Role">
        {(control) => (
          <Select
            {...control}
            value={role}
            options={roles}
            placeholder="Choose"
            readOnly={undecided}
            onChange={(value) => setRole(value as ApiKey["role"])}
          />
        )}
      </Field>
      <Button type="submit" look="primary" inert={undecided || !online}>
        {create.state.status === "pending" ? "Making it" : online ? "Make a key" : "Offline"}
      </Button>
      <Made create={create} />
      <Trouble intent={create} what="Making the key" />
    </form>
  );
}

function Made({ create: { state, dismiss } }: { create: ReturnType<typeof useCreateKey> }) {
  if (state.status !== "confirmed") return null;
  const { subject, apiKey } = state.data;
  return (
    <div role="status">
      <Notice
        state="confirmed"
        title={<span className="wrap-anywhere">The key of {subject}</span>}
        actions={<Button onClick={dismiss}>I have kept it</Button>}
      >
        {apiKey === null ? (
          <p className="text-soft">
            It was made before, and can’t be told again: what keys derive from has changed since. Revoke it
            and make another.
          </p>
        ) : (
          <>
            <p className="text-soft">It is shown this once and stored nowhere. Keep it now.</p>
            <Secret value={apiKey} what="the API key" />
          </>
        )}
      </Notice>
    </div>
  );
}
