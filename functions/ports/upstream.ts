import type { UpstreamPort } from '../relay/delivery.ts';
import type { GenesysApi } from './genesys-api.ts';
import type { Sockets } from './sockets.ts';
import type { WebMessaging } from './web-messaging.ts';

export interface UpstreamWays {
  api: GenesysApi;
  sockets: Sockets;
  webMessaging: WebMessaging;
}

/** Sends each upstream message by the way that it names. */
export function makeUpstreamPort({ api, sockets, webMessaging }: UpstreamWays): UpstreamPort {
  return {
    async send(message, deadline) {
      switch (message.via) {
        case 'rest':
          return api.call(message, deadline);
        case 'socket':
          await sockets.send(message.url, JSON.stringify(message.frame), deadline);
          return undefined;
        case 'web-messaging':
          await webMessaging.send(message, deadline);
          return undefined;
      }
    },
    budget: (message) =>
      message.via === 'rest' && !message.bearer ? api.budget() : { level: 'plenty', resetsInMs: 0 },
    release() {
      sockets.close();
      webMessaging.close();
    },
  };
}
