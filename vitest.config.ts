import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Property tests take seconds, and longer where all cores are busy.
    testTimeout: 30_000,
    // One core less, as is the default, is half the machine where there are two.
    maxWorkers: '100%',
  },
});
