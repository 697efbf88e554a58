import * as z from 'zod/mini';

import type { Fault } from '../genesys/faults.ts';
import type { GuestRecord } from '../genesys/guest-record.ts';
import { guestRecord } from '../genesys/guest-record.ts';
import type { Channel } from '../genesys/guest-record.ts';

/** A call that is refused; the message is a sentence for the reader. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

/** What the page's server asks of the simulated org. Each rejects with an `ApiError`. */
export interface OrgCalls {
  /** A guest in a conversation and a deployment of its own. */
  createGuest: (channel: Channel) => Promise<GuestRecord>;
  /** The guest's own call; the org clears the bubble with it. */
  guestWrites: (guest: GuestRecord, text: string) => Promise<void>;
  agentWrites: (guest: GuestRecord, text: string) => Promise<void>;
  agentTypes: (guest: GuestRecord) => Promise<void>;
  /** Replaces the faults of this guest alone. */
  setFaults: (guest: GuestRecord, faults: GuestFaults) => Promise<void>;
}

/** Faults of the conversation, and of the upgrade of web messaging, which names a deployment only. */
export interface GuestFaults {
  conversation: Fault[];
  deployment: Fault[];
}

const deploymentReply = z.object({ deploymentId: z.string() });

const ORG_DEADLINE_MS = 10_000;

/** @param org its origin, `http://127.0.0.1:PORT` */
export function makeOrgCalls(org: string): OrgCalls {
  const control = (method: string, path: string, body: object): Promise<unknown> =>
    call(`${org}/control/${path}`, { method, body: JSON.stringify(body) });

  return {
    async createGuest(channel) {
      const { deploymentId } = deploymentReply.parse(await control('POST', 'deployments', {}));
      return guestRecord.parse(await control('POST', 'guests', { channel, deploymentId }));
    },
    async guestWrites({ guestToken }, content) {
      await call(`${org}/api/v2/webmessaging/guests/messages`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${guestToken}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ content }),
      });
    },
    async agentWrites({ conversationId }, text) {
      await control('POST', `conversations/${conversationId}/agent-message`, { text });
    },
    async agentTypes({ conversationId }) {
      await control('POST', `conversations/${conversationId}/agent-typing`, {});
    },
    async setFaults({ conversationId, deploymentId }, { conversation, deployment }) {
      await control('PUT', `faults?scope=${conversationId}`, { faults: conversation });
      await control('PUT', `faults?scope=${deploymentId}`, { faults: deployment });
      // A socket that the relay has kept would go on as before.
      await control('POST', 'sockets/close', { conversationId, how: 'terminate' });
    },
  };
}

async function call(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ORG_DEADLINE_MS) }).catch(
    (cause: unknown) => {
      throw new ApiError(502, 'The simulated org does not answer.', cause);
    },
  );
  if (!response.ok) throw new ApiError(502, `The simulated org answered ${response.status}.`);
  return response.json();
}
