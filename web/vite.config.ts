import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte()],
  // Everything comes from the server itself: inlined data would be refused by its policy.
  build: { rollupOptions: { input: ["index.html", "ask.html", "desk.html", "api.html"] }, assetsInlineLimit: 0, target: "es2022", chunkSizeWarningLimit: 1500 },
  worker: { format: "es" },
  // While the page is developed, `lifecircle serve` answers beside it.
  server: { proxy: { "/api": "http://127.0.0.1:8715" } },
});
