import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Subscription, SubscriptionProtocol, type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Watched } from './watched.ts';

/** Sends each alarm to the topic of the settings, to a mail address, to both, or to nobody. */
export function sendAlarms(scope: Construct, alarms: readonly Alarm[], { stackName, config }: Watched): void {
  const { alarmEmail, alarmTopicArn } = config;
  const topics: ITopic[] = [
    ...(alarmEmail === undefined ? [] : [makeMailTopic(scope, stackName, alarmEmail)]),
    ...(alarmTopicArn === undefined ? [] : [Topic.fromTopicArn(scope, 'OtherAlarmTopic', alarmTopicArn)]),
  ];
  // Not when one is over: each alarm's first look is such a change, and would be a mail at every new stack.
  for (const alarm of alarms) alarm.addAlarmAction(...topics.map((topic) => new SnsAction(topic)));
}

/**
 * Encrypted at rest by SNS itself: CloudWatch cannot publish to a topic under AWS's own KMS key, and an alarm's text
 * is not worth a key of one's own. https://docs.aws.amazon.com/sns/latest/dg/sns-data-encryption.html
 */
function makeMailTopic(scope: Construct, stackName: string, address: string): Topic {
  const topic = new Topic(scope, 'AlarmTopic', { displayName: stackName, enforceSSL: true });
  const { account } = Stack.of(scope);
  const alarms = Stack.of(scope).formatArn({
    service: 'cloudwatch',
    resource: 'alarm',
    resourceName: `${stackName}-*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  // A policy of its own takes the place of the one that lets the account's alarms in.
  // https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { ArnLike: { 'aws:SourceArn': alarms }, StringEquals: { 'aws:SourceAccount': account } },
    }),
  );
  const subscription = new Subscription(scope, 'AlarmMail', {
    topic,
    protocol: SubscriptionProtocol.EMAIL,
    endpoint: address,
  });
  acknowledge(
    subscription,
    'Serverless-SNSRedrivePolicy',
    'A mail that SNS gives up is not lost: the alarm stays in its state, and CloudWatch keeps its history.',
  );
  return topic;
}
