import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readConfig } from '../config.ts';
import { AUTHORIZER, EXPIRE, ROUTES, WEBHOOKS } from '../routes.ts';
import { templateOf } from '../stack-fixture.ts';
import { propertiesOf } from './fixture.ts';

const template = templateOf();
const handlers = [AUTHORIZER, EXPIRE, ...ROUTES, ...WEBHOOKS].map(({ handler }) => handler);

/** The logical id that a `{ Ref }` names, without the hash at its end. */
const ref = z.object({ Ref: z.string() }).transform(({ Ref }) => Ref.replace(/[\dA-F]{8}$/, ''));
const queueName = z
  .object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('QueueName')]) })
  .transform(({ 'Fn::GetAtt': [id] }) => id.replace(/[\dA-F]{8}$/, ''));

const alarms = new Map(
  propertiesOf(template, 'AWS::CloudWatch::Alarm').map((found) => [
    z.string().parse(found['AlarmName']).replace('typing-relay-', ''),
    found,
  ]),
);

/** What an alarm on one metric looks at, by the names of its dimensions. */
const dimensionsOf = (alarm: string): Record<string, unknown> =>
  Object.fromEntries(
    z
      .array(z.object({ Name: z.string(), Value: z.union([z.string(), ref, queueName]) }))
      .parse(alarms.get(alarm)?.['Dimensions'])
      .map(({ Name, Value }) => [Name, Value]),
  );

describe('the watch over the stack', () => {
  it('looks at its own parts', () => {
    expect(dimensionsOf('messages-near-throttle')).toEqual({ ApiId: 'Api', Stage: 'v1' });
    expect(dimensionsOf('webhook-failing')).toEqual({ ApiId: 'Webhooks' });
    expect(dimensionsOf('watches-late')).toEqual({ QueueName: 'Watches' });
    expect(dimensionsOf('dead-letters')).toEqual({ QueueName: 'DeadWatches' });
    expect(dimensionsOf('state-unavailable')).toEqual({ Stack: 'typing-relay' });
    expect(dimensionsOf('function-throttles-typing')).toEqual({ FunctionName: 'Typing' });
  });

  it('looks at every function', () => {
    for (const handler of handlers) {
      expect([...alarms.keys()]).toContain(`function-errors-${handler}`);
      expect([...alarms.keys()]).toContain(`function-throttles-${handler}`);
    }
  });

  it('counts by the name under which the functions do', () => {
    const names = propertiesOf(template, 'AWS::Lambda::Function').map(
      ({ Environment }) =>
        z.object({ Variables: z.object({ STACK_NAME: z.string() }) }).parse(Environment).Variables.STACK_NAME,
    );
    expect(new Set(names)).toEqual(new Set(['typing-relay']));
  });

  it('asks every log group', () => {
    const groups = Object.keys(template.findResources('AWS::Logs::LogGroup'));
    expect(groups.length).toBe(handlers.length + 2);
    for (const { LogGroupNames } of propertiesOf(template, 'AWS::Logs::QueryDefinition')) {
      expect(LogGroupNames).toEqual(expect.arrayContaining(groups.map((Ref) => ({ Ref }))));
    }
  });

  it('has no name that a second stack of the account has too', () => {
    const namesOf = (stackName: string) => {
      const other = templateOf({ stackName });
      return ['AlarmName', 'DashboardName', 'Name'].flatMap((property) =>
        ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard', 'AWS::Logs::QueryDefinition']
          .flatMap((type) => propertiesOf(other, type))
          .flatMap((found) => (property in found ? [JSON.stringify(found[property])] : [])),
      );
    };
    const first = namesOf('one');
    expect(first.length).toBeGreaterThan(20);
    expect(namesOf('two').filter((name) => first.includes(name))).toEqual([]);
  });
});

describe('the log level', () => {
  const levelsOf = (settings: object) =>
    propertiesOf(templateOf(settings), 'AWS::Lambda::Function').map(
      ({ LoggingConfig }) =>
        z.object({ ApplicationLogLevel: z.string(), SystemLogLevel: z.literal('WARN') }).parse(LoggingConfig)
          .ApplicationLogLevel,
    );

  it.each([
    [{}, 'WARN'],
    [{ logLevel: 'DEBUG' }, 'DEBUG'],
  ])('of every function with %j is %s', (settings, level) => {
    expect(new Set(levelsOf(settings))).toEqual(new Set([level]));
  });
});

describe('a setting of the watch', () => {
  it.each([
    [{ alarmEmail: 'ops' }, 'alarmEmail: found "ops", allowed is a mail address'],
    [{ alarmTopicArn: 'on-call' }, 'alarmTopicArn: found "on-call", allowed is the ARN of an SNS topic'],
    [{ logLevel: 'TRACE' }, 'logLevel: found "TRACE", allowed is one of WARN, INFO, DEBUG'],
    [{ connectionsPerSecondQuota: 0 }, 'connectionsPerSecondQuota: found 0, allowed is a whole number'],
  ])('that is wrong is told: %j', (settings, complaint) => {
    expect(() => readConfig({ genesysDomain: 'mypurecloud.ie', ...settings })).toThrow(complaint);
  });
});
