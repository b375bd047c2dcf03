import { describe, expect, it } from "vitest";
import { blocksOf, runsOf } from "./prose.ts";

describe("what a model writes", () => {
  it("is words and code between fences", () => {
    expect(blocksOf("Try this:\n\n```ts\nconst a = 1;\n\n  a + 1;\n```\n\nDone.")).toEqual([
      { type: "words", text: "Try this:" },
      { type: "code", language: "ts", text: "const a = 1;\n\n  a + 1;" },
      { type: "words", text: "Done." },
    ]);
  });

  it("is code from the first line of a fence that is still open", () => {
    expect(blocksOf("```sql\nselect 1")).toEqual([{ type: "code", language: "sql", text: "select 1" }]);
  });

  it("keeps a shorter fence within a longer one, and the other kind", () => {
    expect(blocksOf("````\n```\n~~~\n````")).toEqual([{ type: "code", language: "", text: "```\n~~~" }]);
  });

  it("loses nothing of what is no fence", () => {
    expect(blocksOf("a ``` b\n`x`")).toEqual([{ type: "words", text: "a ``` b\n`x`" }]);
    expect(blocksOf("\n \n")).toEqual([]);
  });

  it("has code and strong words in a line, and no markup of any other kind", () => {
    expect(runsOf("use `a < b` or **not**, <b>x</b>")).toEqual([
      { type: "plain", text: "use " },
      { type: "code", text: "a < b" },
      { type: "plain", text: " or " },
      { type: "strong", text: "not" },
      { type: "plain", text: ", <b>x</b>" },
    ]);
  });
});
