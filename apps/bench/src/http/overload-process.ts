import { type Generator, openGenerator } from "../overload/generator.ts";
import type { OverloadOrder } from "../overload/orders.ts";

let generator: Generator | undefined;

/** The callers, in a process of their own: what they cost is not the server's. */
process.on("message", async (order: OverloadOrder | { type: "close" }) => {
  process.send?.((await obey(order)) ?? {});
});
process.once("disconnect", () => process.exit());

async function obey(order: OverloadOrder | { type: "close" }): Promise<object | undefined> {
  switch (order.type) {
    case "open":
      generator = await openGenerator(order);
      return;
    case "peak":
      return generator?.peak(order);
    case "arrive":
      return generator?.arrive(order);
    case "close":
      return generator?.close();
  }
}
