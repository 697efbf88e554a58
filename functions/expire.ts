import type { SQSBatchResponse } from 'aws-lambda';
import { queueEvent, watchBody } from './ports/events.ts';
import { tryJson } from './ports/http.ts';
import { log } from './ports/log.ts';
import { openSender } from './ports/sender.ts';
import { describe } from './relay/errors.ts';
import { makeRelay } from './relay/relay.ts';

const relay = makeRelay(await openSender());

/** The delay queue's watches: a guest that fell silent stops typing. One that failed comes back, the others do not. */
export const handler = async (raw: unknown): Promise<SQSBatchResponse> => {
  const { Records } = queueEvent.parse(raw);
  const failures = await Promise.all(
    Records.map(async ({ messageId, body }) => {
      try {
        await relay.expire(watchBody.parse(tryJson(body)));
        return [];
      } catch (error) {
        log.warn('watch_failed', { messageId, cause: describe(error) });
        return [{ itemIdentifier: messageId }];
      }
    }),
  );
  // After the whole batch: its watches share the sockets.
  relay.release();
  return { batchItemFailures: failures.flat() };
};
