import { type ReactNode, useId } from "react";

interface SectionProps {
  title: string;
  /** What it is for, in a sentence or two. */
  about: ReactNode;
  /** Makes a new one; it stands beside the list where there is room. */
  form: ReactNode;
  children: ReactNode;
}

export function Section({ title, about, form, children }: SectionProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="grid items-start gap-x-10 gap-y-5 xl:grid-cols-[minmax(0,1fr)_20rem]"
    >
      <div className="flex min-w-0 flex-col gap-4">
        <div>
          <h2 id={id} className="text-lg font-semibold">
            {title}
          </h2>
          <p className="max-w-prose text-soft">{about}</p>
        </div>
        {children}
      </div>
      {form}
    </section>
  );
}

export const formClass = "flex flex-col gap-3.5 rounded-lg border border-line bg-surface p-4";

/** The head of a column of a list. */
export const headClass = "pb-1.5 pr-4 text-left font-normal whitespace-nowrap text-faint";
