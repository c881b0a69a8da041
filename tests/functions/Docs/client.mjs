// Generates a TypeScript client from the API's description, compiles a scenario against it as strictly as it goes, and plays it.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

const { CRM_ENDPOINT, CRM_PASSWORD } = process.env
const description = await (await fetch(new URL('/openapi.json', CRM_ENDPOINT))).json()
writeFileSync('schema.d.ts', astToString(await openapiTS(description)))

try {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], { encoding: 'utf8' })
} catch (failure) {
  console.error(failure.stdout)
  process.exit(1)
}

const { run } = await import('./out/scenario.js')
await run(CRM_ENDPOINT, CRM_PASSWORD)
