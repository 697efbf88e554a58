import { makeHostRule } from '../../functions/relay/hosts.ts';
import type { Finding } from './findings.ts';
import type { DoctorPorts } from './ports.ts';
import type { Target } from './target.ts';
import { tryUpgrade } from './upgrade.ts';

/** The thread's guest socket. Its URL holds a secret: only its host is ever told. */
export async function checkGuestSocket(
  socketUrl: string,
  { originUrl }: Target,
  ports: Pick<DoctorPorts, 'limitMs'>,
): Promise<Finding[]> {
  const { host } = new URL(socketUrl);
  const allowsUrl = makeHostRule(originUrl === undefined ? [] : [originUrl.replace(/^http/, 'ws')]);
  const says = `${host} is no host of a Genesys region. The relay takes such a URL only where the setting allowedHosts has the host.`;
  const rule: Finding[] = allowsUrl(socketUrl)
    ? []
    : [{ check: 'socket.host', subject: 'host of the socket', state: 'note', says, facts: { host } }];

  const names = { check: 'socket', subject: "thread's socket" } as const;
  const upgrade = await tryUpgrade({ url: socketUrl }, ports);
  switch (upgrade.is) {
    case 'accepted':
      return [
        ...rule,
        { ...names, state: 'ok', says: `${host} takes it; opened and closed again, nothing was sent.` },
      ];
    case 'failed':
      return [...rule, { ...names, state: 'unknown', says: `${host}: it did not open: ${upgrade.why}.` }];
    case 'refused':
      return [...rule, { ...names, ...refused(upgrade.status), facts: { status: upgrade.status } }];
  }
}

function refused(status: number): Pick<Finding, 'state' | 'says' | 'reason'> {
  if (status >= 500 || status === 429)
    return { state: 'unknown', says: `Refused with ${status}. Try again later.` };
  if (status === 404 || status === 410)
    return { state: 'bad', says: `Refused with ${status}: the guest session is over. Create a guest anew.` };
  return {
    state: 'bad',
    reason: 'bad_credentials',
    says:
      `Refused with ${status}. Take the URL, whole, from the connection object of the guest creation response; if it is ` +
      'right, the guest session has ended.',
  };
}
