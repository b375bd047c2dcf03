import { isHoldfastError } from "@holdfast/client";
import { Link } from "@tanstack/react-router";
import { useOnline } from "../app/use-online.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";

/** Nothing was ever read: there is no figure to show, not even an old one. */
export function WalletsFailed({
  error,
  onRetry,
  busy,
}: {
  error: Error;
  onRetry: () => void;
  busy: boolean;
}) {
  const online = useOnline();
  return (
    <div className="max-w-xl">
      <Notice
        state="attention"
        title={online ? "The wallets could not be read" : "You are offline"}
        actions={
          <Button inert={busy} onClick={onRetry}>
            {busy ? "Trying" : "Try again"}
          </Button>
        }
      >
        <p className="text-soft">
          {online ? whyUnread(error) : "The wallets will be read when the connection returns."}
        </p>
      </Notice>
    </div>
  );
}

export function NoWallets() {
  return (
    <div className="rounded-lg border border-dashed border-edge px-5 py-8">
      <p className="font-medium">No wallets yet</p>
      <p className="max-w-prose text-soft">
        A wallet is opened by the API, with <code className="font-mono">wallets.open</code>, for one owner and
        one currency. It will appear here by itself.
      </p>
    </div>
  );
}

export function NotYourWallet() {
  return (
    <p className="pt-4 text-soft">
      The address names a wallet that does not exist, or that you may not see.{" "}
      <Link to="/wallets" className="text-accent underline underline-offset-2 hover:text-accent-strong">
        Show your wallets
      </Link>
    </p>
  );
}

/** Why a read gave nothing, for a person. Reading changes nothing, so it is simply tried again. */
export function whyUnread(error: Error): string {
  const unanswered = isHoldfastError(error) && error.code === "TIMEOUT";
  return unanswered
    ? "The server did not answer in time. It is asked again every few seconds."
    : error.message;
}
