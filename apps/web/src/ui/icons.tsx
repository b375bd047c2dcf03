import type { ReactNode, SVGProps } from "react";

function Icon({ children, ...props }: SVGProps<SVGSVGElement> & { children: ReactNode }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className="shrink-0"
      {...props}
    >
      {children}
    </svg>
  );
}

/** A holdfast: the root by which a kelp keeps to its rock. */
export function BrandMark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" className="shrink-0">
      <rect width="20" height="20" rx="5" className="fill-action" />
      <path
        d="M10 3.6v12.8M10 7.6c0 4.6-1.2 6.4-4.4 8.8M10 7.6c0 4.6 1.2 6.4 4.4 8.8"
        fill="none"
        strokeWidth="1.7"
        strokeLinecap="round"
        className="stroke-on-action"
      />
    </svg>
  );
}

export const HomeIcon = () => (
  <Icon>
    <path d="M2.5 7.4 8 2.8l5.5 4.6M4 6.4v6.8h8V6.4M6.7 13.2V9.4h2.6v3.8" />
  </Icon>
);
export const AdministrationIcon = () => (
  <Icon>
    <path d="M9 7.2a3 3 0 1 1-1.7 1.7L2.5 13.5v-2h1.6v-1.6h1.6l1.6-1.4M11 5.4h.1" />
  </Icon>
);
export const WalletIcon = () => (
  <Icon>
    <path d="M2.5 4.8c0-.9.7-1.6 1.6-1.6h7.2v2.2M2.5 4.8c0 .5.4.9.9.9h9.2c.5 0 .9.4.9.9v5.6c0 .5-.4.9-.9.9H4.1c-.9 0-1.6-.7-1.6-1.6z" />
    <path d="M10.8 9.2h.1" />
  </Icon>
);
export const SeatIcon = () => (
  <Icon>
    <path d="M4.5 8.5v-5c0-.6.4-1 1-1h5c.6 0 1 .4 1 1v5M2.5 7.5v4h11v-4M4.5 11.5v2M11.5 11.5v2M4.5 9h7" />
  </Icon>
);
export const ConversationIcon = () => (
  <Icon>
    <path d="M2.5 3.5h8v5.5H6l-2 1.8V9H2.5zM12.5 6.5h1v5.6h-1.6v1.6l-2-1.6H7.5" />
  </Icon>
);
export const RaceIcon = () => (
  <Icon>
    <path d="M2.5 4.5h4l3 7h4M2.5 11.5h4l1-2.3M9 5.6l.5-1.1h4M11.8 2.8l1.7 1.7-1.7 1.7M11.8 9.8l1.7 1.7-1.7 1.7" />
  </Icon>
);
export const OperationIcon = () => (
  <Icon>
    <path d="M3 3.5h10M3 6.5h10M3 9.5h5M3 12.5h4" />
    <path d="m9.5 11.5 1.5 1.5 2.5-3" />
  </Icon>
);
export const MetricsIcon = () => (
  <Icon>
    <path d="M2.5 2.5v11h11M5 10.5l2.6-3.2 2.2 1.7 3.7-5" />
  </Icon>
);
export const CopyIcon = () => (
  <Icon>
    <path d="M5.5 5.5v-2c0-.6.4-1 1-1h6c.6 0 1 .4 1 1v6c0 .6-.4 1-1 1h-2M3.5 5.5h6c.6 0 1 .4 1 1v6c0 .6-.4 1-1 1h-6c-.6 0-1-.4-1-1v-6c0-.6.4-1 1-1z" />
  </Icon>
);
export const CheckIcon = () => (
  <Icon>
    <path d="m3 8.5 3.2 3.2L13 4.5" />
  </Icon>
);
export const ChevronIcon = () => (
  <Icon>
    <path d="m5 6.5 3 3 3-3" />
  </Icon>
);
export const ArrowIcon = () => (
  <Icon>
    <path d="M3 8h10M9.5 4.5 13 8l-3.5 3.5" />
  </Icon>
);
export const RefreshIcon = () => (
  <Icon>
    <path d="M13 8a5 5 0 1 1-1.6-3.7L13 5.8M13 2.8v3h-3" />
  </Icon>
);
export const LeaveIcon = () => (
  <Icon>
    <path d="M6.5 2.5h-3c-.6 0-1 .4-1 1v9c0 .6.4 1 1 1h3M7 8h6.5M11 5.5 13.5 8 11 10.5" />
  </Icon>
);
export const DrawerIcon = () => (
  <Icon>
    <path d="M2.5 3.5c0-.6.4-1 1-1h9c.6 0 1 .4 1 1v9c0 .6-.4 1-1 1h-9c-.6 0-1-.4-1-1zM2.5 9.5h11M5 5.5l1.2 1L5 7.5" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="m4 4 8 8M12 4l-8 8" />
  </Icon>
);
export const StopIcon = () => (
  <Icon>
    <rect x="4" y="4" width="8" height="8" rx="1" fill="currentColor" stroke="none" />
  </Icon>
);
export const PlayIcon = () => (
  <Icon>
    <path d="M5 3.5v9l7.5-4.5z" fill="currentColor" stroke="none" />
  </Icon>
);
