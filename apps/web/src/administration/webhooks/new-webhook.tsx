import type { MutationError } from "@holdfast/react";
import { type FormEvent, useState } from "react";
import { useOnline } from "../../app/use-online.ts";
import { Button } from "../../ui/button.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { formClass } from "../looks.ts";
import { Secret } from "../secret.tsx";
import { isUndecided, Trouble } from "../trouble.tsx";
import { TopicsField } from "./topics-field.tsx";
import { useCreateWebhook } from "./use-webhooks.ts";

const MAX_URL = 2_048;
const MAX_DESCRIPTION = 500;

export function NewWebhook() {
  const create = useCreateWebhook();
  const online = useOnline();
  const [url, setUrl] = useState("");
  const [topics, setTopics] = useState<readonly string[]>(["wallet"]);
  const [description, setDescription] = useState("");
  const [checked, setChecked] = useState(false);
  const undecided = isUndecided(create);
  const refusedUrl = create.state.status === "refused" ? urlIssueOf(create.state.error) : undefined;
  const urlProblem = checked && url.trim() === "" ? "Enter an address." : refusedUrl;

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (undecided || !online) return;
    setChecked(true);
    if (url.trim() === "" || topics.length === 0) {
      event.currentTarget.querySelector("input")?.focus();
      return;
    }
    const about = description.trim();
    const created = await create.submit({
      url: url.trim(),
      topics: [...topics],
      ...(about && { description: about }),
    });
    if (!created.ok) return;
    setUrl("");
    setDescription("");
    setChecked(false);
  }

  return (
    <form aria-label="New webhook" noValidate onSubmit={submit} className={formClass}>
      <Field label="Address" error={urlProblem} hint="https, on the public internet.">
        {(control) => (
          <TextInput
            {...control}
            type="url"
            maxLength={MAX_URL}
            spellCheck={false}
            placeholder="https://example.com/holdfast"
            value={url}
            readOnly={undecided}
            onChange={(event) => {
              setUrl(event.target.value);
              if (refusedUrl) create.dismiss();
            }}
          />
        )}
      </Field>
      <TopicsField
        value={topics}
        onChange={setTopics}
        readOnly={undecided}
        problem={checked && topics.length === 0 ? "Choose one at least." : undefined}
      />
      <Field label="Description" optional>
        {(control) => (
          <TextInput
            {...control}
            maxLength={MAX_DESCRIPTION}
            value={description}
            readOnly={undecided}
            onChange={(event) => setDescription(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" look="primary" inert={undecided || !online}>
        {create.state.status === "pending" ? "Making it" : online ? "Make a webhook" : "Offline"}
      </Button>
      {create.state.status === "confirmed" && (
        <div role="status">
          <Notice
            state="confirmed"
            title="It is told what changes from now on"
            actions={<Button onClick={create.dismiss}>Close</Button>}
          >
            <p className="text-soft">
              Verify its messages with this secret. It can be read again beside the list.
            </p>
            <Secret value={create.state.data.secret} what="the webhook’s secret" />
          </Notice>
        </div>
      )}
      {!refusedUrl && <Trouble intent={create} what="Making the webhook" />}
    </form>
  );
}

/** What the server has against the address. */
function urlIssueOf(error: MutationError): string | undefined {
  if (error.code !== "BAD_REQUEST") return undefined;
  const issue = error.details.issues.find(({ path }) => path === "url");
  return issue && `It ${issue.message}.`;
}
