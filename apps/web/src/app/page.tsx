import type { ReactNode } from "react";

interface PageProps {
  title: string;
  /** Instead of the title, where the page says more than its name. */
  heading?: string;
  /** Beside the heading; its height is reserved, so that what it says can change without a shift. */
  aside?: ReactNode;
  children: ReactNode;
}

export function Page({ title, heading = title, aside, children }: PageProps) {
  return (
    <div className="mx-auto flex max-w-[112rem] flex-col gap-5 px-4 pt-4 pb-16 sm:px-6 lg:px-8 lg:pt-5">
      <title>{`${title} · Holdfast`}</title>
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-6 gap-y-1">
        <h1 className="text-xl font-semibold tracking-tight">{heading}</h1>
        {aside}
      </div>
      {children}
    </div>
  );
}
