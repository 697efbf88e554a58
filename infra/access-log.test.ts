import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { templateOf } from './stack-fixture.ts';

const stage = z.object({
  Properties: z.object({ AccessLogSettings: z.object({ Format: z.string() }), StageName: z.string() }),
});
const formats = Object.values(templateOf().findResources('AWS::ApiGatewayV2::Stage')).map((found) => {
  const { StageName, AccessLogSettings } = stage.parse(found).Properties;
  return [StageName, AccessLogSettings.Format] as const;
});

describe.each(formats)('a line of the access log of %s', (_, format) => {
  // Whether a value that has quotes in it is escaped, AWS' pages of these variables do not say.
  it.each([
    ['no value, which is written as a dash', '-'],
    ['a word', 'Forbidden'],
    ['a number', '403'],
  ])('is JSON where its variables hold %s', (_, value) => {
    const line = format.replaceAll(/\$context\.[\w.]+/g, value);
    const fields = z.record(z.string(), z.literal(value)).parse(JSON.parse(line));
    expect(Object.keys(fields)).toContain('error');
  });

  it('takes no header, body, query or identity of the client, and no session', () => {
    expect(format).not.toMatch(/header|identity|body|querystring|authorizer\.(session|inbox|principalId)/i);
  });
});
