import type { SQSBatchResponse } from 'aws-lambda';
import { queueEvent, watchBody } from './ports/queue-events.ts';
import { tryJson } from './ports/http.ts';
import { openSender } from './ports/sender.ts';
import { makeRelay } from './relay/relay.ts';

const sender = await openSender();
const relay = makeRelay(sender);

/** The delay queue's watches: a guest that fell silent stops typing. One that failed comes back, the others do not. */
export const handler = async (raw: unknown): Promise<SQSBatchResponse> => {
  const { Records } = queueEvent.parse(raw);
  const handled = await Promise.all(
    Records.map(({ messageId, body }) => relay.expire(messageId, watchBody.safeParse(tryJson(body)).data)),
  );
  // After the whole batch: its watches share the sockets.
  relay.release();
  sender.tell(handled);
  const failed = handled.filter(({ outcome }) => outcome === 'refused');
  return { batchItemFailures: failed.map(({ requestId }) => ({ itemIdentifier: requestId })) };
};
