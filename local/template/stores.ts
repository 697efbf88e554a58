import * as z from 'zod';
import type { Secret, SecretRule, Table } from './model.ts';
import { ANY } from './properties.ts';
import type { Resources } from './resources.ts';

export const TABLE_TYPES = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'];
export const SECRET_TYPE = 'AWS::SecretsManager::Secret';

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const Index = z.object({
  IndexName: z.string(),
  KeySchema,
  Projection: z.object({ ProjectionType: z.string(), NonKeyAttributes: z.array(z.string()).exactOptional() }),
});

const TableProperties = z.object({
  KeySchema,
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
  GlobalSecondaryIndexes: z.array(Index).optional(),
  LocalSecondaryIndexes: z.array(Index).optional(),
});

/** Of a table, and of its replica in a region; the replicas themselves cannot be seen from this one. */
const operations = {
  Tags: ANY,
  TableClass: ANY,
  ContributorInsightsSpecification: ANY,
  DeletionProtectionEnabled: ANY,
  PointInTimeRecoverySpecification: ANY,
  // Permissions are not checked, and nothing is encrypted.
  ResourcePolicy: ANY,
  SSESpecification: ANY,
};
const tableWithoutEffect = z.object({
  ...operations,
  // What it costs. A capacity that would throttle is named.
  BillingMode: ANY,
  WarmThroughput: ANY,
  // DynamoDB deletes within days of the expiry: docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
  TimeToLiveSpecification: z.object({ AttributeName: ANY, Enabled: ANY }),
  GlobalSecondaryIndexes: z.array(z.object({ ContributorInsightsSpecification: ANY, WarmThroughput: ANY })),
  Replicas: z.array(
    z.object({
      ...operations,
      Region: ANY,
      GlobalSecondaryIndexes: z.array(z.object({ IndexName: ANY, ContributorInsightsSpecification: ANY })),
    }),
  ),
});

/** Reads the tables. */
export function readTables(resources: Resources): Table[] {
  return resources.ofType(TABLE_TYPES, TableProperties, tableWithoutEffect).map(({ id, properties }) => {
    const { GlobalSecondaryIndexes: global, LocalSecondaryIndexes: local } = properties;
    return {
      logicalId: id,
      tableName: resources.resolver.physicalName(id),
      schema: {
        KeySchema: properties.KeySchema,
        AttributeDefinitions: properties.AttributeDefinitions,
        ...(global === undefined ? {} : { GlobalSecondaryIndexes: global }),
        ...(local === undefined ? {} : { LocalSecondaryIndexes: local }),
      },
    };
  });
}

const Generate = z.object({
  PasswordLength: z.coerce.number().default(32),
  ExcludeCharacters: z.string().default(''),
  ExcludeUppercase: z.boolean().default(false),
  ExcludeLowercase: z.boolean().default(false),
  ExcludeNumbers: z.boolean().default(false),
  ExcludePunctuation: z.boolean().default(false),
  IncludeSpace: z.boolean().default(false),
  RequireEachIncludedType: z.boolean().default(true),
  SecretStringTemplate: z.string().optional(),
  GenerateStringKey: z.string().optional(),
});

const SecretProperties = z.object({
  GenerateSecretString: Generate.optional(),
  SecretString: z.string().optional(),
});

const secretWithoutEffect = z.object({
  Description: ANY,
  Tags: ANY,
  // Nothing is encrypted, and no other region can be seen from this one.
  KmsKeyId: ANY,
  ReplicaRegions: ANY,
});

/** Reads the secrets; no value is made here. */
export function readSecrets(resources: Resources): Secret[] {
  return resources.ofType([SECRET_TYPE], SecretProperties, secretWithoutEffect).map(({ id, properties }) => {
    const { GenerateSecretString: generate, SecretString: value } = properties;
    return {
      logicalId: id,
      name: resources.resolver.physicalName(id),
      arn: resources.resolver.arn(id),
      ...(value === undefined ? {} : { value }),
      ...(generate === undefined ? {} : { generate: secretRule(generate) }),
    };
  });
}

function secretRule(rule: z.infer<typeof Generate>): SecretRule {
  const { SecretStringTemplate: json, GenerateStringKey: key } = rule;
  return {
    passwordLength: rule.PasswordLength,
    excludeCharacters: rule.ExcludeCharacters,
    excludeUppercase: rule.ExcludeUppercase,
    excludeLowercase: rule.ExcludeLowercase,
    excludeNumbers: rule.ExcludeNumbers,
    excludePunctuation: rule.ExcludePunctuation,
    includeSpace: rule.IncludeSpace,
    requireEachIncludedType: rule.RequireEachIncludedType,
    ...(json === undefined || key === undefined ? {} : { template: { json, key } }),
  };
}
