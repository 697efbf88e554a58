import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  CfnFunction,
  Function,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { ENTRY_METADATA, entryOf } from './bundle.ts';
import type { RelayConfig } from './config.ts';
import { functionCode } from './function-code.ts';

/** `agent-typing` → `AgentTyping` */
const pascal = (name: string): string =>
  name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A log group that goes with its stack. */
export function makeLogGroup(scope: Construct, id: string, retention: RetentionDays): LogGroup {
  return new LogGroup(scope, id, { retention, removalPolicy: RemovalPolicy.DESTROY });
}

/** At 128 MB a call to an AWS service falls off Lambda's CPU cliff; twice that costs next to nothing here. */
export const MEMORY_MB = 256;

export interface FunctionOptions {
  retention: RetentionDays;
  logLevel: RelayConfig['logLevel'];
  /** How many environments it has at most, taken out of the account's; as many as it needs without. */
  reserved: number | undefined;
  /** Whether it may cause its own next event; Lambda would stop what it takes for a loop. */
  recursive: boolean;
}

/** One of the relay's functions, with a role that may write its own log and nothing else yet. */
export function makeFunction(
  scope: Construct,
  handler: string,
  { retention, logLevel, reserved, recursive }: FunctionOptions,
): Function {
  const name = pascal(handler);
  const logGroup = makeLogGroup(scope, `${name}Log`, retention);
  const role = new Role(scope, `${name}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  const made = new Function(scope, name, {
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    code: functionCode(handler),
    handler: 'index.handler',
    role,
    // What the function counts is told apart by the stack.
    environment: { STACK_NAME: Stack.of(scope).stackName },
    ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
    ...(recursive && { recursiveLoop: RecursiveLoop.ALLOW }),
    logGroup,
    memorySize: MEMORY_MB,
    // Upstream deadline, answer and its retry, with room: a time-out would cost the environment its warm connections.
    timeout: Duration.seconds(10),
    loggingFormat: LoggingFormat.JSON,
    // START, END and REPORT lines cost more than a typing message's run.
    systemLogLevelV2: SystemLogLevel.WARN,
    applicationLogLevelV2: ApplicationLogLevel[logLevel],
  });
  if (made.node.defaultChild instanceof CfnFunction)
    made.node.defaultChild.addMetadata(ENTRY_METADATA, entryOf(handler));
  acknowledge(
    made,
    'Serverless-LambdaDLQ',
    'Lambda puts aside only what was invoked asynchronously: API Gateway waits for its answer, and a queue has its own dead letters.',
  );
  acknowledge(
    made,
    'Serverless-LambdaTracing',
    'X-Ray does not attach to WebSocket stages, and a trace for each typing message would cost more than the message.',
  );
  return made;
}
