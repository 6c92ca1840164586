import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "#host": new URL("src/node/default-host.ts", import.meta.url).pathname } },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["scripts/bundle-pages.mjs"], // scripts of pages as they are now
    pool: "forks", // native sessions end with their process, never inside a terminated worker
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
