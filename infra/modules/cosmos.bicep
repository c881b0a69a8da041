@description('Required. Name of the account.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

// What the app declares, written down by its tests: Crm.Platform.Cosmos.ContainerDeclarations.
var declared = loadJsonContent('../cosmos.json')

resource account 'Microsoft.DocumentDB/databaseAccounts@2024-11-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    capabilities: [{ name: 'EnableServerless' }]
    locations: [{ locationName: location, failoverPriority: 0 }]
    // In one region strong reads cost what the client asks for: it reads with Session, and asks for Strong where it must see another instance's write.
    consistencyPolicy: { defaultConsistencyLevel: 'Strong' }
    backupPolicy: { type: 'Continuous', continuousModeProperties: { tier: 'Continuous7Days' } }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2024-11-15' = {
  parent: account
  name: declared.database
  properties: { resource: { id: declared.database } }
}

resource containers 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = [for container in declared.containers: {
  parent: database
  name: container.name
  properties: {
    resource: {
      id: container.name
      partitionKey: {
        paths: container.partitionKey
        kind: length(container.partitionKey) > 1 ? 'MultiHash' : 'Hash'
        version: 2
      }
      defaultTtl: container.defaultTtl
      indexingPolicy: {
        automatic: true
        indexingMode: 'consistent'
        includedPaths: map(container.includedPaths, path => { path: path })
        excludedPaths: map(container.excludedPaths, path => { path: path })
        compositeIndexes: container.compositeIndexes
      }
    }
  }
}]

output id string = account.id
output name string = account.name
output endpoint string = account.properties.documentEndpoint
