import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Real sockets and a real synth: generous, so that a busy machine is slow and not red.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{functions,infra,local,client,bench}/**/*.test.ts', 'test/cross/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'end-to-end',
          include: ['test/{e2e,scenarios}/*.test.ts'],
          globalSetup: ['test/e2e/local-run.ts'],
          // They share one local run, its log and its org.
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'extending',
          include: ['test/extending/*.test.ts'],
          // Each runs one of the tools that a whole project runs.
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'frozen',
          include: ['test/frozen/*.test.ts'],
          globalSetup: ['test/frozen/frozen-run.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/*.test.ts'],
          globalSetup: ['test/browser/local-run.ts'],
          testTimeout: 90_000,
          // They share one local run and its simulated org.
          fileParallelism: false,
        },
      },
    ],
  },
});
