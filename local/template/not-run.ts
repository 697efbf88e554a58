import type { NotRun } from './model.ts';
import type { Resource } from './names.ts';

/** What a deployment needs and a local run does not, and what watches over it. */
const NEEDS_NOTHING =
  /^AWS::(Logs::(LogGroup|QueryDefinition)|CloudWatch::(Alarm|Dashboard)|CDK::Metadata|ApiGateway::Account|ApiGatewayV2::Deployment)$/;

/** Who may do what. Nothing here checks that, of any resource, so one line says it of all. */
const PERMISSION = /^AWS::(IAM::.*|Lambda::Permission|SQS::QueuePolicy|SNS::TopicPolicy)$/;

/** docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html */
const SECTIONS = new Set([
  'AWSTemplateFormatVersion',
  'Resources',
  // Read, or refused, where a resource that runs here uses them.
  'Parameters',
  'Mappings',
  'Conditions',
  // For people, and for the deployment.
  'Description',
  'Metadata',
  'Outputs',
  'Rules',
  'Hooks',
]);

/** docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-product-attribute-reference.html */
const ATTRIBUTES = new Set([
  'Type',
  'Properties',
  'Metadata',
  // Refused of a resource that runs here.
  'Condition',
  // For the deployment alone.
  'DependsOn',
  'CreationPolicy',
  'DeletionPolicy',
  'UpdatePolicy',
  'UpdateReplacePolicy',
]);

/** The sections of a template that nothing here runs: `Transform`, above all, which would change the rest. */
export function sectionsNotRun(template: object): NotRun[] {
  return Object.keys(template)
    .filter((section) => !SECTIONS.has(section))
    .map((section) => ({ resource: section, type: 'a section of the template', properties: [] }));
}

/**
 * All that is not run of a template's resources, in their order.
 * @param runs which of them run
 * @param told what their readers left of these
 */
export function resourcesNotRun(
  all: ReadonlyMap<string, Resource>,
  runs: ReadonlyMap<string, Resource>,
  told: readonly NotRun[],
): NotRun[] {
  return [...all].flatMap(([resource, { Type: type, ...attributes }]) => {
    if (!runs.has(resource)) return NEEDS_NOTHING.test(type) ? [] : [{ resource, type, properties: [] }];
    const properties = [
      ...Object.keys(attributes).filter((attribute) => !ATTRIBUTES.has(attribute)),
      ...told.filter((one) => one.resource === resource).flatMap((one) => one.properties),
    ];
    return properties.length === 0 ? [] : [{ resource, type, properties }];
  });
}

/** One line for all resources of a type with the same properties, and one for permissions. */
export function linesOf(notRun: readonly NotRun[]): string[] {
  const lines = new Map<string, { what: string; type: string; resources: string[] }>();
  const permissions = new Set<string>();
  for (const { resource, type, properties } of notRun) {
    if (PERMISSION.test(type)) {
      permissions.add(type);
      continue;
    }
    const what = properties.length === 0 ? '' : `${properties.join(', ')} of `;
    const key = `${what}${type}`;
    const line = lines.get(key) ?? { what, type, resources: [] };
    lines.set(key, line);
    line.resources.push(resource);
  }
  return [
    ...[...lines.values()].map(
      ({ what, type, resources }) => `Not run here: ${what}${resources.join(', ')} (${type})`,
    ),
    ...(permissions.size === 0 ? [] : [`Not checked here: permissions (${[...permissions].join(', ')})`]),
  ];
}
