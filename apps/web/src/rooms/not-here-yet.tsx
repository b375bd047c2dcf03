import { Link } from "@tanstack/react-router";
import { Page } from "../app/page.tsx";

/** A room that is planned: says what it will be, and shows nothing that pretends to work. */
export function NotHereYet({ title, will }: { title: string; will: string }) {
  return (
    <Page title={title}>
      <div className="flex max-w-xl flex-col gap-2 rounded-lg border border-dashed border-edge p-5">
        <p className="font-medium">Not here yet</p>
        <p className="text-soft">{will}</p>
        <p className="pt-1">
          <Link to="/wallets" className="text-accent underline underline-offset-2 hover:text-accent-strong">
            Wallets
          </Link>{" "}
          <span className="text-soft">are here.</span>
        </p>
      </div>
    </Page>
  );
}
