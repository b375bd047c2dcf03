import type { StrategyEntry } from "../address.ts";
import { CopyButton } from "../copy-button.tsx";

/** The strategy as it stands in the repository and as it has run; what is said about it is drawn back. */
export function Code({ strategy }: { strategy: StrategyEntry }) {
  const { file, code } = strategy;
  return (
    <figure className="flex min-w-0 flex-col rounded-md border border-line">
      <figcaption className="flex min-h-9 items-center gap-2 border-b border-line pr-1 pl-3 text-sm">
        <span className="min-w-0 flex-1 truncate font-mono text-soft" title={file}>
          {file.split("/").slice(-2).join("/")}
        </span>
        <CopyButton text={() => code} name="Copy" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <pre tabIndex={0} className="h-80 overflow-auto p-3 font-mono text-sm -outline-offset-2" data-code>
        <code>
          {code.split("\n").map((line, at) => (
            <span key={at} className={/^\s*(\/\/|\/?\*)/.test(line) ? "text-faint" : undefined}>
              {line}
              {"\n"}
            </span>
          ))}
        </code>
      </pre>
    </figure>
  );
}
