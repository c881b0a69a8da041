import assert from 'node:assert/strict';
import { test } from 'node:test';
import { container, refused } from './store.mjs';

test('a batch does all of its operations', async () => {
  const made = await container();
  const { resource } = await made.items.create({ id: 'old', pk: 'p', n: 1 });
  await made.items.create({ id: 'gone', pk: 'p' });
  const { code, result } = await made.items.batch([
    { operationType: 'Create', resourceBody: { id: 'a', pk: 'p' } },
    { operationType: 'Upsert', resourceBody: { id: 'b', pk: 'p' } },
    { operationType: 'Replace', id: 'old', ifMatch: resource._etag, resourceBody: { id: 'old', pk: 'p', n: 2 } },
    { operationType: 'Patch', id: 'old', resourceBody: { operations: [{ op: 'incr', path: '/n', value: 1 }] } },
    { operationType: 'Read', id: 'old' },
    { operationType: 'Delete', id: 'gone' },
  ], 'p');
  assert.equal(code, 200);
  assert.deepEqual(result.map(one => one.statusCode), [201, 201, 200, 200, 200, 204]);
  assert.equal(result[4].resourceBody.n, 3);
  assert.equal(result[4].eTag, result[3].eTag);
  assert.ok(result.every(one => one.requestCharge > 0));
});

test('a batch that fails in one operation does none', async () => {
  const made = await container();
  await made.items.create({ id: 'there', pk: 'p' });
  const { code, result } = await made.items.batch([
    { operationType: 'Create', resourceBody: { id: 'a', pk: 'p' } },
    { operationType: 'Create', resourceBody: { id: 'there', pk: 'p' } },
    { operationType: 'Create', resourceBody: { id: 'b', pk: 'p' } },
  ], 'p');
  assert.equal(code, 207);
  assert.deepEqual(result.map(one => one.statusCode), [424, 409, 424]);
  assert.equal((await made.item('a', 'p').read()).statusCode, 404);
});

test('a batch of another partition, or none, is refused', async () => {
  const made = await container();
  const { result } = await made.items.batch([{ operationType: 'Create', resourceBody: { id: 'a', pk: 'other' } }], 'p');
  assert.equal(result[0].statusCode, 400);
  await refused(400, () => made.items.batch([], 'p'));
});

const bulk = [
  { operationType: 'Create', partitionKey: 'p', resourceBody: { id: 'a', pk: 'p' } },
  { operationType: 'Create', partitionKey: 'p', resourceBody: { id: 'a', pk: 'p' } },
  { operationType: 'Upsert', partitionKey: 'q', resourceBody: { id: 'b', pk: 'q' } },
  { operationType: 'Read', id: 'a', partitionKey: 'p' },
  { operationType: 'Read', id: 'none', partitionKey: 'p' },
];

test('bulk operations stand alone', async () => {
  const made = await container();
  const results = await made.items.bulk(structuredClone(bulk));
  assert.deepEqual(results.map(one => one.statusCode), [201, 409, 201, 200, 404]);
  assert.equal(results[3].resourceBody.id, 'a');
});

test('bulk operations after a failed one are left undone when asked', async () => {
  const made = await container();
  const results = await made.items.bulk(structuredClone(bulk), { continueOnError: false });
  assert.deepEqual(results.map(one => one.statusCode), [201, 409, 424, 424, 424]);
  assert.equal((await made.item('b', 'q').read()).statusCode, 404);
});

test('hundreds of bulk operations are cut into requests', async () => {
  const made = await container();
  const results = await made.items.executeBulkOperations(Array.from({ length: 250 }, (_, n) => (
    { operationType: 'Create', partitionKey: `p${n % 7}`, resourceBody: { id: `${n}`, pk: `p${n % 7}` } })));
  assert.equal(results.filter(one => one.response?.statusCode === 201).length, 250);
  assert.deepEqual((await made.items.query('SELECT VALUE COUNT(1) FROM c').fetchAll()).resources, [250]);
});
