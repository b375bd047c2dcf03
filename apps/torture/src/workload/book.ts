import type { Caller } from "../history.ts";
import type { Random } from "../random.ts";
import { BoxOffice } from "./box-office.ts";
import { Chats } from "./chats.ts";

export interface KnownWallet {
  readonly id: string;
  readonly tenantId: number;
  readonly ownerId: string;
  readonly hot: boolean;
  /** The last version that anyone was told of, for compare-and-set. */
  version: string;
}

export interface KnownHold {
  readonly id: string;
  readonly wallet: KnownWallet;
  readonly amount: number;
}

/** What the clients know: the wallets, holds, shows, reservations and conversations that they were told of. */
export class Book {
  readonly tenants: readonly [number, number];
  readonly wallets: KnownWallet[] = [];
  readonly holds: KnownHold[] = [];
  readonly boxOffice = new BoxOffice();
  readonly chats = new Chats();

  constructor(tenants: readonly [number, number]) {
    this.tenants = tenants;
  }

  /** The tenant that has nothing to do with this one. */
  otherTenant(tenantId: number): number {
    return this.tenants[0] === tenantId ? this.tenants[1] : this.tenants[0];
  }

  /** A few hot wallets take most of the traffic, as in life. */
  pickWallet(random: Random, tenantId?: number): KnownWallet {
    const within = this.wallets.filter((wallet) => tenantId === undefined || wallet.tenantId === tenantId);
    const hot = within.filter((wallet) => wallet.hot);
    return random.pick(hot.length > 0 && random.chance(0.6) ? hot : within);
  }

  /** Takes a hold out of the book most of the time; sometimes it stays, so that it is captured twice. */
  pickHold(random: Random): KnownHold | undefined {
    if (this.holds.length === 0) return undefined;
    const at = random.whole(0, this.holds.length - 1);
    return random.chance(0.8) ? this.holds.splice(at, 1)[0] : this.holds[at];
  }
}

export const service = (tenantId: number): Caller => ({ tenantId, subject: "studio", role: "service" });
export const user = (tenantId: number, subject: string): Caller => ({ tenantId, subject, role: "user" });
