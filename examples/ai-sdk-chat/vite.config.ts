import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = `http://127.0.0.1:${process.env["PORT"] ?? 4000}`;

export default defineConfig({
  plugins: [react()],
  server: { port: 4010, proxy: { "/trpc": server, "/demo": server } },
});
