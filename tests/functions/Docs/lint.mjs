// Holds the API's description to OpenAPI 3.1 and to Redocly's recommended rules.
import { createConfig, formatProblems, lintFromString } from '@redocly/openapi-core'

const source = await (await fetch(new URL('/openapi.json', process.env.CRM_ENDPOINT))).text()
const config = await createConfig({
  extends: ['recommended-strict'],
  rules: {
    // Every operation says what it asks for, also that it asks for nothing.
    'security-defined': 'error',
    'operation-operationId-unique': 'error',
    'operation-description': 'error',
    'tag-description': 'error',
    'no-invalid-schema-examples': 'error',
    'no-invalid-media-type-examples': 'error',
    // A link in a mail leads on (302), or nowhere.
    'operation-2xx-response': 'off',
    // The project has no licence text to name.
    'info-license': 'off',
  },
})

const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config })
if (problems.length > 0) {
  for (const problem of problems.slice(0, 50))
    console.error(`${problem.ruleId}: ${problem.message} at ${problem.location[0]?.pointer}`)
  console.error(`${problems.length} problems`)
  process.exit(1)
}
