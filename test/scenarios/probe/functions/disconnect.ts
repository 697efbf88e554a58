import { disconnectEvent, type ProbeAnswer } from './events.ts';
import { callManagement } from './management.ts';

/** Tells the observer, which the connection named in its upgrade, what the event held. */
export const handler = async (raw: unknown): Promise<ProbeAnswer> => {
  const { observer } = disconnectEvent.parse(raw).requestContext.authorizer;
  if (observer !== '') await callManagement('POST', observer, JSON.stringify({ event: raw }));
  return { statusCode: 200 };
};
