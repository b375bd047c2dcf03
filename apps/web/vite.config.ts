import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = "http://127.0.0.1:4000";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  server: {
    proxy: { "/trpc": server, "/demo": server, "/metrics": server, "/readyz": server, "/docs": server },
  },
  build: {
    // The server's content security policy wants files, not data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // What every room needs changes seldom: a new console leaves it in the browser's cache. All else (plots, the map, parts of
      // Base UI) is loaded with the room that shows it. `src/budget.test.ts` holds the first load to its limit.
      output: {
        codeSplitting: {
          groups: [
            {
              name: "libraries",
              test: /node_modules[\\/](?:react|react-dom|scheduler|@tanstack|@trpc)[\\/]/,
            },
          ],
        },
      },
    },
    chunkSizeWarningLimit: 700,
  },
});
