import { connectEvent, type ProbeAnswer } from './events.ts';
import { callManagement } from './management.ts';

/** Ends the upgrade as the query string asks, and tells the observer what the event held. */
export const handler = async (raw: unknown): Promise<ProbeAnswer> => {
  const { connect = '200', subprotocol, observer } = connectEvent.parse(raw).queryStringParameters ?? {};
  if (connect === 'throw') throw new Error('$connect throws, as it was asked to');
  if (observer !== undefined) await callManagement('POST', observer, JSON.stringify({ event: raw }));
  return {
    statusCode: Number(connect),
    ...(subprotocol !== undefined && { headers: { 'Sec-WebSocket-Protocol': subprotocol } }),
  };
};
