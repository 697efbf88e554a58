import { createHash } from 'node:crypto';

export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

/** One resource of a template, as CloudFormation writes it. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Where a value stands in the template, for the error message. */
export interface Place {
  readonly resource: string;
  readonly property: string;
}

/** What names are made from: the stack, its resources, its parameters' defaults and the resolver itself. */
export interface Scope {
  readonly stackName: string;
  readonly resources: ReadonlyMap<string, Resource>;
  /** The value of each; undefined where the template gives none. */
  readonly parameters: ReadonlyMap<string, string | undefined>;
  readonly resolve: (value: unknown, place: Place) => unknown;
}

/** Says which resource and which property of the template cannot be run here. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  constructor(place: Place, what: string) {
    super(`${place.resource}.${place.property}: ${what}`);
  }
}

interface Kind {
  readonly service: string;
  /** The property with the resource's own name. */
  readonly nameKey: string;
  /** The resource part of the ARN. */
  readonly path: (name: string) => string;
  /** What `Ref` gives where that is not the name. */
  readonly ref?: (name: string, arn: string) => string;
}

const plain = (name: string): string => name;
const asArn = (_name: string, arn: string): string => arn;
const table: Kind = { service: 'dynamodb', nameKey: 'TableName', path: (name) => `table/${name}` };

/** The property with a resource's own name; undefined where a type has none, or is not known here. */
export function nameProperty(type: string): string | undefined {
  return KINDS.get(type)?.nameKey;
}

/** `Ref` and ARN forms, from the resource pages of the CloudFormation template reference. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['AWS::DynamoDB::Table', table],
  ['AWS::DynamoDB::GlobalTable', table],
  [
    'AWS::SecretsManager::Secret',
    {
      service: 'secretsmanager',
      nameKey: 'Name',
      path: (name) => `secret:${name}-${hash(name, 6)}`,
      ref: asArn,
    },
  ],
  [
    'AWS::Lambda::Function',
    { service: 'lambda', nameKey: 'FunctionName', path: (name) => `function:${name}` },
  ],
  [
    'AWS::Logs::LogGroup',
    { service: 'logs', nameKey: 'LogGroupName', path: (name) => `log-group:${name}:*` },
  ],
  ['AWS::IAM::Role', { service: 'iam', nameKey: 'RoleName', path: (name) => `role/${name}` }],
  ['AWS::SQS::Queue', { service: 'sqs', nameKey: 'QueueName', path: plain, ref: queueUrl }],
  ['AWS::SNS::Topic', { service: 'sns', nameKey: 'TopicName', path: plain, ref: asArn }],
  [
    'AWS::ApiGatewayV2::Stage',
    { service: 'apigateway', nameKey: 'StageName', path: (name) => `/stages/${name}` },
  ],
]);

const PSEUDO: ReadonlyMap<string, string> = new Map([
  ['AWS::Region', REGION],
  ['AWS::AccountId', ACCOUNT],
  ['AWS::Partition', 'aws'],
  ['AWS::URLSuffix', 'amazonaws.com'],
]);

const API_PART = /^AWS::ApiGatewayV2::(Api|Route|RouteResponse|Integration|Authorizer|Deployment)$/;

function queueUrl(name: string): string {
  return `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;
}

function hash(text: string, length: number): string {
  const digest = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`);
  return digest.toString(36).slice(-length);
}

function find(scope: Scope, logicalId: string, place: Place): Resource {
  const found = scope.resources.get(logicalId);
  if (found === undefined) throw new TemplateError(place, `there is no resource or parameter ${logicalId}`);
  return found;
}

/** Gives a resource's own name, else one made as CloudFormation makes it, the same on every run. */
export function physicalName(scope: Scope, logicalId: string, place: Place): string {
  const { Type: type, Properties: properties } = find(scope, logicalId, place);
  const unique = hash(`${scope.stackName}/${logicalId}`, 12);
  // An API's id has 10 characters, so that a URL or ARN built from it has its true form.
  if (API_PART.test(type)) return unique.slice(-10);
  const property = KINDS.get(type)?.nameKey;
  const own = property === undefined ? undefined : properties[property];
  if (property === undefined || own === undefined) {
    return `${scope.stackName}-${logicalId}-${unique.toUpperCase()}`;
  }
  const ownPlace = { resource: logicalId, property };
  return text(scope.resolve(own, ownPlace), ownPlace);
}

/** Gives the ARN of any resource; the form is the service's own for the kinds known here. */
export function arn(scope: Scope, logicalId: string, place: Place): string {
  const { Type: type } = find(scope, logicalId, place);
  const kind = KINDS.get(type);
  const service = kind?.service ?? (type.split('::')[1] ?? 'custom').toLowerCase();
  const name = physicalName(scope, logicalId, place);
  return `arn:aws:${service}:${service === 'iam' ? '' : REGION}:${ACCOUNT}:${kind?.path(name) ?? name}`;
}

/** What `Ref` gives. Throws a {@link TemplateError} for a type it does not know. */
export function ref(scope: Scope, logicalId: string, place: Place): string {
  if (logicalId === 'AWS::StackName') return scope.stackName;
  const value = PSEUDO.get(logicalId) ?? scope.parameters.get(logicalId);
  if (value !== undefined) return value;
  if (scope.parameters.has(logicalId)) {
    throw new TemplateError(
      place,
      `parameter ${logicalId} has no value here: it needs a Default, and not the name of an SSM parameter`,
    );
  }
  const { Type: type } = find(scope, logicalId, place);
  const kind = KINDS.get(type);
  if (kind === undefined && !API_PART.test(type)) {
    throw new TemplateError(place, `Ref of ${logicalId} (${type}) is not known here`);
  }
  const name = physicalName(scope, logicalId, place);
  return kind?.ref?.(name, arn(scope, logicalId, place)) ?? name;
}

/** What `Fn::GetAtt` gives. Throws a {@link TemplateError} for an attribute it does not know. */
export function getAtt(scope: Scope, logicalId: string, attribute: string, place: Place): string {
  const { Type: type, Properties: properties } = find(scope, logicalId, place);
  if (attribute === 'Arn') return arn(scope, logicalId, place);
  if (type === 'AWS::SQS::Queue' && attribute === 'QueueName') return physicalName(scope, logicalId, place);
  if (type === 'AWS::SQS::Queue' && attribute === 'QueueUrl') return ref(scope, logicalId, place);
  if (type === 'AWS::ApiGatewayV2::Api' && attribute === 'ApiEndpoint') {
    const scheme = properties['ProtocolType'] === 'WEBSOCKET' ? 'wss' : 'https';
    return `${scheme}://${ref(scope, logicalId, place)}.execute-api.${REGION}.amazonaws.com`;
  }
  throw new TemplateError(place, `Fn::GetAtt ${logicalId}.${attribute} (${type}) is not known here`);
}

/** A resolved value as text. Throws a {@link TemplateError} when it is a list or an object. */
export function text(value: unknown, place: Place): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError(place, 'a text is needed here');
}
