import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = "http://127.0.0.1:4000";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  server: { proxy: { "/trpc": server, "/demo": server, "/metrics": server } },
  build: {
    // The server's content security policy wants files, not data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Libraries change seldom: a new console leaves them in the browser's cache. Plots and the map are loaded with their rooms.
      output: {
        codeSplitting: { groups: [{ name: "libraries", test: /node_modules(?!.*[\\/](?:uplot|d3-))/ }] },
      },
    },
    chunkSizeWarningLimit: 700,
  },
});
