import { useConversations, useShows, type useWallets } from "@holdfast/react";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Amount } from "../ui/amount.tsx";
import { formatAmount } from "../ui/format.ts";
import { ArrowIcon } from "../ui/icons.tsx";
import { Lanes } from "./lanes.tsx";
import { type Story, stories } from "./stories.ts";

/** The four things to see for oneself, each one click away: the wallet, the show and the conversation themselves. */
export function TryThis({ wallets }: { wallets: ReturnType<typeof useWallets> }) {
  const wallet = wallets.data?.at(0);
  const show = useShows().data?.at(0);
  const conversations = useConversations().data;
  const latest = conversations?.at(0);
  return (
    <section aria-labelledby="try-title" className="@container flex flex-col gap-2">
      <h2 id="try-title" className="text-base font-semibold">
        Try this
      </h2>
      <ol className="border-y border-line">
        <Row
          story={stories.boost}
          link={{ to: "/wallets" }}
          fact={
            wallet && (
              <>
                <Amount value={wallet.available} unit={wallet.currency} /> available
              </>
            )
          }
        />
        <Row
          story={stories.seats}
          link={show ? { to: "/seats/$showId", params: { showId: show.showId } } : { to: "/seats" }}
          fact={
            show &&
            `${show.name}, ${count(show.capacity - show.held - show.sold)} of ${count(show.capacity)} free`
          }
        />
        <Row
          story={stories.chat}
          link={
            latest
              ? { to: "/conversations/$conversationId", params: { conversationId: latest.conversationId } }
              : { to: "/conversations" }
          }
          fact={conversations && countOf(conversations.length)}
        />
        <Row story={stories.race} link={{ to: "/race-lab" }} fact={null} />
      </ol>
    </section>
  );
}

const count = (value: number): string => formatAmount(String(value));

function countOf(conversations: number): string {
  if (conversations === 0) return "No conversation yet";
  return conversations === 1 ? "One conversation" : `${count(conversations)} conversations`;
}

interface RowProps {
  story: Story;
  link: Pick<LinkProps, "to" | "params">;
  /** How it stands with it at the moment; undefined until that is read, null where there is nothing to say. */
  fact: ReactNode;
}

function Row({ story: { title, tells, lanes }, link, fact }: RowProps) {
  return (
    <li className="group relative grid grid-cols-[minmax(0,1fr)_1rem] items-center gap-x-5 gap-y-2.5 border-line px-3 py-3.5 not-first:border-t hover:bg-sunken/60 @2xl:grid-cols-[minmax(0,1fr)_17rem_1rem]">
      <div className="min-w-0">
        <h3 className="text-lg font-medium">
          <Link
            {...link}
            className="after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
          >
            {title}
          </Link>
        </h3>
        <p className="max-w-prose text-soft">{tells}</p>
        {fact !== null && (
          // Its line is there before its words are.
          <p className="figures min-h-[1.125rem] truncate text-sm text-faint">{fact}</p>
        )}
      </div>
      <div className="order-last col-span-full @2xl:order-none @2xl:col-span-1">
        <Lanes lanes={lanes} />
      </div>
      <span className="text-faint group-hover:text-ink">
        <ArrowIcon />
      </span>
    </li>
  );
}
