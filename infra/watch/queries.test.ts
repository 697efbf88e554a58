import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { propertiesOf, watched, watchTemplate } from './fixture.ts';
import { QUERIES } from './queries.ts';

const definition = z.object({
  Name: z.string(),
  QueryString: z.string(),
  LogGroupNames: z.array(z.string()),
});
const queries = propertiesOf(watchTemplate(), 'AWS::Logs::QueryDefinition').map((found) =>
  definition.parse(found),
);

/** What the functions say of themselves: functions/relay/handled.ts, and the fields of each warning. */
const FIELDS = [
  'code',
  'kind',
  'reason',
  'requestId',
  'connectionId',
  'event',
  'outcome',
  'upstreamMs',
  'cause',
];

describe('the saved queries', () => {
  it("lie in a folder with the stack's name, over every log there is", () => {
    expect(queries.map(({ Name }) => Name)).toEqual(
      Object.keys(QUERIES).map((name) => `chat-typing/${name}`),
    );
    for (const { LogGroupNames } of queries) expect(LogGroupNames).toEqual(watched.logGroupNames);
  });

  it('ask for fields that the functions write, and for nothing that a guest wrote', () => {
    const asked = queries.flatMap(({ QueryString }) => QueryString.match(/message\.\w+/g) ?? []);
    expect(asked.filter((field) => !FIELDS.includes(field.replace('message.', '')))).toEqual([]);
    expect(asked.length).toBeGreaterThan(5);
  });

  it('are commands of Logs Insights, one a line after a bar', () => {
    for (const { QueryString } of queries) {
      const commands = QueryString.split(/\n?\| /).map((command) => /^\w+/.exec(command)?.[0] ?? command);
      expect(
        commands.filter((command) => !['filter', 'fields', 'stats', 'sort', 'limit'].includes(command)),
      ).toEqual([]);
    }
  });
});
