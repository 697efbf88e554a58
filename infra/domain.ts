import { ApiMapping, DomainName, type IApi, type IStage, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import { CfnOutput } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { RelayConfig } from './config.ts';

interface Mapped {
  name: string;
  api: IApi;
  stage: IStage;
}

/**
 * A name of the customer's own in front of a stage: the domain, its mapping, and its record where the settings name a
 * zone. The API's own host stays, since calls back to clients go there.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-custom-domain-names.html
 * @param id also the beginning of the output that says what a record of one's own has to point to
 */
export function makeDomain(
  scope: Construct,
  id: string,
  config: RelayConfig,
  { name, api, stage }: Mapped,
): void {
  const { certificateArn = '', hostedZoneId, hostedZoneName } = config;
  const part = new Construct(scope, id);
  const domainName = new DomainName(part, 'Name', {
    domainName: name,
    certificate: Certificate.fromCertificateArn(part, 'Certificate', certificateArn),
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  new ApiMapping(part, 'Mapping', { api, stage, domainName });
  const { regionalDomainName, regionalHostedZoneId } = domainName;
  if (hostedZoneId !== undefined && hostedZoneName !== undefined) {
    const zone = HostedZone.fromHostedZoneAttributes(part, 'Zone', {
      hostedZoneId,
      zoneName: hostedZoneName,
    });
    const target = RecordTarget.fromAlias(
      new ApiGatewayv2DomainProperties(regionalDomainName, regionalHostedZoneId),
    );
    new ARecord(part, 'Record', { zone, recordName: `${name}.`, target });
  } else {
    new CfnOutput(scope, `${id}Target`, {
      value: regionalDomainName,
      description: `Make a CNAME record of ${name} to this host`,
    });
  }
}
