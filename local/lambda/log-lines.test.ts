import { describe, expect, it } from 'vitest';
import { readLogLine } from './log-lines.ts';

const line = (level: string, message: object): string =>
  JSON.stringify({ timestamp: '2026-01-01T12:00:00.000Z', level, requestId: 'l1', message });
const handled = {
  code: 'handled',
  requestId: 'r1',
  connectionId: 'L0SM=',
  event: 'typing-on',
  kind: 'web-messaging',
  outcome: 'forwarded',
  upstreamMs: 7,
};

describe('a line of a function’s log', () => {
  it('that says what became of an event is a step, and is not logged at the level that is deployed', () => {
    const { event, outcome, kind, upstreamMs } = handled;
    expect(readLogLine(line('DEBUG', handled), 'Typing', 'WARN')).toEqual({
      isLogged: false,
      step: {
        kind: 'handled',
        at: Date.parse('2026-01-01T12:00:00.000Z'),
        function: 'Typing',
        requestId: 'r1',
        connectionId: 'L0SM=',
        handled: { event, outcome, kind, upstreamMs },
      },
    });
  });

  it.each([
    ['WARN', 'WARN', true],
    ['ERROR', 'WARN', true],
    ['INFO', 'WARN', false],
    ['DEBUG', 'DEBUG', true],
  ])('at %s, of a function at %s: logged %s', (level, own, isLogged) => {
    expect(readLogLine(line(level, { code: 'some_code' }), 'Typing', own)).toEqual({ isLogged });
  });

  it.each([
    ['a text', 'Hello'],
    ['a metric', '{"_aws":{"Timestamp":1}}'],
  ])('that is %s is logged as it is', (_what, text) => {
    expect(readLogLine(text, 'Typing', 'WARN')).toEqual({ isLogged: true });
  });

  it('is logged whatever its level where the function has none', () => {
    expect(readLogLine(line('TRACE', {}), 'Typing')).toEqual({ isLogged: true });
  });
});
