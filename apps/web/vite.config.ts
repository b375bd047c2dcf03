import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  server: { proxy: { "/trpc": "http://127.0.0.1:4000", "/demo": "http://127.0.0.1:4000" } },
  build: {
    // The server's policy allows no data: URLs in scripts or styles, so every asset stays a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
