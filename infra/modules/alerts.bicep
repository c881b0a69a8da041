@description('Required. What makes names unique.')
param token string

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. Where alerts are sent; empty for nowhere.')
param email string

@description('Required. Alert when a month costs more.')
param monthlyBudget int

@description('Required. The workspace with the app\'s telemetry.')
param workspaceId string

@description('Required. The Cosmos DB account.')
param cosmosId string

@description('Required. The Service Bus namespace.')
param serviceBusId string

@description('Do not set. The month in which a budget begins.')
param month string = utcNow('yyyy-MM-01')

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${token}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'crm'
    enabled: true
    emailReceivers: empty(email) ? [] : [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
  }
}

// What the app's own telemetry tells.
var queries = [
  {
    name: 'server-errors'
    text: 'Requests fail with 5xx: the log has each under its request id.'
    query: 'AppRequests | where toint(ResultCode) >= 500 | summarize Value = count()'
    threshold: 5
    severity: 1
    every: 'PT15M'
    window: 'PT15M'
  }
  {
    name: 'feed-lag'
    text: 'The change feed is more than a day behind. Change documents live 30 days; what is not read by then is lost to history and events.'
    query: 'AppMetrics | where Name == "crm.feed.lag" | summarize Value = max(Max)'
    threshold: 86400
    severity: 0
    every: 'PT15M'
    window: 'PT1H'
  }
]

resource telemetryAlerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for alert in queries: {
  name: '${alert.name}-${token}'
  location: location
  tags: tags
  properties: {
    displayName: alert.name
    description: alert.text
    severity: alert.severity
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: alert.every
    windowSize: alert.window
    autoMitigate: true
    // The tables appear with the first telemetry.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: alert.query
          metricMeasureColumn: 'Value'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: alert.threshold
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [people.id] }
  }
}]

// What the services count themselves.
var metrics = [
  {
    name: 'dead-letters'
    text: 'Messages lie in a dead-letter queue: each says why, and stays there until somebody looks.'
    scope: serviceBusId
    namespace: 'Microsoft.ServiceBus/namespaces'
    metric: 'DeadletteredMessages'
    aggregation: 'Maximum'
    threshold: 0
    dimensions: [{ name: 'EntityName', operator: 'Include', values: ['*'] }]
  }
  {
    name: 'throttling'
    text: 'Cosmos DB refuses requests with 429: the clients repeat them, and callers wait.'
    scope: cosmosId
    namespace: 'Microsoft.DocumentDB/databaseAccounts'
    metric: 'TotalRequests'
    aggregation: 'Count'
    threshold: 100
    dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
  }
]

resource metricAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [for alert in metrics: {
  name: '${alert.name}-${token}'
  location: 'global'
  tags: tags
  properties: {
    description: alert.text
    severity: 2
    enabled: true
    scopes: [alert.scope]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: alert.name
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: alert.namespace
          metricName: alert.metric
          timeAggregation: alert.aggregation
          operator: 'GreaterThan'
          threshold: alert.threshold
          dimensions: alert.dimensions
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}]

// The month in which it began cannot be changed afterwards, so an existing one is left alone.
@onlyIfNotExists()
resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: 'budget-${token}-${monthlyBudget}'
  properties: {
    category: 'Cost'
    amount: monthlyBudget
    timeGrain: 'Monthly'
    timePeriod: { startDate: month }
    notifications: {
      spent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: []
        contactGroups: [people.id]
      }
      expected: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: []
        contactGroups: [people.id]
      }
    }
  }
}
