import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Property tests take seconds, and longer where all cores are busy.
  test: { include: ['test/**/*.test.ts'], testTimeout: 30_000 },
});
