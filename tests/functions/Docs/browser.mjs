// Opens the page of the API's description as a person does: signs in there, sends a request, and asks no other host for anything.
import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'

const { CRM_ENDPOINT, CRM_PASSWORD, CRM_BROWSER } = process.env
const patience = { timeout: 60_000 }
const browser = await chromium.launch({
  executablePath: CRM_BROWSER,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
})
try {
  const page = await browser.newPage()
  const foreign = []
  const refused = []
  page.on('request', request => new URL(request.url()).origin === new URL(CRM_ENDPOINT).origin || /^(data|blob):/.test(request.url()) || foreign.push(request.url()))
  page.on('console', message => message.type() === 'error' && refused.push(message.text()))

  await page.goto(new URL('/docs#tag/tax-classes/GET/api/v1/tax-classes', CRM_ENDPOINT).href)
  await page.getByRole('button', { name: 'Test Request (get /api/v1/tax-classes)', exact: true }).click(patience)

  const dialog = page.getByRole('dialog')
  await dialog.locator('[data-placeholder="janedoe"]').fill('admin@example.com', patience)
  await dialog.getByPlaceholder('********').first().fill(CRM_PASSWORD, patience)
  const [signedIn] = await Promise.all([
    page.waitForResponse(response => response.url().endsWith('/auth/token'), patience),
    dialog.getByRole('button', { name: 'Authorize' }).click(patience),
  ])
  assert.equal(signedIn.status(), 200)

  // The token is the page's once it shows it; only then is a request sent with it.
  await dialog.getByPlaceholder('********').first().waitFor({ state: 'hidden', ...patience })
  const [listed] = await Promise.all([
    page.waitForResponse(response => new URL(response.url()).pathname === '/api/v1/tax-classes', patience),
    dialog.getByRole('button', { name: /^Send get request/ }).click(patience),
  ])
  assert.equal(listed.status(), 200)
  assert.ok(Array.isArray((await listed.json()).value))

  assert.deepEqual(foreign, [])
  assert.deepEqual(refused, [])
} finally {
  await browser.close()
}
