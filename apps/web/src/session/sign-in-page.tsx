import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { BrandMark } from "../ui/icons.tsx";
import { Notice } from "../ui/notice.tsx";
import { signIn } from "./demo-api.ts";
import { PeopleList } from "./people-list.tsx";
import { useSessionState, useSessionStore } from "./session-context.tsx";

/** Shown wherever nobody is signed in; the address stays, so one lands where one wanted to go. */
export function SignInPage() {
  const store = useSessionStore();
  const { endedBecause } = useSessionState();
  const { mutate, isPending, variables, error } = useMutation({
    mutationFn: signIn,
    networkMode: "always",
    onSuccess: store.begin,
  });

  return (
    <main className="mx-auto flex min-h-dvh max-w-xl flex-col gap-6 px-5 py-10 sm:py-[14vh]">
      <title>Sign in · Holdfast</title>
      <header className="flex flex-col gap-3">
        <p className="flex items-center gap-2 text-lg font-semibold">
          <BrandMark size={24} />
          Holdfast
        </p>
        <div>
          <h1 className="text-xl font-semibold">Sign in to the console</h1>
          <p className="text-soft">
            Choose who to be. A tab is one person: open a second tab to pay between two.
          </p>
        </div>
      </header>
      <div role="status" className="contents">
        {endedBecause === "expired" && (
          <Notice state="attention" title="Your session has expired">
            <p className="text-soft">
              Sign in again. A boost that was under way kept its key, and is looked up when you are back.
            </p>
          </Notice>
        )}
        {endedBecause === "left" && <p className="text-soft">You have signed out.</p>}
        {error && (
          <Notice state="attention" title="Signing in failed">
            <p className="text-soft">{reasonOf(error)}</p>
          </Notice>
        )}
      </div>
      <PeopleList signingIn={isPending ? variables : undefined} onChoose={(name) => mutate(name)} />
    </main>
  );
}

function reasonOf(error: Error): ReactNode {
  return error instanceof TypeError ? "The server can’t be reached. Is it running?" : error.message;
}
