import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{functions,infra,local,test}/**/*.test.ts'],
    // Real sockets and a real synth: generous, so that a busy machine is slow and not red.
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
