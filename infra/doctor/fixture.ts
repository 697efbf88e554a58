import { makeHttp } from '../../functions/ports/http.ts';
import type { TestOrg } from '../../local/genesys/fixture.ts';
import { oauthClient } from '../../local/genesys/fixture.ts';
import type { GuestRecord } from '../../local/genesys/guest-record.ts';
import { type Examination, makeExamination, type Report } from './examination.ts';
import type { CheckName, Finding } from './findings.ts';
import { CHECK_LIMIT_MS, type DoctorPorts } from './ports.ts';
import { targetOf } from './target.ts';
import type { Verdict } from './verdicts.ts';
import type { Wishes } from './wishes.ts';

/** For tests: what somebody would ask the doctor of a simulated org. */

/** Nothing but the hosts. */
export const bareWishes = (originUrl: string): Wishes => ({
  target: targetOf('mypurecloud.ie', originUrl),
  client: undefined,
  userToken: undefined,
  guestToken: undefined,
  socketUrl: undefined,
  deploymentId: undefined,
  origin: undefined,
  integrationId: undefined,
  openUserId: undefined,
  conversationId: undefined,
  participantId: undefined,
  communicationId: undefined,
  send: false,
});

/** Everything that there is to ask about a guest. */
export const wishesFor = (org: TestOrg, guest: GuestRecord): Wishes => ({
  ...bareWishes(org.url),
  client: oauthClient,
  guestToken: guest.guestToken,
  socketUrl: guest.socketUrl,
  deploymentId: guest.deploymentId,
  integrationId: guest.integrationId,
  openUserId: guest.openUserId,
  conversationId: guest.conversationId,
  participantId: guest.participantId,
  communicationId: guest.agentCommunicationId,
});

export const doctorPorts = (own: Partial<DoctorPorts> = {}): DoctorPorts => ({
  http: makeHttp(),
  lookup: () => Promise.reject(new Error('nobody has a name here')),
  now: Date.now,
  limitMs: CHECK_LIMIT_MS,
  tell: () => undefined,
  keepSecret: () => undefined,
  ...own,
});

export interface Seen extends Report {
  examination: Examination;
  finding: (check: CheckName) => Finding | undefined;
  /** @throws Error for a kind that there is not */
  upstream: (kind: string) => Verdict;
}

export const read = (report: Report): Omit<Seen, 'examination'> => ({
  ...report,
  finding: (check) => report.findings.find((one) => one.check === check),
  upstream(kind) {
    const found = report.upstreams.find((one) => one.kind === kind);
    if (!found) throw new Error(`no upstream ${kind}`);
    return found;
  },
});

export async function look(wishes: Wishes, own: Partial<DoctorPorts> = {}): Promise<Seen> {
  const examination = makeExamination(wishes, doctorPorts(own));
  return { ...read(await examination.look()), examination };
}
