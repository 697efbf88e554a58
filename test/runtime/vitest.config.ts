import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../', import.meta.url)),
    // Every environment is a process that starts: generous, so that a busy machine is slow and not red.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      { extends: true, test: { name: 'runtime', include: ['test/runtime/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'end-to-end on it',
          include: ['test/e2e/*.test.ts'],
          // `npm start` as a process of its own has no part in this.
          exclude: ['test/e2e/start.test.ts'],
          globalSetup: ['test/runtime/local-run.ts'],
          fileParallelism: false,
          // Many processes that start at once on few cores answer late, and what is late is stale: then they are warm.
          retry: 1,
        },
      },
    ],
  },
});
