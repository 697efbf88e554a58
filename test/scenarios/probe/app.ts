import { App } from 'aws-cdk-lib/core';
import * as z from 'zod';
import { PROBE_STACK, ProbeStack } from './stack.ts';

const app = new App();
const token = z.string().regex(/^[\w-]{16,64}$/);
const { data } = token.safeParse(app.node.tryGetContext('probeToken'));
if (data === undefined) {
  process.stderr.write(
    'The probe needs a token that keeps strangers out: 16 to 64 letters, digits, _ or -.\n' +
      'Set it with -c probeToken=$(openssl rand -hex 16), and keep it for --probe-token.\n',
  );
  process.exit(1);
}
new ProbeStack(app, PROBE_STACK, data);
