targetScope = 'subscription'

@description('Required. Name of the environment; every resource name is derived from it.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Required. Region of all resources. Flex Consumption must be offered there.')
@metadata({ azd: { type: 'location' } })
param location string

@description('Optional. A production environment gives its developers no data roles, and its Key Vault cannot be purged. Default: false.')
param production bool = false

@description('Optional. Object id of who deploys: gets the data roles outside production. Default: none.')
param principalId string = ''

@description('Optional. What principalId is. Default: User.')
param principalType 'User' | 'ServicePrincipal' = 'User'

@description('Optional. Tier of Service Bus. Basic costs nothing while idle; Standard has a monthly price, and adds sessions and duplicate detection. Default: Basic.')
param serviceBusSku 'Basic' | 'Standard' = 'Basic'

@description('Optional. Most instances the app scales out to: the upper bound of its cost. Default: 40.')
@minValue(1)
@maxValue(1000)
param maximumInstances int = 40

@description('Optional. Memory of an instance, in MB: what a second of work costs is in proportion. Default: 512.')
param instanceMemory 512 | 2048 | 4096 = 512

@description('Optional. E-mail address of the first administrator, whose password the deployment makes: the secret FirstAdmin--Password of the vault. Default: admin@example.com.')
param adminEmail string = 'admin@example.com'

@description('Optional. Where alerts are sent. Default: nowhere; they are then seen in the portal alone.')
param alertEmail string = ''

@description('Optional. Alert when a month costs more, in the currency of the subscription. Default: 50.')
@minValue(1)
param monthlyBudget int = 50

@description('Optional. Origins whose browsers may call the API, such as https://app.example. Default: none.')
param corsOrigins array = []

@description('Optional. App settings beside, or instead of, those of local.settings.sample.json. Default: none.')
param appSettings object = {}

@description('Do not set. Random: what the first deployment makes its secrets from.')
@secure()
param seed string = '${newGuid()}${newGuid()}'

var tags = { 'azd-env-name': environmentName }
var token = toLower(uniqueString(subscription().id, environmentName, location))
var app = { id: identity.outputs.principalId, type: 'ServicePrincipal' }
var developer = { id: principalId, type: principalType }

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { name: 'id-${token}', location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: { token: token, location: location, tags: tags }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: { name: 'st${token}', location: location, tags: tags }
}

module cosmos 'modules/cosmos.bicep' = {
  scope: group
  params: { name: 'cosmos-${token}', location: location, tags: tags }
}

module serviceBus 'modules/servicebus.bicep' = {
  scope: group
  params: { name: 'sb-${token}', location: location, tags: tags, sku: serviceBusSku }
}

module keyVault 'modules/keyvault.bicep' = {
  scope: group
  params: { name: 'kv-${token}', location: location, tags: tags, purgeProtection: production, seed: seed }
}

module rbac 'modules/rbac.bicep' = {
  scope: group
  params: {
    principals: production || empty(principalId) ? [app] : [app, developer]
    storageName: storage.outputs.name
    cosmosName: cosmos.outputs.name
    serviceBusName: serviceBus.outputs.name
    keyVaultName: keyVault.outputs.name
    insightsName: monitoring.outputs.insightsName
  }
}

module api 'modules/api.bicep' = {
  scope: group
  params: {
    name: 'func-${token}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    insightsConnectionString: monitoring.outputs.connectionString
    blobEndpoint: storage.outputs.blobEndpoint
    deploymentContainer: storage.outputs.deploymentContainer
    cosmosEndpoint: cosmos.outputs.endpoint
    serviceBusNamespace: serviceBus.outputs.fullyQualifiedNamespace
    keyVaultUri: keyVault.outputs.uri
    adminEmail: adminEmail
    corsOrigins: corsOrigins
    appSettings: appSettings
    maximumInstances: maximumInstances
    instanceMemory: instanceMemory
  }
  // The app starts with everything it may do.
  dependsOn: [rbac]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    email: alertEmail
    monthlyBudget: monthlyBudget
    workspaceId: monitoring.outputs.workspaceId
    cosmosId: cosmos.outputs.id
    serviceBusId: serviceBus.outputs.id
  }
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output SERVICE_API_NAME string = api.outputs.name
output SERVICE_API_URI string = api.outputs.uri
