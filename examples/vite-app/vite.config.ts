import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = `http://127.0.0.1:${process.env["PORT"] ?? 4000}`;

export default defineConfig({
  plugins: [react()],
  // The page and the service have one origin: in production, too, by your proxy or by `HOLDFAST_CORS_ORIGINS`.
  server: { port: 4011, proxy: { "/trpc": server, "/demo": server } },
});
