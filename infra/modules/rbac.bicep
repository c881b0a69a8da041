@description('Required. Who works with the data: the app, and a developer outside production.')
param principals { id: string, type: string }[]

@description('Required. Name of the storage account.')
param storageName string

@description('Required. Name of the Cosmos DB account.')
param cosmosName string

@description('Required. Name of the Service Bus namespace.')
param serviceBusName string

@description('Required. Name of the Key Vault.')
param keyVaultName string

@description('Required. Name of Application Insights.')
param insightsName string

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var role = {
  // The Functions host keeps locks and deployments in blobs, and asks for this one.
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  metricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  serviceBusDataReceiver: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
  serviceBusDataSender: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
}

// Cosmos DB has its own: reading and writing items, and nothing of accounts, databases and containers.
var cosmosDataContributor = '00000000-0000-0000-0000-000000000002'

var serviceBusGrants = flatten(map(principals, principal => map([role.serviceBusDataReceiver, role.serviceBusDataSender], id => { principal: principal, role: id })))

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = { name: storageName }
resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2024-11-15' existing = { name: cosmosName }
resource serviceBus 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = { name: serviceBusName }
resource keyVault 'Microsoft.KeyVault/vaults@2024-11-01' existing = { name: keyVaultName }
resource insights 'Microsoft.Insights/components@2020-02-02' existing = { name: insightsName }

resource onStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for principal in principals: {
  scope: storage
  name: guid(storage.id, principal.id, role.blobDataOwner)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.blobDataOwner)
    principalId: principal.id
    principalType: principal.type
  }
}]

resource onServiceBus 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in serviceBusGrants: {
  scope: serviceBus
  name: guid(serviceBus.id, grant.principal.id, grant.role)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', grant.role)
    principalId: grant.principal.id
    principalType: grant.principal.type
  }
}]

resource onKeyVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for principal in principals: {
  scope: keyVault
  name: guid(keyVault.id, principal.id, role.keyVaultSecretsUser)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.keyVaultSecretsUser)
    principalId: principal.id
    principalType: principal.type
  }
}]

resource onInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for principal in principals: {
  scope: insights
  name: guid(insights.id, principal.id, role.metricsPublisher)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.metricsPublisher)
    principalId: principal.id
    principalType: principal.type
  }
}]

resource onCosmos 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2024-11-15' = [for principal in principals: {
  parent: cosmos
  name: guid(cosmos.id, principal.id, cosmosDataContributor)
  properties: {
    roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/${cosmosDataContributor}'
    principalId: principal.id
    scope: cosmos.id
  }
}]
