import * as z from 'zod';
import { guestRecord } from '../../local/genesys/guest-record.ts';

export type Guest = z.infer<typeof guestRecord>;

const Messages = z.object({
  last: z.number(),
  messages: z.array(
    z.object({ via: z.string(), at: z.string(), body: z.unknown(), conversationId: z.string().optional() }),
  ),
});
const Typing = z.object({ type: z.literal('typing'), data: z.object({ isTyping: z.boolean() }) });

export interface Arrival {
  conversationId: string;
  isTyping: boolean;
  /** Epoch milliseconds. */
  at: number;
}

/** The simulated org, as its control API shows it (docs/simulated-org.md). */
export interface Org {
  newGuest: () => Promise<Guest>;
  /** Typing frames that came since the last call. */
  arrivals: () => Promise<Arrival[]>;
  /** Open guest sockets of the relay. */
  openSockets: () => Promise<number>;
}

export function makeOrg(url: string): Org {
  let last = 0;
  async function call(path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${url}/control/${path}`, {
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`The org answered ${path} with ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }
  return {
    newGuest: async () => guestRecord.parse(await call('guests', {})),
    arrivals: async () => {
      const page = Messages.parse(await call(`messages?after=${last}`));
      last = page.last;
      return page.messages.flatMap(({ via, at, body, conversationId }) => {
        const typing = via === 'socket' ? Typing.safeParse(body).data : undefined;
        if (typing === undefined || conversationId === undefined) return [];
        return [{ conversationId, isTyping: typing.data.isTyping, at: Date.parse(at) }];
      });
    },
    openSockets: async () => z.object({ open: z.number() }).parse(await call('sockets')).open,
  };
}
