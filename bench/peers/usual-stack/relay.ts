import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  CHECKS_REMEMBERED,
  SILENCE_MS,
  STALE_AFTER_MS,
  UPSTREAM_DEADLINE_MS,
  UPSTREAM_MIN_MS,
} from '../../../functions/relay/constants.ts';
import { decide, isSilent, type Typed } from './decision.ts';
import { FrameError } from './errors.ts';
import type { Genesys } from './genesys.ts';
import type { Session } from './session.ts';
import type { Settings } from './settings.ts';
import type { Table } from './table.ts';
import { isOfService, judge, questionOf, show } from './upstream.ts';

export interface RelayPorts {
  settings: Settings;
  table: Table;
  genesys: Genesys;
}

/** What became of a frame. */
export interface Outcome {
  outcome: 'forwarded' | 'coalesced' | 'stale' | 'ignored';
  hasty: boolean;
  upstreamMs?: number;
}

export interface Relay {
  /** @throws FrameError */
  forward: (session: Session, sealedSession: string, typed: Typed) => Promise<Outcome>;
}

/** From a session's frame to its upstream, with the promise that whatever is shown is ended. */
export function makeRelay({ settings, table, genesys }: RelayPorts): Relay {
  const sqs = new SQSClient({ maxAttempts: 2 });
  const checked = new Set<string>();

  async function watchLater(watch: object): Promise<void> {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: settings.WATCH_QUEUE_URL,
        MessageBody: JSON.stringify(watch),
        DelaySeconds: SILENCE_MS / 1_000,
      }),
    );
  }

  async function check({ upstream, key }: Session, typed: Typed, deadline: number): Promise<void> {
    const question = questionOf(upstream);
    if (!question || checked.has(key) || isSilent(await table.read(key), typed)) return;
    judge(upstream, await genesys.call(question, deadline));
    checked.add(key);
    const [oldest] = checked;
    if (checked.size > CHECKS_REMEMBERED && oldest !== undefined) checked.delete(oldest);
  }

  /** It is owed no longer, unless a newer "on" came. */
  async function sendOff({ upstream, key }: Session, ends: number, deadline: number): Promise<void> {
    await show({ genesys, settings }, upstream, false, deadline);
    await table.update(key, {
      update: 'REMOVE owed',
      condition:
        'attribute_exists(pk) AND attribute_not_exists(shownAt) AND attribute_not_exists(endedAt) AND lastOnAt = :ends',
      values: { ':ends': ends },
    });
  }

  async function hide({ key }: Session, shownAt: number): Promise<void> {
    await table.update(key, {
      update: 'SET lastOnAt = :shownAt REMOVE shownAt',
      condition: 'shownAt = :shownAt',
      values: { ':shownAt': shownAt },
    });
  }

  /** An "off" may have overtaken the "on" on its way. */
  async function lookAgain(session: Session, sealedSession: string, shownAt: number): Promise<void> {
    const state = await table.read(session.key);
    if (!state || state.endedAt !== undefined || state.shownAt === shownAt) return;
    if (state.shownAt === undefined)
      await sendOff(session, state.lastOnAt, Date.now() + UPSTREAM_DEADLINE_MS);
    else await watchLater({ sealedSession, shownAt, unclear: true });
  }

  async function sendOn(
    session: Session,
    sealedSession: string,
    typed: Typed,
    deadline: number,
  ): Promise<number> {
    const watching = session.held ? watchLater({ sealedSession, shownAt: typed.at }) : undefined;
    const began = Date.now();
    try {
      await show({ genesys, settings }, session.upstream, true, deadline);
    } catch (error) {
      await hide(session, typed.at);
      throw error;
    } finally {
      await watching;
    }
    const took = Date.now() - began;
    if (session.held) await lookAgain(session, sealedSession, typed.at);
    return took;
  }

  return {
    async forward(session, sealedSession, typed) {
      if (typed.isTyping && Date.now() - typed.at > STALE_AFTER_MS) return { outcome: 'stale', hasty: true };
      const deadline = Math.max(typed.at + UPSTREAM_DEADLINE_MS, Date.now() + UPSTREAM_MIN_MS);
      if (typed.isTyping) await check(session, typed, deadline);
      const decision = await decide(table, session.key, typed, session.held);
      const { outcome, send, hasty } = decision;
      if (outcome === 'ended') throw new FrameError('session_ended', 'Get a new ticket and connect again.');
      if (send === 'off') {
        await sendOff(session, decision.ends ?? 0, deadline);
        return { outcome, hasty };
      }
      if (send === undefined) return { outcome, hasty };
      if (isOfService(session.upstream) && genesys.isShort(decision.refresh === true)) {
        await hide(session, typed.at);
        return { outcome: 'coalesced', hasty };
      }
      return { outcome, hasty, upstreamMs: await sendOn(session, sealedSession, typed, deadline) };
    },
  };
}
