import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Nothing but two of the AWS SDK's clients: what they alone take to load. */
export const dynamodb = new DynamoDBClient({});
export const connections = new ApiGatewayManagementApiClient({});
export const handler = (): undefined => undefined;
