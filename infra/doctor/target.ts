import { GENESYS_REGIONS } from '../../functions/relay/regions.ts';

/** Where an org is. URLs have no slash at their end. */
export interface Target {
  domain: string;
  region: string;
  /** In place of the region's hosts, such as a simulated org. */
  originUrl: string | undefined;
  apiUrl: string;
  loginUrl: string;
  cdnUrl: string;
  webMessagingUrl: string;
}

/** Something that the caller of the command can put right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const regions = new Map<string, string>(Object.entries(GENESYS_REGIONS));

/**
 * The hosts of a region, by the rule that the relay goes by (functions/relay/regions.ts).
 * @throws UsageError that lists the domains there are
 */
export function targetOf(domain: string, originUrl: string | undefined): Target {
  const region = regions.get(domain);
  if (region === undefined) {
    const list = [...regions].map(([name, where]) => `  ${name.padEnd(24)}${where}`).join('\n');
    throw new UsageError(
      `--domain: ${JSON.stringify(domain)} is no Genesys Cloud region. There are:\n${list}`,
    );
  }
  return {
    domain,
    region,
    originUrl,
    apiUrl: originUrl ?? `https://api.${domain}`,
    loginUrl: originUrl ?? `https://login.${domain}`,
    cdnUrl: originUrl ?? `https://api-cdn.${domain}`,
    webMessagingUrl:
      originUrl === undefined ? `wss://webmessaging.${domain}/v1` : `${originUrl.replace(/^http/, 'ws')}/v1`,
  };
}
