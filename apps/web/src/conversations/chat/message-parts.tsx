import type { ConversationMessage } from "@holdfast/react";
import { blocksOf, runsOf } from "./prose.ts";

type Part = ConversationMessage["message"]["parts"][number];

/** The parts of a message as text: whatever a model or a person wrote, none of it becomes markup of this page. */
export function MessageParts({ parts }: { parts: readonly Part[] }) {
  return parts.map((part, at) => <MessagePart key={`${at} ${part.type}`} part={part} />);
}

function MessagePart({ part }: { part: Part }) {
  const { type, text } = part;
  if (type === "step-start") return null;
  if (type === "text" && typeof text === "string") return <Prose text={text} />;
  if (type === "reasoning" && typeof text === "string") {
    return (
      <details className="text-sm text-soft">
        <summary className="w-fit text-faint hover:text-ink">Reasoning</summary>
        <div className="mt-1 border-l border-edge pl-3">
          <Prose text={text} />
        </div>
      </details>
    );
  }
  const { type: _, ...rest } = part;
  return (
    <details className="text-sm text-soft">
      <summary className="w-fit text-faint hover:text-ink">{String(rest["filename"] ?? type)}</summary>
      <Code text={JSON.stringify(rest, null, 2)} label={type} />
    </details>
  );
}

function Prose({ text }: { text: string }) {
  return blocksOf(text).map((block, at) =>
    block.type === "code" ? (
      <Code key={at} text={block.text} label={block.language} />
    ) : (
      <p key={at} className="whitespace-pre-wrap wrap-anywhere">
        {runsOf(block.text).map(({ type, text: words }, place) => {
          if (type === "strong") return <strong key={place}>{words}</strong>;
          if (type === "plain") return words;
          return (
            <code key={place} className="rounded-sm bg-sunken px-1 py-px font-mono text-sm">
              {words}
            </code>
          );
        })}
      </p>
    ),
  );
}

function Code({ text, label }: { text: string; label: string }) {
  return (
    <figure className="overflow-hidden rounded-md border border-line bg-surface">
      {label && (
        <figcaption className="border-b border-line px-3 py-1 font-mono text-xs text-faint">
          {label}
        </figcaption>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways is reached by keyboard. */}
      <pre tabIndex={0} className="overflow-x-auto px-3 py-2 font-mono text-sm -outline-offset-2">
        <code>{text}</code>
      </pre>
    </figure>
  );
}
