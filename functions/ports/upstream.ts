import type { UpstreamPort } from '../relay/delivery.ts';
import type { GenesysApi } from './genesys-api.ts';
import type { Sockets } from './sockets.ts';

/** Sends each upstream message by the way that it names. */
export function makeUpstreamPort(api: GenesysApi, sockets: Sockets): UpstreamPort {
  return {
    async send(message, deadline) {
      if (message.via === 'rest') return api.call(message, deadline);
      await sockets.send(message.url, JSON.stringify(message.frame), deadline);
      return undefined;
    },
    release: sockets.close,
  };
}
