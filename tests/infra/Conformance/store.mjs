// What the suites share: a client on the store, and a container of its own for each test.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { randomUUID } from 'node:crypto';
import { CosmosClient } from '@azure/cosmos';

export const client = new CosmosClient({
  endpoint: process.env.STORE_ENDPOINT,
  key: process.env.STORE_KEY,
  connectionPolicy: { enableEndpointDiscovery: false, retryOptions: { maxRetryAttemptCount: 0 } },
});

after(() => client.dispose());

/** A new container by its definition; the key is /pk unless told otherwise. */
export async function container(definition = {}) {
  const { database } = await client.databases.create({ id: `js-${randomUUID()}` });
  const created = await database.containers.create({ id: 'items', partitionKey: { paths: ['/pk'] }, ...definition });
  return created.container;
}

export async function seeded(items, definition) {
  const made = await container(definition);
  for (const item of items) await made.items.create(item);
  return made;
}

export async function all(made, query, options) {
  const { resources } = await made.items.query(query, options).fetchAll();
  return resources;
}

/** The call is refused with this status and, where it matters, substatus. */
export async function refused(status, call, substatus) {
  await assert.rejects(call, error => {
    const cause = error.cause ?? error;
    assert.equal(cause.code, status, cause.message);
    if (substatus !== undefined) assert.equal(cause.substatus, substatus);
    return true;
  });
}
