import { parseJson } from './steps.ts';
import type { FeedEvent } from './wire.ts';
import { feedEvent } from './wire.ts';

/**
 * Watches the gateway and the org; resolves when the watch has begun. The browser watches again by itself.
 * @param onWatching false while the server is away
 */
export async function watchFeed(
  onEvent: (event: FeedEvent) => void,
  onWatching: (watching: boolean) => void,
): Promise<void> {
  const source = new EventSource('/api/events');
  source.addEventListener('message', ({ data }) => {
    const event = feedEvent.safeParse(parseJson(String(data)));
    if (event.success) onEvent(event.data);
  });
  source.addEventListener('error', () => {
    onWatching(false);
  });
  return new Promise((resolve) => {
    source.addEventListener('open', () => {
      onWatching(true);
      resolve();
    });
  });
}
