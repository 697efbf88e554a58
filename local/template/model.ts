/** What a synthesised template says, as the local run needs it. */
export interface Template {
  readonly stackName: string;
  readonly region: string;
  readonly account: string;
  readonly api: WebSocketApi;
  readonly functions: readonly LambdaFunction[];
  readonly tables: readonly Table[];
  readonly secrets: readonly Secret[];
  /** Resources that nothing here runs: to be shown to the developer. */
  readonly unknown: readonly UnknownResource[];
}

export interface UnknownResource {
  readonly resource: string;
  readonly type: string;
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
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
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
  readonly ttlAttribute?: string;
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

/** A logical id without the 8 characters that CDK adds to it. */
export function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}
