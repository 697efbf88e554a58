import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ENTRY_METADATA } from '../../infra/bundle.ts';
import type { LambdaFunction } from './model.ts';
import { withoutHash } from './model.ts';
import type { Resource } from './names.ts';
import { TemplateError } from './names.ts';
import { ANY, only } from './properties.ts';
import type { Resources } from './resources.ts';

export const FUNCTION_TYPE = 'AWS::Lambda::Function';

/** CloudFormation writes booleans and numbers as text, too. */
const number = z.coerce.number();
const variable = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const FunctionProperties = z.object({
  Code: z.object({ S3Key: z.string().regex(/^[0-9a-f]+\.zip$/) }),
  Handler: z.string().regex(/^.+\.[^./]+$/),
  Runtime: z.string(),
  Timeout: number.default(3),
  MemorySize: number.default(128),
  ReservedConcurrentExecutions: number.pipe(z.int().nonnegative()).optional(),
  Environment: z.object({ Variables: z.record(z.string(), variable) }).optional(),
  LoggingConfig: z
    .object({
      LogFormat: z.enum(['JSON', 'Text']).default('Text'),
      ApplicationLogLevel: z.string().optional(),
      LogGroup: z.string().optional(),
    })
    .optional(),
});
const withoutEffect = z.object({
  Code: z.object({ S3Bucket: ANY, S3ObjectVersion: ANY, SourceKMSKeyArn: ANY }),
  Description: ANY,
  Tags: ANY,
  // Permissions are not checked, nothing is encrypted, and a signature is for the deployment to check.
  Role: ANY,
  KmsKeyArn: ANY,
  CodeSigningConfigArn: ANY,
  // A bundle is JavaScript, and runs on this machine's processor and Node.js.
  Architectures: ANY,
  RuntimeManagementConfig: ANY,
  PackageType: z.literal('Zip'),
  // Lambda's own log lines, such as REPORT, are not written.
  LoggingConfig: z.object({ SystemLogLevel: ANY }),
  EphemeralStorage: z.object({ Size: only(512) }),
  SnapStart: z.object({ ApplyOn: z.literal('None') }),
  TracingConfig: z.object({ Mode: z.literal('PassThrough') }),
  // A loop through a queue is never stopped here.
  RecursiveLoop: z.literal('Allow'),
});

/** Written by the stack: the bundle's own source. A function of another app has none. */
const FunctionMetadata = z.object({ [ENTRY_METADATA]: z.string().optional() });
type FunctionProperties = z.infer<typeof FunctionProperties>;

/** True for a function that can run here: a Node.js bundle among the synthesised assets. */
export function isRunnable(resource: Resource): boolean {
  const shape = z.object({
    Runtime: z.string().startsWith('nodejs'),
    Code: z.object({ S3Key: z.unknown() }),
  });
  const { S3Key: key } = shape.safeParse(resource.Properties).data?.Code ?? {};
  return key !== undefined;
}

/** Reads the functions; throws a `TemplateError` when a bundle's file is not there. */
export function readFunctions(resources: Resources, cdkOutDir: string): LambdaFunction[] {
  return resources
    .ofType([FUNCTION_TYPE], FunctionProperties, withoutEffect)
    .map(({ id, properties, metadata }) => {
      const entry = FunctionMetadata.safeParse(metadata).data?.[ENTRY_METADATA];
      const functionName = resources.resolver.physicalName(id);
      const { LoggingConfig: logging, ReservedConcurrentExecutions: reserved } = properties;
      return {
        logicalId: id,
        name: withoutHash(id),
        functionName,
        arn: resources.resolver.arn(id),
        runtime: properties.Runtime,
        ...handlerFile(id, properties, cdkOutDir),
        ...(entry === undefined ? {} : { entry }),
        timeoutSeconds: properties.Timeout,
        memoryMb: properties.MemorySize,
        ...(reserved === undefined ? {} : { reservedConcurrency: reserved }),
        environment: properties.Environment?.Variables ?? {},
        logGroup: logging?.LogGroup ?? `/aws/lambda/${functionName}`,
        logFormat: logging?.LogFormat ?? 'Text',
        ...(logging?.LogFormat === 'JSON' ? { logLevel: logging.ApplicationLogLevel ?? 'INFO' } : {}),
      };
    });
}

function handlerFile(
  id: string,
  properties: FunctionProperties,
  cdkOutDir: string,
): { file: string; exportName: string } {
  const dot = properties.Handler.lastIndexOf('.');
  const folder = join(cdkOutDir, `asset.${properties.Code.S3Key.replace(/\.zip$/, '')}`);
  const stem = join(folder, properties.Handler.slice(0, dot));
  const file = ['.mjs', '.js', '.cjs'].map((extension) => stem + extension).find((path) => existsSync(path));
  if (file === undefined)
    throw new TemplateError({ resource: id, property: 'Handler' }, `no ${stem}.mjs, .js or .cjs`);
  return { file, exportName: properties.Handler.slice(dot + 1) };
}
