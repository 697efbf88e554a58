import { existsSync } from 'node:fs';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ENTRY_METADATA } from './bundle.ts';
import { AUTHORIZER, EXPIRE, ROUTES, WEBHOOKS } from './routes.ts';
import { templateOf } from './stack-fixture.ts';

const template = templateOf({ allowedHosts: 'chat.example.com' });

const resource = z.object({ Properties: z.record(z.string(), z.unknown()) });
const properties = (type: string) =>
  Object.values(template.findResources(type)).map((found) => resource.parse(found).Properties);

describe('the WebSocket API', () => {
  it('selects its route by the type of the message', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.type',
    });
  });

  it('has the routes of the table and no others', () => {
    const keys = properties('AWS::ApiGatewayV2::Route')
      .filter(({ ApiId }) => JSON.stringify(ApiId).startsWith('{"Ref":"Api'))
      .map(({ RouteKey }) => RouteKey);
    expect(keys.sort()).toEqual(ROUTES.map(({ route }) => route).sort());
    expect(keys).toContain('typing');
  });

  it('asks the authorizer at $connect, without an identity source that browsers could not send', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
      RouteKey: '$connect',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: Match.anyValue(),
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      IdentitySource: [],
    });
  });

  it('sends what an answering route returns to the client, and nothing that the others return', () => {
    const answering = properties('AWS::ApiGatewayV2::Route').filter(
      (route) => 'RouteResponseSelectionExpression' in route,
    );
    const rows = ROUTES.filter(({ answers }) => answers).map(({ route }) => route);
    expect(answering.map(({ RouteKey }) => RouteKey).sort()).toEqual(rows.sort());
    template.resourceCountIs('AWS::ApiGatewayV2::RouteResponse', rows.length);
    expect(rows).toContain('$default');
  });

  it('has a stage with a throttle and JSON access logs that hold no session', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: 'v1',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 500 },
    });
    const [stage] = properties('AWS::ApiGatewayV2::Stage');
    const { AccessLogSettings } = z
      .object({ AccessLogSettings: z.object({ Format: z.string() }) })
      .parse(stage);
    const { Format } = AccessLogSettings;
    expect(Object.keys(z.record(z.string(), z.string()).parse(JSON.parse(Format)))).toContain(
      'integrationLatency',
    );
    expect(Format).not.toContain('authorizer.session');
  });
});

describe('the role for API Gateway logs', () => {
  it('is there before the stage, and stays when the stack goes', () => {
    template.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain' });
    const [account = ''] = Object.keys(template.findResources('AWS::ApiGateway::Account'));
    template.hasResource('AWS::ApiGatewayV2::Stage', { DependsOn: Match.arrayWith([account]) });
  });

  it('is left out where the account has one', () => {
    templateOf({ accountLogRole: 'false' }).resourceCountIs('AWS::ApiGateway::Account', 0);
  });
});

describe('each function', () => {
  const handlers = [AUTHORIZER, EXPIRE, ...ROUTES, ...WEBHOOKS].map(({ handler }) => handler);

  it('is there once, on Node 24 and arm64, with its own log group', () => {
    template.resourceCountIs('AWS::Lambda::Function', handlers.length);
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: {
        LogFormat: 'JSON',
        SystemLogLevel: 'WARN',
        ApplicationLogLevel: 'WARN',
        LogGroup: Match.anyValue(),
      },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('says what its bundle is made from', () => {
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    const entry = z.object({ Metadata: z.object({ [ENTRY_METADATA]: z.string() }) });
    const entries = functions.map((found) => entry.parse(found).Metadata[ENTRY_METADATA]);
    expect(entries.sort()).toEqual(handlers.map((handler) => `functions/${handler}.ts`).sort());
    for (const file of entries) expect(existsSync(new URL(`../${file}`, import.meta.url))).toBe(true);
  });

  it("that answers clients gets the stage's callback URL by the name that the SDK reads", () => {
    const host = ['.execute-api.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, '/v1'];
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: {
            'Fn::Join': ['', ['https://', { Ref: Match.stringLikeRegexp('^Api') }, ...host]],
          },
        }),
      },
    });
  });

  it('that sends upstream gets the hosts of the region', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          GENESYS_API_URL: 'https://api.mypurecloud.ie',
          GENESYS_LOGIN_URL: 'https://login.mypurecloud.ie',
          WEB_MESSAGING_URL: 'wss://webmessaging.mypurecloud.ie/v1',
          WEB_MESSAGING_ORIGIN: '',
          WEB_MESSAGING_KEEP: 'false',
          ALLOWED_HOSTS: 'chat.example.com',
        }),
      },
    });
  });
});

describe('the webhook of agents', () => {
  const [api = ''] = Object.keys(
    template.findResources('AWS::ApiGatewayV2::Api', { Properties: { ProtocolType: 'HTTP' } }),
  );
  const ofWebhooks = (type: string) =>
    properties(type).filter(({ ApiId }) => JSON.stringify(ApiId) === JSON.stringify({ Ref: api }));

  it('has an HTTP API of one route, at which no authorizer stands: the signature is looked at instead', () => {
    expect(ofWebhooks('AWS::ApiGatewayV2::Route')).toEqual([
      expect.objectContaining({ RouteKey: 'POST /webhooks/open-messaging', AuthorizationType: 'NONE' }),
    ]);
    expect(ofWebhooks('AWS::ApiGatewayV2::Authorizer')).toEqual([]);
  });

  it('hands its events on in the format that the function reads', () => {
    expect(ofWebhooks('AWS::ApiGatewayV2::Integration')).toEqual([
      expect.objectContaining({
        IntegrationType: 'AWS_PROXY',
        PayloadFormatVersion: '2.0',
        IntegrationUri: { 'Fn::GetAtt': [expect.stringMatching(/^AgentTyping/), 'Arn'] },
      }),
    ]);
  });

  it('has a stage with a throttle and JSON access logs that hold no header', () => {
    const [stage, ...others] = ofWebhooks('AWS::ApiGatewayV2::Stage');
    expect(others).toEqual([]);
    expect(stage).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 100 },
    });
    const { AccessLogSettings } = z
      .object({ AccessLogSettings: z.object({ Format: z.string(), DestinationArn: z.unknown() }) })
      .parse(stage);
    expect(JSON.stringify(AccessLogSettings.DestinationArn)).toContain('WebhooksLog');
    const logged = z.record(z.string(), z.string()).parse(JSON.parse(AccessLogSettings.Format));
    expect(Object.keys(logged)).toContain('integrationError');
    expect(AccessLogSettings.Format).not.toMatch(/header|identity|body/i);
  });

  it('has a function that knows its secret, its table and the way back, and nothing of Genesys', () => {
    const [found] = properties('AWS::Lambda::Function').filter(({ Environment }) =>
      JSON.stringify(Environment ?? {}).includes('WEBHOOK_SECRET'),
    );
    const { Environment } = z
      .object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) })
      .parse(found);
    expect(Object.keys(Environment.Variables).sort()).toEqual([
      'AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI',
      'AWS_URL_SUFFIX',
      'STACK_NAME',
      'TABLE_NAME',
      'WEBHOOK_SECRET',
    ]);
  });

  it('has a secret of its own that nobody chose', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: {
        SecretStringTemplate: '{}',
        GenerateStringKey: 'secret',
        PasswordLength: 48,
        ExcludePunctuation: true,
      },
    });
  });
});

describe('guest sockets', () => {
  const reserved = (from: Template) =>
    Object.entries(from.findResources('AWS::Lambda::Function')).flatMap(([id, found]) => {
      const { ReservedConcurrentExecutions: environments } = resource.parse(found).Properties;
      return environments === undefined ? [] : [[id.replace(/[\dA-F]{8}$/, ''), environments]];
    });

  it('are kept by nobody by default, and no concurrency is taken out of the account', () => {
    expect(reserved(template)).toEqual([]);
  });

  it("that are kept leave one of a guest's three slots to the guest: two environments type at most", () => {
    const keeping = templateOf({ webMessagingKeepOpen: true });
    expect(reserved(keeping)).toEqual([['Typing', 2]]);
    keeping.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ WEB_MESSAGING_KEEP: 'true' }) },
    });
  });

  it('come from where the operator says', () => {
    templateOf({ webMessagingOrigin: 'https://shop.example.com' }).hasResourceProperties(
      'AWS::Lambda::Function',
      { Environment: { Variables: Match.objectLike({ WEB_MESSAGING_ORIGIN: 'https://shop.example.com' }) } },
    );
  });

  it('go to the one origin of a simulated org, where there is one', () => {
    templateOf({ genesysOrigin: 'http://127.0.0.1:4003' }).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ WEB_MESSAGING_URL: 'ws://127.0.0.1:4003/v1' }) },
    });
  });
});

describe("the webhook's function", () => {
  it('has a bound of its own where the settings give it one, and takes nothing from the account otherwise', () => {
    const { ReservedConcurrentExecutions } =
      Object.entries(templateOf({ webhookConcurrency: '5' }).findResources('AWS::Lambda::Function'))
        .filter(([id]) => id.startsWith('AgentTyping'))
        .map(([, found]) => resource.parse(found).Properties)[0] ?? {};
    expect(ReservedConcurrentExecutions).toBe(5);
  });
});

describe('the function that ends forgotten bubbles', () => {
  it('may cause its own next event, and no other may', () => {
    const recursive = Object.entries(template.findResources('AWS::Lambda::Function'))
      .filter(([, found]) => resource.parse(found).Properties['RecursiveLoop'] === 'Allow')
      .map(([id]) => id);
    expect(recursive).toEqual([expect.stringMatching(/^Expire/)]);
  });
});

describe('the delay queue', () => {
  it('keeps what fails again and again aside, and hides what is being handled for six times as long as that may take', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 60,
      RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: Match.anyValue() },
      SqsManagedSseEnabled: true,
    });
    template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 10 });
  });

  it('brings back alone what failed alone', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BatchSize: 10,
    });
  });
});

describe('what the functions share', () => {
  it('is a table on demand, with a TTL, of which no backup keeps what is over', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    });
  });

  it('is a ticket key of 64 hex digits that nobody chose', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: {
        SecretStringTemplate: '{"kid":"1"}',
        GenerateStringKey: 'key',
        PasswordLength: 64,
        ExcludePunctuation: true,
        ExcludeUppercase: true,
        ExcludeCharacters: 'ghijklmnopqrstuvwxyz',
        RequireEachIncludedType: false,
      },
    });
  });

  it('is told to the operator: the URL and the names of the secrets', () => {
    const outputs = template.findOutputs('*');
    const names = ['WebSocketUrl', 'TicketKeySecretName', 'GenesysClientSecretName'];
    expect(Object.keys(outputs).sort()).toEqual([...names, 'WebhookUrl', 'WebhookSecretName'].sort());
    expect(JSON.stringify(outputs['WebhookUrl'])).toContain('/webhooks/open-messaging');
  });
});
