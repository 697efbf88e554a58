import { type Conversation, generated, makeConversation } from '../simulate/guest.ts';
import { framesOf } from './keys.ts';
import type { Said } from './logic.ts';
import type { Message, Messages } from './messages.ts';
import type { Time } from './time.ts';

/** The guests whose keys are replayed: bench/simulate draws them, so they are the same for everybody. */
const SEED = 2026;
export const conversations = (count: number): Conversation[] =>
  Array.from({ length: count }, (_, index) => makeConversation(generated, index, SEED, {}));

/** Some day, in epoch milliseconds. */
const EPOCH = Date.UTC(2026, 0, 1);

/** A typing frame of a session as API Gateway hands it to the route, with all that such an event has. */
export function messageOf({ at, isTyping }: Said, session: number, body = frameOf(isTyping)): Message {
  const requestContext = {
    routeKey: 'typing',
    messageId: `m${session}-${at}=`,
    eventType: 'MESSAGE',
    extendedRequestId: `x${session}-${at}=`,
    requestTime: '01/Jan/2026:00:00:00 +0000',
    messageDirection: 'IN',
    stage: 'v1',
    connectedAt: EPOCH - 1_000,
    requestTimeEpoch: EPOCH + at,
    identity: { sourceIp: '192.0.2.1' },
    requestId: `r${session}-${at}=`,
    domainName: 'relay.example',
    connectionId: `c${session}=`,
    apiId: 'relay',
    authorizer: { principalId: 'guest', session: `sealed-${session}` },
  };
  return { event: { requestContext, body, isBase64Encoded: false }, at };
}

const frameOf = (isTyping: boolean): string => JSON.stringify({ type: 'typing', data: { isTyping } });

/** What our client says in those conversations, all at once: what reaches a relay. */
export function messagesOf(all: readonly Conversation[], time: Time): Messages {
  const messages = all
    .flatMap((conversation, session) =>
      framesOf('ours', conversation, time).map((said) => messageOf(said, session)),
    )
    .toSorted((one, other) => one.at - other.at);
  return { messages, end: Math.max(...all.map(({ end }) => end)) };
}
