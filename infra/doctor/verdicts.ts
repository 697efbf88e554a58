import type { RejectionReason } from '../../functions/relay/errors.ts';
import type { Candidate } from './candidates.ts';
import { explained, type CheckName, type Finding } from './findings.ts';
import type { Sent } from './send.ts';

/** What the findings mean for each upstream. */

export type Answer = 'works' | 'fails' | 'unknown';

export interface Verdict {
  kind: string;
  shows: Candidate['shows'];
  evidence: Candidate['evidence'];
  answer: Answer;
  /** Why, and what to change: the relay's own sentence where it has one. */
  why: string;
  reason: RejectionReason | null;
  correlationId: string | null;
  /** The check that decided; null where none did. */
  check: CheckName | null;
  /** What nobody looked at; null where that is nothing. */
  notChecked: string | null;
  /** What --send came to; null where nothing was sent. */
  sent: 'taken' | 'refused' | 'unclear' | null;
  /** A bubble that --send has shown and could not end. */
  mayStillShow: boolean;
}

/** What to use, by whose typing it shows; null where nothing is known to work. */
export interface Recommendation {
  guests: string | null;
  agents: string | null;
}

type Judged = Pick<Verdict, 'answer' | 'why'> & Partial<Verdict>;

/** @param sent what --send came to, where it was sent */
export function verdictOf(candidate: Candidate, findings: Finding[], sent?: Sent): Verdict {
  const { kind, shows, evidence } = candidate;
  const names = { kind, shows, evidence };
  const nothing = {
    reason: null,
    correlationId: null,
    check: null,
    notChecked: null,
    sent: null,
    mayStillShow: false,
  };
  return { ...names, ...nothing, ...(sent ? afterSending(candidate, sent) : judge(candidate, findings)) };
}

/** Whether it is worth sending: nothing that was looked at is in its way. */
export const isClear = (candidate: Candidate, findings: Finding[]): boolean =>
  candidate.missing.length === 0 && obstacle(candidate, findings) === undefined;

/** What stops it: first what is certainly wrong, then what nobody could tell. */
function obstacle({ checks }: Candidate, findings: Finding[]): Finding | undefined {
  const relevant = checks.flatMap((check) => findings.filter((finding) => finding.check === check));
  return relevant.find(({ state }) => state === 'bad') ?? relevant.find(({ state }) => state === 'unknown');
}

/** A host that does not answer here may answer in AWS. */
const isHost = (check: CheckName): boolean => check.startsWith('host.');

function judge(candidate: Candidate, findings: Finding[]): Judged {
  const { missing, unproven, notChecked = null } = candidate;
  if (missing.length > 0) return { answer: 'unknown', why: `Not looked at: give ${missing.join('; ')}.` };
  const found = obstacle(candidate, findings);
  if (found) {
    const { check, state, subject, says, reason = null, correlationId = null } = found;
    const answer = state === 'bad' && !isHost(check) ? 'fails' : 'unknown';
    const why = answer === 'fails' ? says : `Cannot tell from here: ${subject}: ${says}`;
    return { answer, why, reason, correlationId, check };
  }
  if (unproven !== undefined) return { answer: 'unknown', why: unproven, notChecked };
  return { answer: 'works', why: 'All that can be looked at without a change is right.', notChecked };
}

function afterSending({ sight }: Candidate, sent: Sent): Judged {
  const { mayStillShow } = sent;
  const left = mayStillShow ? ' Its off did not get through, so the bubble may still show.' : '';
  if (sent.is === 'taken') {
    const why = `Genesys took it. It works if ${sight.where} showed that ${sight.what}.${left}`;
    return { answer: 'works', why, sent: 'taken', mayStillShow };
  }
  const { state, says, ...more } = explained(sent.error);
  return state === 'bad'
    ? { ...more, answer: 'fails', why: says, sent: 'refused', mayStillShow }
    : { ...more, answer: 'unknown', why: says + left, sent: 'unclear', mayStillShow };
}

export function recommend(verdicts: Verdict[]): Recommendation {
  const first = (whose: Verdict['shows']): string | null =>
    verdicts.find(({ answer, shows }) => answer === 'works' && shows === whose)?.kind ?? null;
  return { guests: first('guests'), agents: first('agents') };
}
