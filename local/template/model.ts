/** What a synthesised template says, as the local run needs it. */
export interface Template {
  readonly stackName: string;
  readonly region: string;
  readonly account: string;
  readonly api: WebSocketApi;
  readonly httpApi?: HttpApi;
  readonly functions: readonly LambdaFunction[];
  readonly tables: readonly Table[];
  readonly secrets: readonly Secret[];
  readonly queues: readonly Queue[];
  /** What takes messages from these queues to these functions. */
  readonly eventSources: readonly EventSource[];
  /** In the template's order: to be shown to the developer. */
  readonly notRun: readonly NotRun[];
}

/** What the template says and nothing here runs: a whole resource, or some of its properties. */
export interface NotRun {
  /** Its logical id. */
  readonly resource: string;
  readonly type: string;
  /** Paths such as `DefaultRouteSettings.ThrottlingRateLimit`; none: nothing of the resource runs. */
  readonly properties: readonly string[];
}

export interface WebSocketApi {
  readonly id: string;
  readonly stage: string;
  /** `$request.body.type` */
  readonly routeSelectionExpression: string;
  /** By route key. */
  readonly routes: ReadonlyMap<string, Route>;
}

export interface Route {
  readonly routeKey: string;
  /** Logical id of the function. */
  readonly functionId: string;
  /** How long the integration waits for the function, in ms. */
  readonly timeoutMs: number;
  readonly authorizer?: Authorizer;
  /** The body that the function returns goes to the client. */
  readonly returnsResponse: boolean;
}

export interface Authorizer {
  readonly functionId: string;
  /** `route.request.header.Name` or `route.request.querystring.name`. */
  readonly identitySources: readonly string[];
}

/** An API Gateway HTTP API; its functions get and give payload format 2.0. */
export interface HttpApi {
  readonly id: string;
  /** `$default` is served at the root, any other below `/<stage>`. */
  readonly stage: string;
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly cors?: Cors;
  readonly routes: readonly HttpRoute[];
}

export interface HttpRoute {
  /** `POST /webhooks/{name}`, `ANY /{proxy+}` or `$default`. */
  readonly routeKey: string;
  /** Logical id of the function. */
  readonly functionId: string;
  /** How long the integration waits for the function, in ms. */
  readonly timeoutMs: number;
}

/** docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
export interface Cors {
  readonly allowCredentials: boolean;
  readonly allowHeaders: readonly string[];
  readonly allowMethods: readonly string[];
  /** Origins as browsers send them, `https://*`, `http://*` or `*`. */
  readonly allowOrigins: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds?: number;
}

export interface LambdaFunction {
  readonly logicalId: string;
  /** For people: the logical id without CDK's hash. */
  readonly name: string;
  readonly functionName: string;
  readonly arn: string;
  readonly runtime: string;
  /** Absolute path of the bundle's file, and its export that is the handler. */
  readonly file: string;
  readonly exportName: string;
  /** The source that the bundle is made from, as a path from the project's root; of the stack's own functions. */
  readonly entry?: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** How many events it can have at a time; 0 refuses all, absent: as many as Lambda starts with. */
  readonly reservedConcurrency?: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly logFormat: 'JSON' | 'Text';
  /** TRACE, DEBUG, INFO, WARN, ERROR or FATAL; with JSON only. */
  readonly logLevel?: string;
}

export interface Table {
  readonly logicalId: string;
  readonly tableName: string;
  /** The schema as `CreateTable` takes it. */
  readonly schema: Readonly<Record<string, unknown>>;
}

export interface Secret {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** A fixed value, or how to make one; neither: a secret without a value. */
  readonly value?: string;
  readonly generate?: SecretRule;
}

/** docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-secretsmanager-secret-generatesecretstring.html */
export interface SecretRule {
  readonly passwordLength: number;
  readonly excludeCharacters: string;
  readonly excludeUppercase: boolean;
  readonly excludeLowercase: boolean;
  readonly excludeNumbers: boolean;
  readonly excludePunctuation: boolean;
  readonly includeSpace: boolean;
  readonly requireEachIncludedType: boolean;
  readonly template?: { readonly json: string; readonly key: string };
}

/** A standard SQS queue. */
export interface Queue {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** `https://sqs.<region>.amazonaws.com/<account>/<name>` */
  readonly url: string;
  /** How long a new message waits before it can be received, unless its sender says otherwise. */
  readonly delaySeconds: number;
  /** How long a received message stays hidden from other receivers. */
  readonly visibilityTimeoutSeconds: number;
  /** How long a message is kept, counted from when it was sent. */
  readonly retentionSeconds: number;
  readonly redrive?: Redrive;
}

/** Where a message goes that was received this often and never deleted. */
export interface Redrive {
  /** The ARN of another queue of the template. */
  readonly deadLetterArn: string;
  readonly maxReceiveCount: number;
}

/** A mapping of a queue to a function: docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
export interface EventSource {
  readonly logicalId: string;
  readonly queueArn: string;
  /** Logical id of the function. */
  readonly functionId: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  /** How long a batch that is not full waits for more, in seconds. */
  readonly batchingWindowSeconds: number;
  /** The function names the messages that failed (`ReportBatchItemFailures`); without it a batch fails as a whole. */
  readonly reportsItemFailures: boolean;
  /** Batches at a time; absent: as many as Lambda starts with. */
  readonly maximumConcurrency?: number;
}

/** A logical id without the 8 characters that CDK adds to it. */
export function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}
