import { openAnsweringRoute } from './ports/answering-route.ts';
import { answerOther } from './relay/protocol.ts';

/** $default: whatever no other route took. A ping is answered, anything else is told what was wrong with it. */
export const handler = openAnsweringRoute(({ body }) => answerOther(body));
