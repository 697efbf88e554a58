import * as z from 'zod';
import type { GenesysApi } from '../../functions/ports/genesys-api.ts';
import { conversationQuestion } from '../../functions/upstreams/fields.ts';
import { openSession } from '../../functions/upstreams/index.ts';
import { explained, failed, type Finding } from './findings.ts';
import type { DoctorPorts } from './ports.ts';
import type { Wishes } from './wishes.ts';

/** A conversation: who is in it, and whether the ids that typing would be sent with are theirs. */

/** Platform-client-sdk-javascript, index.d.ts: Conversation, Participant, Message. */
const communication = z.object({
  id: z.string().optional(),
  state: z.string().optional(),
  type: z.string().optional(),
});
const participant = z.object({
  id: z.string(),
  purpose: z.string().default('unknown'),
  messages: z.array(communication).default([]),
});
const conversation = z.object({ participants: z.array(participant) });
type Participant = z.infer<typeof participant>;

const NAMES = { check: 'conversation', subject: 'conversation' } as const;

/** The first of the two is asked for with the OAuth client, or with the agent's own token where there is none. */
export async function checkConversation(
  conversationId: string,
  wishes: Wishes,
  api: Pick<GenesysApi, 'call'> | undefined,
  { now, limitMs }: Pick<DoctorPorts, 'now' | 'limitMs'>,
): Promise<Finding[]> {
  const bearer =
    wishes.userToken === undefined ? undefined : ({ token: wishes.userToken, owner: 'agent' } as const);
  if (api === undefined)
    return [failed(NAMES, new Error("Not looked at: that takes an OAuth client, or the agent's token."))];
  try {
    const question = {
      ...conversationQuestion(conversationId),
      ...(wishes.client === undefined && { bearer }),
    };
    const answer = await api.call(question, now() + limitMs);
    const { participants } = conversation.parse(answer);
    return [listed(participants), ...judged(conversationId, wishes, answer, participants)];
  } catch (error) {
    return [failed(NAMES, error)];
  }
}

function listed(participants: Participant[]): Finding {
  const rows = participants.map(({ id, purpose, messages }) => {
    const { state = null, type = null, id: communicationId = null } = messages.at(-1) ?? {};
    return { purpose, state, type, participantId: id, communicationId };
  });
  const lines = rows.map(
    ({ purpose, state, type, participantId, communicationId }) =>
      `${purpose}, ${state ?? 'no message communication'}${type === null ? '' : `, ${type}`}\n` +
      `  participant ${participantId}${communicationId === null ? '' : `\n  communication ${communicationId}`}`,
  );
  return {
    ...NAMES,
    state: 'ok',
    says: ['Found. In it:', ...lines].join('\n'),
    facts: { participants: rows },
  };
}

function judged(
  conversationId: string,
  { participantId, communicationId }: Wishes,
  answer: unknown,
  participants: Participant[],
): Finding[] {
  const findings: Finding[] = [];
  if (participantId !== undefined) {
    const fields = { kind: 'participant-state', conversationId, participantId };
    const names = { check: 'conversation.participant', subject: 'participant' } as const;
    findings.push(judge(names, fields, answer) ?? judgeParticipant(names, participantId, participants));
  }
  if (communicationId !== undefined) {
    const fields = { kind: 'agent-communication', conversationId, communicationId };
    const names = { check: 'conversation.communication', subject: 'communication' } as const;
    findings.push(judge(names, fields, answer) ?? judgeCommunication(names, communicationId, participants));
  }
  return findings;
}

type Names = Pick<Finding, 'check' | 'subject'>;

/** As the relay judges before a session's first message. @returns undefined where it finds nothing wrong */
function judge(names: Names, fields: { kind: string }, answer: unknown): Finding | undefined {
  try {
    openSession(fields, () => true).check?.judge(answer);
    return undefined;
  } catch (error) {
    // A session that has ended is an answer, too.
    return { ...names, ...explained(error), state: 'bad' };
  }
}

/** Purposes are an open list; these are nobody's guests (platform-client-sdk-java, MessageMediaParticipant.md). */
const NO_GUESTS = new Set(['agent', 'user', 'acd', 'ivr', 'workflow', 'bot']);

function judgeParticipant(names: Names, id: string, participants: Participant[]): Finding {
  const purpose = participants.find((one) => one.id === id)?.purpose ?? 'unknown';
  if (!NO_GUESTS.has(purpose))
    return { ...names, state: 'ok', says: `Belongs to it; purpose ${purpose}.`, facts: { purpose } };
  const says = `Belongs to it, but its purpose is ${purpose}: take the participant with purpose customer.`;
  return { ...names, state: 'bad', reason: 'participant_mismatch', says, facts: { purpose } };
}

function judgeCommunication(names: Names, id: string, participants: Participant[]): Finding {
  const owner = participants.find(({ messages }) => messages.some((one) => one.id === id));
  const { state = 'not told' } = owner?.messages.find((one) => one.id === id) ?? {};
  const purpose = owner?.purpose ?? 'unknown';
  const facts = { purpose, state };
  return {
    ...names,
    state: 'ok',
    says: `Belongs to the participant with purpose ${purpose}; ${state}.`,
    facts,
  };
}
