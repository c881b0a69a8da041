@description('Required. Name of the namespace.')
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. Tier of the namespace.')
param sku 'Basic' | 'Standard'

// The official emulator's own configuration file: one list for code, emulator and Azure.
var declared = loadJsonContent('../servicebus.json', 'UserConfig.Namespaces[0].Queues')

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku, tier: sku }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
  }
}

resource queues 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [for queue in declared: {
  parent: namespace
  name: queue.Name
  properties: union(
    {
      deadLetteringOnMessageExpiration: queue.Properties.DeadLetteringOnMessageExpiration
      defaultMessageTimeToLive: queue.Properties.DefaultMessageTimeToLive
      lockDuration: queue.Properties.LockDuration
      maxDeliveryCount: queue.Properties.MaxDeliveryCount
    },
    // Basic refuses even to hear of these.
    sku == 'Basic'
      ? {}
      : {
          requiresDuplicateDetection: queue.Properties.RequiresDuplicateDetection
          requiresSession: queue.Properties.RequiresSession
        }
  )
}]

output id string = namespace.id
output name string = namespace.name
output fullyQualifiedNamespace string = '${namespace.name}.servicebus.windows.net'
