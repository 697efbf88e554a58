import { App } from 'aws-cdk-lib/core';
import { ConfigError, readConfig } from './config.ts';
import { RelayStack } from './relay-stack.ts';

const app = new App();
try {
  const config = readConfig(app.node.getAllContext());
  new RelayStack(app, config.stackName, {
    config,
    description: 'typing-relay: typing indicators for Genesys Cloud',
  });
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`The settings are wrong:\n${error.message}\n`);
  process.exit(1);
}
