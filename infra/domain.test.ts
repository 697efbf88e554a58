import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { like } from '../local/fixture.ts';
import { DOMAINS, makeStack, templateOf } from './stack-fixture.ts';

const template = templateOf(DOMAINS);
const idOf = (type: string, Properties: object): string =>
  Object.keys(template.findResources(type, { Properties }))[0] ?? 'none';

const { domainName, webhookDomainName, certificateArn, hostedZoneId, hostedZoneName } = DOMAINS;
const webSocketApi = idOf('AWS::ApiGatewayV2::Api', { ProtocolType: 'WEBSOCKET' });
const httpApi = idOf('AWS::ApiGatewayV2::Api', { ProtocolType: 'HTTP' });

describe('a domain name of your own', () => {
  it.each([
    ['the WebSocket API', domainName, webSocketApi, 'v1'],
    ['the webhook', webhookDomainName, httpApi, '$default'],
  ])('stands before %s, with its certificate and TLS 1.2', (_, DomainName, api, stageName) => {
    template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName,
      DomainNameConfigurations: [
        { CertificateArn: certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
      ],
    });
    const domain = idOf('AWS::ApiGatewayV2::DomainName', { DomainName });
    const stage = idOf('AWS::ApiGatewayV2::Stage', { ApiId: { Ref: api } });
    template.hasResource('AWS::ApiGatewayV2::ApiMapping', {
      Properties: {
        ApiId: { Ref: api },
        DomainName: { Ref: domain },
        Stage: stageName,
        // Without a key the stage's path is no part of the URL.
        ApiMappingKey: Match.absent(),
      },
      DependsOn: [stage],
    });
  });

  it('gets its record in the zone', () => {
    for (const DomainName of [domainName, webhookDomainName]) {
      const domain = idOf('AWS::ApiGatewayV2::DomainName', { DomainName });
      template.hasResourceProperties('AWS::Route53::RecordSet', {
        Name: `${DomainName}.`,
        Type: 'A',
        HostedZoneId: hostedZoneId,
        AliasTarget: {
          DNSName: { 'Fn::GetAtt': [domain, 'RegionalDomainName'] },
          HostedZoneId: { 'Fn::GetAtt': [domain, 'RegionalHostedZoneId'] },
        },
      });
    }
    expect(domainName.endsWith(hostedZoneName)).toBe(true);
  });

  it('is what the outputs tell', () => {
    template.hasOutput('WebSocketUrl', { Value: 'wss://chat.example.com' });
    template.hasOutput('WebhookUrl', { Value: 'https://hooks.example.com/webhooks/open-messaging' });
  });

  it("leaves the way back to clients as it was: the API's own host, by its id", () => {
    const variables = (found: object): string => JSON.stringify(found).replaceAll('"Ref":"', '');
    const way = {
      Environment: {
        Variables: Match.objectLike({
          AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: {
            'Fn::Join': ['', Match.arrayWith(['https://', { Ref: webSocketApi }, '/v1'])],
          },
        }),
      },
    };
    template.hasResourceProperties('AWS::Lambda::Function', way);
    for (const found of Object.values(template.findResources('AWS::Lambda::Function')))
      expect(variables(found)).not.toContain('example.com');
  });

  it('without a zone says where a record has to point', () => {
    const own = templateOf({ domainName, certificateArn });
    own.resourceCountIs('AWS::Route53::RecordSet', 0);
    own.hasOutput('DomainTarget', {
      Description: 'Make a CNAME record of chat.example.com to this host',
    });
  });
});

describe('two stacks in one account', () => {
  const first = makeStack({ stackName: 'relay-live', stage: 'live' });
  const second = makeStack({ stackName: 'relay-test', stage: 'test', accountLogRole: false });
  const templates = [first, second].map((stack) => Template.fromStack(stack));

  const named = z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  );
  /** Types whose names are the API's or the role's own, and not the account's. */
  const inner = /^AWS::(ApiGatewayV2::(Authorizer|Stage|Api)|IAM::Policy)$/;

  /** The names that a template gives in clear, and that no second resource of the account can have. */
  const namesOf = (one: Template): string[] =>
    Object.values(named.parse(one.toJSON()['Resources']))
      .filter(({ Type }) => !inner.test(Type))
      .flatMap(({ Type, Properties }) => {
        const [, kind = ''] = /(\w+)$/.exec(Type) ?? [];
        const name = Properties['Name'] ?? Properties[`${kind}Name`];
        return name === undefined ? [] : [`${Type} ${JSON.stringify(name)}`];
      });

  it('share no name that an account has once', () => {
    const [one = [], other = []] = templates.map(namesOf);
    expect(one.filter((name) => other.includes(name))).toEqual([]);
    expect(one).toContainEqual(like(/^AWS::CloudWatch::Alarm "relay-live-/));
  });

  it("export nothing, and the account's role for logs is in one of them", () => {
    const exported = templates.flatMap((one) =>
      Object.values(one.findOutputs('*', { Export: Match.anyValue() })),
    );
    expect(exported).toEqual([]);
    const accounts = templates.map(
      (one) => Object.keys(one.findResources('AWS::ApiGateway::Account')).length,
    );
    expect(accounts).toEqual([1, 0]);
  });

  it('tell their metrics apart', () => {
    for (const [at, name] of [
      [0, 'relay-live'],
      [1, 'relay-test'],
    ] as const)
      templates[at]?.allResourcesProperties('AWS::Lambda::Function', {
        Environment: { Variables: Match.objectLike({ STACK_NAME: name }) },
      });
  });
});
