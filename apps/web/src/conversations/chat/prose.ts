/** Text as a model writes it: words, and code between fences. */
export type Block =
  | { readonly type: "words"; readonly text: string }
  | { readonly type: "code"; readonly language: string; readonly text: string };

export type Run = { readonly type: "plain" | "code" | "strong"; readonly text: string };

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*$/;

/** A fence that is not closed yet holds all the rest: code that is being said is code from its first line. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let fence: { readonly marks: string; readonly language: string } | undefined;
  let lines: string[] = [];
  const flush = (): void => {
    const joined = lines.join("\n");
    if (fence !== undefined) blocks.push({ type: "code", language: fence.language, text: joined });
    else if (joined.trim() !== "") blocks.push({ type: "words", text: joined.replace(/^\n+|\n+$/g, "") });
    lines = [];
  };
  for (const line of text.split("\n")) {
    if (fence !== undefined && isEnd(line, fence.marks)) {
      flush();
      fence = undefined;
      continue;
    }
    const begin = fence === undefined ? FENCE.exec(line) : null;
    if (begin === null) {
      lines.push(line);
      continue;
    }
    flush();
    fence = { marks: begin[1] ?? "", language: begin[2] ?? "" };
  }
  flush();
  return blocks;
}

function isEnd(line: string, marks: string): boolean {
  const trimmed = line.trim();
  return trimmed.length >= marks.length && trimmed === marks.charAt(0).repeat(trimmed.length);
}

/** `code` and **strong** within a line; everything else is as it was written. */
export function runsOf(text: string): Run[] {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/).flatMap((piece, at): Run[] => {
    if (piece === "") return [];
    if (at % 2 === 0) return [{ type: "plain", text: piece }];
    return piece.startsWith("`")
      ? [{ type: "code", text: piece.slice(1, -1) }]
      : [{ type: "strong", text: piece.slice(2, -2) }];
  });
}
