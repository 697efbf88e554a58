import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy, { type MiddyfiedHandler } from '@middy/core';
import { FRAMES_MAX, STATE_LIFE_S } from '../../../functions/relay/constants.ts';
import { FrameError } from './errors.ts';
import { type MessageEvent, parseFrame } from './frames.ts';
import { makeGenesys, oauthClient } from './genesys.ts';
import type { SendHttp } from './http.ts';
import { OK, openConnections, parsed, tellsErrors } from './middlewares.ts';
import { makeRelay } from './relay.ts';
import { cachedSecret } from './secrets.ts';
import { openSession, ticketKeys } from './session.ts';
import { readSettings } from './settings.ts';
import { openTable } from './table.ts';

/**
 * The relay's handler of typing frames, made again by the authors of this benchmark as the usual libraries would have
 * it: the AWS SDK's clients built once as its module is loaded, a middleware engine, a logger and metrics of Powertools, zod, jose and ws.
 * It checks, decides, sends and answers the same; what it needs it gets with its first message and keeps.
 */
export function makeHandler(openHttp: () => SendHttp): MiddyfiedHandler<MessageEvent> {
  const settings = readSettings();
  const logger = new Logger({ serviceName: 'typing', logLevel: 'WARN' });
  const metrics = new Metrics({ namespace: 'typing-relay', serviceName: settings.STACK_NAME });
  const table = openTable(settings.TABLE_NAME);
  const secrets = new SecretsManagerClient({ maxAttempts: 2 });
  const keys = cachedSecret(secrets, settings.TICKET_KEY_SECRET, ticketKeys);
  const client = cachedSecret(secrets, settings.GENESYS_CLIENT_SECRET, oauthClient);
  const genesys = makeGenesys({ settings, table, keys, client, send: openHttp() });
  const relay = makeRelay({ settings, table, genesys });
  const answer = openConnections();

  async function mustNotFlood({
    connectionId,
    requestId,
    requestTimeEpoch: at,
  }: MessageEvent['requestContext']) {
    const marks = await table.markFrame(
      connectionId,
      `${at}/${requestId}`,
      Math.ceil(at / 1_000) + STATE_LIFE_S,
    );
    if (marks.size > FRAMES_MAX) throw new FrameError('too_many_frames', 'Too many frames.');
  }

  async function handle({ body, requestContext }: MessageEvent) {
    const { connectionId, connectedAt, requestTimeEpoch: at, authorizer } = requestContext;
    const { data, id } = parseFrame(body);
    const session = await openSession(await keys(), authorizer.session, settings.ALLOWED_HOSTS);
    const typed = { isTyping: data.isTyping, connectionId, connectedAt, at };
    const { outcome, hasty, upstreamMs } = await relay.forward(session, authorizer.session, typed);
    if (hasty) await mustNotFlood(requestContext);
    metrics.addDimension('Upstream', session.upstream.kind);
    metrics.addMetric(outcome, MetricUnit.Count, 1);
    if (upstreamMs !== undefined) metrics.addMetric('UpstreamTime', MetricUnit.Milliseconds, upstreamMs);
    if (id !== undefined) await answer(connectionId, { type: 'ack', id, outcome });
    return OK;
  }

  return middy<MessageEvent>()
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .use(parsed())
    .use(tellsErrors(logger, answer))
    .handler(handle);
}
