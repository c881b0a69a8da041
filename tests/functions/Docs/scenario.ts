// What a program does that knows the API by its description alone: signs in, sells something, and meets a conflict.
import createClient from 'openapi-fetch'
import type { components, paths } from './schema.js'

type Order = components['schemas']['Order']

function expect<T>(answer: { response: Response; data?: T; error?: unknown }, status: number): T {
  if (answer.response.status !== status)
    throw new Error(`${answer.response.url}: ${answer.response.status}, not ${status}: ${JSON.stringify(answer.error ?? answer.data)}`)
  return answer.data as T
}

function same<T>(actual: T, expected: T): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected))
    throw new Error(`${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`)
}

export async function run(baseUrl: string, password: string): Promise<void> {
  const anybody = createClient<paths>({ baseUrl })
  const tokens = expect(await anybody.POST('/auth/token', { body: { grant_type: 'password', username: 'admin@example.com', password } }), 200)
  const crm = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${tokens.access_token}` } })
  const mark = crypto.randomUUID()

  // A customer, a product, and ten of it in stock.
  const contact = expect(await crm.POST('/api/v1/contacts', { body: { lastName: 'Buyer', emails: [{ address: `buyer-${mark}@example.com` }] } }), 201)
  const customer = expect(await crm.POST('/api/v1/customers', { body: { kind: 'individual', contactId: contact.id } }), 201)
  const product = expect(await crm.POST('/api/v1/products', { body: { sku: mark, name: 'Pump', listPrice: 12.5 } }), 201)
  const stock = expect(await crm.POST('/api/v1/stock-items', { body: { productId: product.id } }), 201)
  const receipt = await crm.POST('/api/v1/stock-items/{id}/movements', { params: { path: { id: stock.id } }, body: { kind: 'receipt', quantity: 10 } })
  same(expect(receipt, 201).quantity, 10)

  // An order, decided on.
  const draft = expect(await crm.POST('/api/v1/orders', {
    params: { header: { 'Idempotency-Key': mark } },
    body: { customerId: customer.id, currency: 'EUR', lines: [{ productId: product.id, quantity: 4 }] },
  }), 201)
  const order = { params: { path: { id: draft.id } } }
  expect(await crm.POST('/api/v1/orders/{id}/submit', order), 202)
  const decided = await settled(async () => expect(await crm.GET('/api/v1/orders/{id}', order), 200))
  same([decided.status, decided.grandTotal], ['confirmed', 50])

  // A list with a filter, page by page.
  expect(await crm.POST('/api/v1/contacts', { body: { lastName: 'Other', tags: [mark] } }), 201)
  expect(await crm.POST('/api/v1/contacts', { body: { lastName: 'Another', tags: [mark] } }), 201)
  const query = { filter: `tags/any(t:t eq '${mark}')`, orderby: 'lastName desc', maxpagesize: 1 } as const
  const first = await crm.GET('/api/v1/contacts', { params: { query: { ...query, count: true } } })
  same([expect(first, 200).value.map(found => found.lastName), first.data?.count, first.data?.countIsExact], [['Other'], 2, true])
  const cursor = new URL(first.data?.nextLink ?? '').searchParams.get('cursor') ?? ''
  const second = expect(await crm.GET('/api/v1/contacts', { params: { query: { ...query, count: true, cursor } } }), 200)
  same([second.value.map(found => found.lastName), second.nextLink], [['Another'], undefined])

  // A change of what was read, and one that comes too late.
  const change = { params: { path: { id: contact.id }, header: { 'If-Match': contact.etag } }, body: { jobTitle: 'Head of purchasing' } }
  same(expect(await crm.PATCH('/api/v1/contacts/{id}', change), 200).version, 2)
  const late = await crm.PATCH('/api/v1/contacts/{id}', { ...change, body: { jobTitle: 'Apprentice' } })
  expect(late, 412)
  same([late.error?.code, late.error?.currentEtag, late.error?.clashes?.map(clash => clash.pointer)], ['stale', '"2"', ['#/jobTitle']])

  // What is wrong is said field by field.
  const invalid = await crm.POST('/api/v1/leads', { body: { lastName: 'Lead', email: 'nobody' } })
  expect(invalid, 422)
  same([invalid.error?.code, invalid.error?.errors?.map(error => `${error.pointer} ${error.code}`)], ['validation-failed', ['#/email format']])
  same((await anybody.GET('/api/v1/leads')).response.status, 401)
}

async function settled(read: () => Promise<Order>): Promise<Order> {
  for (const deadline = Date.now() + 90_000; Date.now() < deadline; await new Promise(resolve => setTimeout(resolve, 100))) {
    const order = await read()
    if (order.status !== 'submitted')
      return order
  }

  throw new Error('The order is not decided on.')
}
