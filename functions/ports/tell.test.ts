import { afterEach, expect, it, vi } from 'vitest';
import { openTell } from './tell.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it('writes a line at debug for each event, and its metrics past the console', () => {
  vi.stubEnv('STACK_NAME', 'relay-1');
  const debug = vi.spyOn(console, 'debug').mockReturnValue();
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const watch = { event: 'watch', outcome: 'ended', kind: 'typing-frame' } as const;
  const handled = [
    { ...watch, requestId: 'm1' },
    { ...watch, requestId: 'm2' },
  ];

  openTell()(handled);

  expect(debug.mock.calls).toEqual(handled.map((one) => [{ code: 'handled', ...one }]));
  expect(written).toHaveBeenCalledOnce();
  const line = String(written.mock.lastCall?.[0]);
  expect(line.endsWith('}\n')).toBe(true);
  expect(JSON.parse(line)).toMatchObject({ Stack: 'relay-1', Upstream: 'typing-frame', OwedOffs: 2 });
});

it('does not begin without the name of its stack', () => {
  vi.stubEnv('STACK_NAME', undefined);
  expect(openTell).toThrow(/STACK_NAME/);
});
