import {
  AdministrationIcon,
  ConversationIcon,
  HomeIcon,
  MetricsIcon,
  OperationIcon,
  RaceIcon,
  SeatIcon,
  WalletIcon,
} from "../ui/icons.tsx";

/** The rooms of the console, in the order of the rail. */
export const rooms = [
  { to: "/", name: "Home", icon: HomeIcon, here: true },
  { to: "/wallets", name: "Wallets", icon: WalletIcon, here: true },
  { to: "/seats", name: "Seats", icon: SeatIcon, here: true },
  { to: "/conversations", name: "Conversations", icon: ConversationIcon, here: true },
  { to: "/race-lab", name: "Race lab", icon: RaceIcon, here: true },
  { to: "/operations", name: "Operations", icon: OperationIcon, here: true },
  { to: "/live-metrics", name: "Metrics", icon: MetricsIcon, here: true },
  { to: "/administration", name: "Administration", icon: AdministrationIcon, here: true, admins: true },
] as const;
