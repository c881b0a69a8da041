import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChangeFeedStartFrom } from '@azure/cosmos';
import { client, container, refused } from './store.mjs';

async function drain(iterator) {
  const changes = [];
  for (;;) {
    const page = await iterator.readNext();
    if (page.statusCode === 304) return { changes, token: page.continuationToken };
    changes.push(...page.result);
  }
}

const ids = changes => changes.map(item => item.id);

test('the change feed has each item once, in order, and goes on from a token', async () => {
  const made = await container();
  for (const id of ['a', 'b', 'c']) await made.items.create({ id, pk: `p-${id}` });
  await made.items.upsert({ id: 'a', pk: 'p-a', n: 1 });
  const start = { changeFeedStartFrom: ChangeFeedStartFrom.Beginning(), maxItemCount: 2 };
  const first = await drain(made.items.getChangeFeedIterator(start));
  assert.deepEqual(ids(first.changes), ['b', 'c', 'a']);
  await made.item('b', 'p-b').delete();
  await made.items.create({ id: 'd', pk: 'p-d' });
  const again = await drain(made.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Continuation(first.token) }));
  assert.deepEqual(ids(again.changes), ['d']);
});

test('the change feed of one partition and from now shows only those', async () => {
  const made = await container();
  await made.items.create({ id: 'a', pk: 'p' });
  await made.items.create({ id: 'b', pk: 'q' });
  const one = await drain(made.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning('q') }));
  assert.deepEqual(ids(one.changes), ['b']);
  const now = made.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Now() });
  assert.equal((await now.readNext()).statusCode, 304);
  await made.items.create({ id: 'c', pk: 'p' });
  assert.deepEqual(ids((await drain(now)).changes), ['c']);
});

test('databases and containers are made, listed, changed and removed', async () => {
  const made = await container({ defaultTtl: 60 });
  const { database } = made;
  await refused(409, () => database.containers.create({ id: 'items', partitionKey: { paths: ['/pk'] } }));
  assert.equal((await database.containers.createIfNotExists({ id: 'items', partitionKey: { paths: ['/pk'] } })).statusCode, 200);
  const { resource } = await made.read();
  assert.equal(resource.defaultTtl, 60);
  assert.equal((await made.replace({ ...resource, defaultTtl: -1 })).resource.defaultTtl, -1);
  await refused(400, () => made.replace({ ...resource, partitionKey: { paths: ['/other'] } }));
  assert.deepEqual((await database.containers.readAll().fetchAll()).resources.map(one => one.id), ['items']);
  const query = { query: 'SELECT VALUE d.id FROM d WHERE d.id = @id', parameters: [{ name: '@id', value: database.id }] };
  assert.deepEqual((await client.databases.query(query).fetchAll()).resources, [database.id]);
  assert.deepEqual((await database.containers.query('SELECT VALUE c.defaultTtl FROM c').fetchAll()).resources, [-1]);
  assert.equal((await made.delete()).statusCode, 204);
  assert.equal((await database.delete()).statusCode, 204);
  await refused(404, () => database.read());
});
