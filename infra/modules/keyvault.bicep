@description('Required. Name of the vault.')
@maxLength(24)
param name string

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. Whether what is deleted has to wait out its recovery period.')
param purgeProtection bool

@description('Required. Random text that secrets are made from.')
@secure()
@minLength(64)
param seed string

// The secrets that nobody has to choose: those the local host makes at its first start, and the first administrator's password.
var generated = map(filter(items(loadJsonContent('../../local.settings.sample.json', 'Values')), setting => setting.value == '<generated>'), setting => setting.key)
var settings = concat(generated, ['FirstAdmin__Password'])

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: { family: 'A', name: 'standard' }
    tenantId: tenant().tenantId
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: purgeProtection ? true : null
  }
}

// Made once: another deployment leaves them as they are, so that what was signed stays valid.
@onlyIfNotExists()
resource secrets 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = [for setting in settings: {
  parent: vault
  name: replace(setting, '__', '--')
  properties: {
    // 244 random bits, another value for each setting.
    value: base64('${guid(take(seed, 36), setting)}${guid(skip(seed, 36), setting)}')
    contentType: 'base64'
  }
}]

output name string = vault.name
output uri string = vault.properties.vaultUri
