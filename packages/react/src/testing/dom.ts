import { Window } from "happy-dom";

/**
 * A page for React in a process that keeps Node's own fetch, streams and signals: vitest's DOM environments put theirs in the
 * place of these, and a real server would then be spoken to in another way than by a browser. Imported before React.
 */
const window = new Window({ url: "http://localhost/" });
const { document, navigator } = window;
for (const [name, value] of Object.entries({ window, document, navigator })) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}
