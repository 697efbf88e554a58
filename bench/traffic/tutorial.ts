import * as z from 'zod';
import type { UpstreamMessage } from '../../functions/relay/upstream.ts';

/** The ports of {@link makeTutorial}: what it asks AWS and the upstream for. */
export interface TutorialPorts {
  /** GetItem: whose connection it is. */
  connection: (connectionId: string) => Promise<{ session: string }>;
  /** UpdateItem: who types. */
  state: (session: string, isTyping: boolean, at: number) => Promise<void>;
  message: (session: string, isTyping: boolean) => UpstreamMessage | undefined;
  /** @throws Error when the upstream did not answer */
  send: (message: UpstreamMessage) => Promise<unknown>;
  /** PostToConnection. */
  post: (connectionId: string, frame: object) => Promise<void>;
  log: (line: string) => void;
}

const frame = z.object({ type: z.literal('typing'), data: z.object({ isTyping: z.boolean() }) });

/**
 * The typing handler as tutorials teach it, written anew: finds the connection's item, writes the state, calls the
 * upstream for every frame, and says to the client that it did. {@link CHOICES} has a source for each.
 */
export function makeTutorial({ connection, state, message, send, post, log }: TutorialPorts) {
  return async (connectionId: string, body: string, receivedAt: number): Promise<void> => {
    const { isTyping } = frame.parse(JSON.parse(body)).data;
    const { session } = await connection(connectionId);
    await state(session, isTyping, receivedAt);
    const wanted = message(session, isTyping);
    const sent = await (wanted ? send(wanted) : Promise.resolve()).then(
      () => true,
      () => false,
    );
    log(`typing ${connectionId} isTyping=${isTyping} sent=${sent}`);
    await post(connectionId, { type: 'ack', isTyping, sent });
  };
}

/** Where each choice of the model comes from. */
export const CHOICES: readonly { choice: string; source: string }[] = [
  {
    choice: 'a frame for every key; held: "off" after a second without one, and with the message',
    source:
      'reported as "a dozen events a second per user": [bigbluebutton #8419](https://github.com/bigbluebutton/bigbluebutton/issues/8419), Mattermost #13373; the policy "every key, off after 1 s" of [typing-quality.md](typing-quality.md)',
  },
  {
    choice:
      "connections in a DynamoDB table, which the handler reads for each frame (GetItem, eventually consistent: the SDK's default) and writes (UpdateItem)",
    source:
      '[AWS: create a WebSocket chat application](https://docs.aws.amazon.com/code-library/latest/ug/lambda_example_cross_ApiGatewayWebsocketChat_section.html)',
  },
  {
    choice: 'one upstream call for each frame, the same request as ours',
    source: 'there is nothing that would hold one back',
  },
  {
    choice: 'each frame answered by PostToConnection',
    source:
      '[AWS: @connections commands](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html)',
  },
  {
    choice: 'the lines START, END and REPORT in the default text format, and one line of its own',
    source:
      '[AWS: how CloudWatch structures logs](https://docs.aws.amazon.com/lambda/latest/operatorguide/log-structure.html)',
  },
  {
    choice: 'the default memory of 128 MB; no access log',
    source: '[AWS: Lambda memory](https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html)',
  },
];

const ID = 'a1b2c3d4-e5f6-4789-8abc-def012345678';

/** Bytes of the three lines that Lambda writes for each run in its text format. */
export function systemLineBytes(ms: number, memoryMb: number): number {
  const report = [
    `REPORT RequestId: ${ID}`,
    `Duration: ${ms.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(ms)} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: 90 MB`,
  ].join('\t');
  return bytesOf([`START RequestId: ${ID} Version: $LATEST`, `END RequestId: ${ID}`, report]);
}

/** Bytes of a line of the handler's own, as Lambda's text format writes it. */
export const ownLineBytes = (line: string): number =>
  bytesOf([`2026-01-01T00:00:00.000Z\t${ID}\tINFO\t${line}`]);

const bytesOf = (lines: readonly string[]): number =>
  lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
