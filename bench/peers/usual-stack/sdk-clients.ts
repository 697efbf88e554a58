import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

interface Clients {
  dynamodb: DynamoDBClient;
  connections: ApiGatewayManagementApiClient;
}

/** Nothing but two of the AWS SDK's clients: what their code alone takes to load. None is built before it is asked for. */
export const openClients = (): Clients => ({
  dynamodb: new DynamoDBClient({}),
  connections: new ApiGatewayManagementApiClient({}),
});
