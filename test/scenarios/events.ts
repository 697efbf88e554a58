import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { expectSame, expectShape, expectTrue } from './difference.ts';
import { echo, idOf } from './echo.ts';
import type { Probe } from './parts.ts';
import { onProbe, ROWS, type Scenario } from './scenario.ts';

/** What the documentation of MESSAGE events and their captures name. */
const CONTEXT_FIELDS = [
  'routeKey',
  'messageId',
  'eventType',
  'extendedRequestId',
  'requestTime',
  'messageDirection',
  'stage',
  'connectedAt',
  'requestTimeEpoch',
  'identity',
  'requestId',
  'domainName',
  'connectionId',
  'apiId',
  'authorizer',
];

/** The CONNECT event of a client that sends its mark in a header and in its query string. */
async function connectEventOf({ open }: Probe, mark: string): Promise<unknown> {
  const observer = await open();
  await open({ observer: await idOf(observer), mark }, { headers: { 'X-Mark': mark } });
  const told = z.object({ event: z.unknown() });
  return expectShape('what the observer is told', told, await observer.nextFrame()).event;
}

/** What the functions of a WebSocket API get. */
export const events: readonly Scenario[] = [
  onProbe(
    ROWS.events,
    'a MESSAGE event has requestContext, body and isBase64Encoded, and no headers',
    async ({ open }) => {
      const { keys, event } = await echo(await open());
      expectSame('the list of names in the event', keys.sort(), [
        'body',
        'isBase64Encoded',
        'requestContext',
      ]);
      const context = event.requestContext;
      const missing = CONTEXT_FIELDS.filter((field) => context[field] === undefined);
      expectSame('the list of what requestContext lacks', missing, []);
      expectSame('eventType', context['eventType'], 'MESSAGE');
      expectSame('routeKey', context['routeKey'], 'echo');
      expectSame('messageDirection', context['messageDirection'], 'IN');
    },
  ),
  onProbe(ROWS.events, 'a connection id ends in =', async ({ open }) => {
    const id = await idOf(await open());
    expectTrue(`the connection id is ${id}, this suite expects one that ends in =`, id.endsWith('='));
  }),
  onProbe(ROWS.context, "the authorizer's context is on a later event, as strings", async ({ open }) => {
    const { event } = await echo(await open({ observer: 'nobody=' }));
    const { principalId, observer, text, number, flag } = event.requestContext.authorizer ?? {};
    const expected = { principalId: 'probe', observer: 'nobody=', text: 'text', number: '7', flag: 'true' };
    expectSame('the context', { principalId, observer, text, number, flag }, expected);
  }),
  onProbe(ROWS.events, 'the CONNECT event has headers and the query string, and no body', async (probe) => {
    const mark = randomUUID();
    const many = z.record(z.string(), z.array(z.string()));
    const connectEvent = z.strictObject({
      headers: z.looseObject({ 'X-Mark': z.literal(mark) }),
      multiValueHeaders: many,
      queryStringParameters: z.looseObject({ mark: z.literal(mark) }),
      multiValueQueryStringParameters: many,
      requestContext: z.looseObject({ eventType: z.literal('CONNECT'), routeKey: z.literal('$connect') }),
      isBase64Encoded: z.literal(false),
    });
    expectShape('the CONNECT event', connectEvent, await connectEventOf(probe, mark));
  }),
  onProbe(
    ROWS.events,
    'the CONNECT event has the headers that API Gateway adds, such as X-Forwarded-For',
    async (probe) => {
      const event = z.object({ headers: z.record(z.string(), z.string()) });
      const { headers } = expectShape('the CONNECT event', event, await connectEventOf(probe, 'none'));
      const missing = ['X-Amzn-Trace-Id', 'X-Forwarded-For', 'X-Forwarded-Port', 'X-Forwarded-Proto'].filter(
        (name) => headers[name] === undefined,
      );
      expectSame('the list of headers that are missing', missing, []);
    },
  ),
];
