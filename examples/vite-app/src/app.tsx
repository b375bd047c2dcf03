import { useFeedState, useSuspenseShows, useSuspenseWallets } from "@holdfast/react";
import { Seats } from "./seats.tsx";
import { Wallet } from "./wallet.tsx";

export interface Person {
  readonly name: string;
  readonly walletId: string;
}

export function App({ name, people }: { name: string; people: readonly Person[] }) {
  const [wallet] = useSuspenseWallets().data;
  const [show] = useSuspenseShows().data;
  const feed = useFeedState();
  const other = people.find((person) => person.name === (name === "bob" ? "ada" : "bob"));
  return (
    <>
      <header>
        <h1>{name}</h1>
        <p className="soft" data-feed={feed}>
          {feed === "live" ? "● live" : "○ connecting"}
        </p>
      </header>
      {wallet && other ? <Wallet wallet={wallet} other={other} /> : <p>{name} has no wallet here.</p>}
      {wallet && show && <Seats showId={show.showId} wallet={wallet} />}
    </>
  );
}

/** In the smallest unit, with the digits in groups. */
export function figure(amount: string | bigint): string {
  return BigInt(amount).toLocaleString("en");
}
