import { existsSync } from 'node:fs';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Imports run one way: handlers → relay, ports, upstreams; relay and upstreams know no AWS and no network. */
const pure = {
  patterns: [
    {
      group: ['@aws-sdk/*', '@smithy/*', 'aws-lambda', 'node:http*', 'node:net', 'node:tls', 'ws'],
      message: 'relay/ and upstreams/ know neither AWS nor the network: take a port as an argument.',
    },
    {
      group: ['**/ports/*', '**/local/*', '**/infra/*'],
      message: 'Imports run handlers → relay → the upstream interface, never back.',
    },
  ],
};

/** The peers of the benchmark are installed by its first run; before it, nothing is known of what they import. */
const unknown = existsSync(new URL('bench/peers/node_modules', import.meta.url))
  ? []
  : ['bench/peers/usual-stack'];

export default defineConfig(
  globalIgnores(['client/dist', 'cdk.out', '.local', 'coverage', ...unknown]),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // An assertion silences the compiler; `as const` and `satisfies` do not and stay allowed.
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['functions/relay/**/*.ts', 'functions/upstreams/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': ['error', pure],
      'no-restricted-globals': ['error', 'process', 'fetch'],
    },
  },
  { files: ['functions/ports/log.ts', 'local/*.ts'], rules: { 'no-console': 'off' } },
);
