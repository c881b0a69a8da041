@description('Required. What makes names unique.')
param token string

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Optional. Days that logs are kept. Default: 30, which costs nothing beyond their ingestion.')
@minValue(30)
@maxValue(730)
param retentionDays int = 30

@description('Optional. Most gigabytes of logs a day; what is above is dropped. Default: 1.')
@minValue(1)
param dailyGigabytes int = 1

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: 'log-${token}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    workspaceCapping: { dailyQuotaGb: dailyGigabytes }
    features: { disableLocalAuth: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${token}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

output workspaceId string = workspace.id
output insightsName string = insights.name

// Says where telemetry goes; without the identity's token nothing is taken.
output connectionString string = insights.properties.ConnectionString
