import { createHmac } from 'node:crypto';

import type { Integration } from './integrations.ts';
import type { Records } from './records.ts';
import { makeRecords } from './records.ts';

/** One attempt to hand something to the webhook of an integration, and what came of it. */
export interface Delivery {
  seq: number;
  /** ISO time. */
  at: string;
  integrationId: string;
  conversationId: string;
  url: string;
  /** 1 for the first. */
  attempt: number;
  /** Just as it was posted. */
  body: string;
  /** The `X-Hub-Signature-256` header. */
  signature: string;
  /** 0 when there was no answer. */
  status: number;
  /** What was answered, or why nothing was. */
  answer: string;
}

export interface Webhook {
  /** Posts to the integration's webhook, if it has one; resolves when that is over, however it went. */
  post(integration: Integration, conversationId: string, body: object): Promise<void>;
  deliveries: Records<Delivery>;
}

/** Genesys' own patience is not published. */
const PATIENCE_MS = 10_000;
const KEPT_ANSWER_CHARACTERS = 16_384;

/** `X-Hub-Signature-256`: the HMAC-SHA256 of the raw body by the integration's secret (§6.3). */
export function signatureOf(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** The outbound webhook of open messaging. What is posted while the org closes is not recorded. */
export function makeWebhook(closing: AbortSignal): Webhook {
  const deliveries = makeRecords<Delivery>(
    (delivery, seq) => ({ seq, ...delivery }),
    () => undefined,
  );
  return {
    deliveries,
    async post({ integrationId, webhookUrl, secret, retries }, conversationId, content) {
      if (webhookUrl === null) return;
      const body = JSON.stringify(content);
      const signature = signatureOf(secret, body);
      for (let attempt = 1; attempt <= 1 + retries; attempt += 1) {
        const at = new Date().toISOString();
        const result = await postOnce(webhookUrl, body, signature, closing);
        if (closing.aborted) return;
        const about = { at, integrationId, conversationId, url: webhookUrl, attempt };
        deliveries.record({ ...about, body, signature, ...result });
        if (result.status >= 200 && result.status < 300) return;
      }
    },
  };
}

async function postOnce(
  url: string,
  body: string,
  signature: string,
  closing: AbortSignal,
): Promise<Pick<Delivery, 'status' | 'answer'>> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Hub-Signature-256': signature },
      body,
      // A redirect would lead the body elsewhere than to this machine.
      redirect: 'manual',
      signal: AbortSignal.any([closing, AbortSignal.timeout(PATIENCE_MS)]),
    });
    return { status: answer.status, answer: (await answer.text()).slice(0, KEPT_ANSWER_CHARACTERS) };
  } catch (error) {
    return { status: 0, answer: error instanceof Error ? error.message : String(error) };
  }
}
