import { describe, expect, it } from 'vitest';
import { propertiesOf, watchTemplate } from './fixture.ts';

const actionsOf = (template: ReturnType<typeof watchTemplate>): unknown[] =>
  propertiesOf(template, 'AWS::CloudWatch::Alarm').map(({ AlarmActions }) => AlarmActions);

const OTHER = 'arn:aws:sns:eu-west-1:111122223333:on-call';

describe('without a setting', () => {
  const template = watchTemplate();

  it('alarms are there and tell nobody, and there is no topic', () => {
    expect(new Set(actionsOf(template))).toEqual(new Set([undefined]));
    template.resourceCountIs('AWS::SNS::Topic', 0);
    template.resourceCountIs('AWS::SNS::Subscription', 0);
  });
});

describe('with alarmEmail', () => {
  const template = watchTemplate({ alarmEmail: 'ops@example.com' });
  const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));

  it('every alarm goes to a topic that the address is subscribed to', () => {
    const actions = actionsOf(template);
    expect(actions).toEqual(actions.map(() => [{ Ref: topic }]));
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
      TopicArn: { Ref: topic },
    });
  });

  it('only rings: nothing is sent when an alarm begins its life, or is over', () => {
    for (const properties of propertiesOf(template, 'AWS::CloudWatch::Alarm')) {
      expect(properties).not.toHaveProperty('OKActions');
      expect(properties).not.toHaveProperty('InsufficientDataActions');
    }
  });

  it("the topic takes the stack's own alarms and nothing else, over TLS only", () => {
    const arn = ':cloudwatch:eu-west-1:111122223333:alarm:chat-typing-*';
    const from = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, arn]] };
    const [{ PolicyDocument, Topics } = {}, ...others] = propertiesOf(template, 'AWS::SNS::TopicPolicy');
    expect(others).toEqual([]);
    expect(Topics).toEqual([{ Ref: topic }]);
    expect(PolicyDocument).toMatchObject({
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sns:Publish',
          Resource: { Ref: topic },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: { Ref: topic },
          Condition: {
            StringEquals: { 'aws:SourceAccount': '111122223333' },
            ArnLike: { 'aws:SourceArn': from },
          },
        },
      ],
    });
  });
});

describe('with alarmTopicArn', () => {
  it('every alarm goes there, and no topic is made', () => {
    const template = watchTemplate({ alarmTopicArn: OTHER });
    const actions = actionsOf(template);
    expect(actions).toEqual(actions.map(() => [OTHER]));
    template.resourceCountIs('AWS::SNS::Topic', 0);
  });

  it('and alarmEmail, every alarm goes to both', () => {
    const template = watchTemplate({ alarmTopicArn: OTHER, alarmEmail: 'ops@example.com' });
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    const actions = actionsOf(template);
    expect(actions).toEqual(actions.map(() => [{ Ref: topic }, OTHER]));
  });
});
