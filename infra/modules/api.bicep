@description('Required. Name of the app.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. Resource id of the app\'s identity.')
param identityId string

@description('Required. Client id of the app\'s identity.')
param identityClientId string

@description('Required. Where telemetry goes.')
param insightsConnectionString string

@description('Required. Endpoint of the storage account\'s blobs.')
param blobEndpoint string

@description('Required. Container of the app\'s packages.')
param deploymentContainer string

@description('Required. Endpoint of the Cosmos DB account.')
param cosmosEndpoint string

@description('Required. Host name of the Service Bus namespace.')
param serviceBusNamespace string

@description('Required. Where the secrets are.')
param keyVaultUri string

@description('Required. E-mail address of the first administrator.')
param adminEmail string

@description('Required. Where people reach the app; empty for its own host name.')
param publicUrl string

@description('Required. Origins whose browsers may call the API.')
param corsOrigins array

@description('Required. Settings beside, or instead of, those of the sample.')
param appSettings object

@description('Required. Most instances.')
param maximumInstances int

@description('Required. Memory of an instance, in MB.')
param instanceMemory int

var sample = loadJsonContent('../../local.settings.sample.json', 'Values')

// On one machine these are connection strings; here the app's identity takes their place. The runtime is the plan's to say.
var ofOneMachine = ['FUNCTIONS_WORKER_RUNTIME', 'Cosmos', 'ServiceBus', 'Storage']
var settings = filter(items(sample), setting => !contains(ofOneMachine, setting.key))

// The platform puts the secret in the place of the reference: keyvault.bicep made one for each.
var own = toObject(
  settings,
  setting => setting.key,
  setting => setting.value == '<generated>' ? '@Microsoft.KeyVault(SecretUri=${keyVaultUri}secrets/${replace(setting.key, '__', '--')})' : setting.value
)

// What is right for one machine and wrong here. The first administrator's password waits in the vault; callers are limited.
var ofAzure = {
  Auth__KeyEnvironment: 'live'
  FirstAdmin__Email: adminEmail
  FirstAdmin__Password: '@Microsoft.KeyVault(SecretUri=${keyVaultUri}secrets/FirstAdmin--Password)'
  FirstAdmin__PrintPassword: 'false'
  Limits__BurstRequests: '100'
  Limits__BurstSeconds: '10'
  Limits__DailyRequests: '50000'
  Mail__Folder: ''
  Public__BaseUrl: empty(publicUrl) ? 'https://${app.properties.defaultHostName}' : publicUrl
  Webhooks__AllowLoopback: 'false'
}

// https://learn.microsoft.com/azure/azure-functions/functions-reference#configure-an-identity-based-connection
var connections = {
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  AzureWebJobsStorage__blobServiceUri: blobEndpoint
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  Cosmos__accountEndpoint: cosmosEndpoint
  Cosmos__credential: 'managedidentity'
  Cosmos__clientId: identityClientId
  ServiceBus__fullyQualifiedNamespace: serviceBusNamespace
  ServiceBus__credential: 'managedidentity'
  ServiceBus__clientId: identityClientId
  Storage__blobServiceUri: blobEndpoint
  Storage__credential: 'managedidentity'
  Storage__clientId: identityClientId
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    functionAppConfig: {
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: { maximumInstanceCount: maximumInstances, instanceMemoryMB: instanceMemory }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${blobEndpoint}${deploymentContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
    }
    // The platform answers preflights itself, before the app is asked.
    siteConfig: { minTlsVersion: '1.2', cors: { allowedOrigins: corsOrigins } }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: union(own, ofAzure, connections, appSettings)
  }

  // Publishing goes through Azure's own sign-in; the user names and passwords of old are off.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output name string = app.name
output uri string = 'https://${app.properties.defaultHostName}'
