import assert from 'node:assert/strict';
import { test } from 'node:test';
import { container, refused } from './store.mjs';

test('an item is created, read, replaced, upserted and deleted', async () => {
  const made = await container();
  const created = await made.items.create({ id: 'a', pk: 'p', n: 1 });
  assert.equal(created.statusCode, 201);
  assert.ok(created.requestCharge > 0);
  assert.equal(created.resource._etag, created.etag);
  const read = await made.item('a', 'p').read();
  assert.equal(read.statusCode, 200);
  assert.deepEqual(read.resource, created.resource);
  const replaced = await made.item('a', 'p').replace({ id: 'a', pk: 'p', n: 2 });
  assert.equal(replaced.resource.n, 2);
  assert.notEqual(replaced.etag, created.etag);
  assert.equal((await made.items.upsert({ id: 'a', pk: 'p', n: 3 })).statusCode, 200);
  assert.equal((await made.items.upsert({ id: 'b', pk: 'p' })).statusCode, 201);
  assert.equal((await made.item('a', 'p').delete()).statusCode, 204);
  assert.equal((await made.item('a', 'p').read()).statusCode, 404);
  assert.equal((await made.items.readAll().fetchAll()).resources.length, 1);
});

test('ids with spaces, signs and other alphabets are found again', async () => {
  const made = await container();
  for (const id of ['a b', "o'brien", 'é漢😀', '100%', 'a+b', '"q"', 'x;y=z&w']) {
    await made.items.create({ id, pk: 'p' });
    assert.equal((await made.item(id, 'p').read()).resource?.id, id);
  }
});

test('ids that are too long are refused', async () => {
  const made = await container();
  await refused(400, () => made.items.create({ id: 'x'.repeat(1024), pk: 'p' }));
  await made.items.create({ id: 'x'.repeat(1023), pk: 'p' });
});

test('writes are held to the etag they name', async () => {
  const made = await container();
  const { resource } = await made.items.create({ id: 'a', pk: 'p' });
  const stale = { accessCondition: { type: 'IfMatch', condition: '"other"' } };
  const current = { accessCondition: { type: 'IfMatch', condition: resource._etag } };
  await refused(412, () => made.item('a', 'p').replace({ id: 'a', pk: 'p' }, stale));
  await refused(412, () => made.items.upsert({ id: 'a', pk: 'p' }, stale));
  await refused(412, () => made.item('a', 'p').delete(stale));
  const unchanged = await made.item('a', 'p').read({ accessCondition: { type: 'IfNoneMatch', condition: resource._etag } });
  assert.equal(unchanged.statusCode, 304);
  assert.equal((await made.item('a', 'p').replace({ id: 'a', pk: 'p', n: 1 }, current)).statusCode, 200);
});

test('what exists, is missing or is misplaced answers its status', async () => {
  const made = await container();
  await made.items.create({ id: 'a', pk: 'p' });
  await refused(409, () => made.items.create({ id: 'a', pk: 'p' }));
  await made.items.create({ id: 'a', pk: 'q' });
  await refused(404, () => made.item('none', 'p').replace({ id: 'none', pk: 'p' }));
  await refused(404, () => made.item('none', 'p').delete());
  await refused(400, () => made.item('a', 'p').replace({ id: 'a', pk: 'other' }), 1001);
  await refused(404, () => made.database.container('none').items.create({ id: 'a', pk: 'p' }));
  await refused(413, () => made.items.create({ id: 'big', pk: 'p', text: 'x'.repeat(2 * 1024 * 1024) }));
});

test('a key may be a number, a boolean, null or missing', async () => {
  const made = await container();
  for (const [id, pk] of [['n', 1.5], ['b', true], ['z', null]]) {
    await made.items.create({ id, pk });
    assert.equal((await made.item(id, pk).read()).resource?.id, id);
  }
  await made.items.create({ id: 'u' });
  assert.equal((await made.item('u').read()).resource?.id, 'u');
});

test('a patch does its operations in order or none of them', async () => {
  const made = await container();
  await made.items.create({ id: 'a', pk: 'p', n: 1, tags: ['x'], old: true, name: 'n' });
  const { resource } = await made.item('a', 'p').patch([
    { op: 'incr', path: '/n', value: 4 },
    { op: 'add', path: '/tags/-', value: 'y' },
    { op: 'set', path: '/deep', value: { a: 1 } },
    { op: 'remove', path: '/old' },
    { op: 'replace', path: '/name', value: 'm' },
  ]);
  const { n, tags, deep, name } = resource;
  assert.deepEqual({ n, tags, deep, name }, { n: 5, tags: ['x', 'y'], deep: { a: 1 }, name: 'm' });
  assert.ok(!('old' in resource));
  const never = { condition: 'FROM c WHERE c.n = 1', operations: [{ op: 'set', path: '/n', value: 9 }] };
  await refused(412, () => made.item('a', 'p').patch(never), 1110);
  await refused(400, () => made.item('a', 'p').patch([{ op: 'set', path: '/n', value: 9 }, { op: 'remove', path: '/none' }]));
  await refused(400, () => made.item('a', 'p').patch(Array(11).fill({ op: 'incr', path: '/n', value: 1 })));
  await refused(400, () => made.item('a', 'p').patch([{ op: 'set', path: '/id', value: 'b' }]));
  await refused(404, () => made.item('none', 'p').patch([{ op: 'set', path: '/n', value: 9 }]));
  assert.equal((await made.item('a', 'p').read()).resource.n, 5);
});

test('unique keys hold within a partition', async () => {
  const made = await container({ uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email'] }] } });
  await made.items.create({ id: 'a', pk: 'p', email: 'e' });
  await refused(409, () => made.items.create({ id: 'b', pk: 'p', email: 'e' }));
  await made.items.create({ id: 'b', pk: 'q', email: 'e' });
  await made.items.create({ id: 'c', pk: 'p' });
  await refused(409, () => made.items.create({ id: 'd', pk: 'p' }));
  await refused(409, () => made.item('c', 'p').replace({ id: 'c', pk: 'p', email: 'e' }));
});

test('items expire by their own time to live or that of the container', async () => {
  const made = await container({ defaultTtl: 1 });
  await made.items.create({ id: 'short', pk: 'p' });
  await made.items.create({ id: 'kept', pk: 'p', ttl: -1 });
  await refused(400, () => made.items.create({ id: 'zero', pk: 'p', ttl: 0 }));
  for (const deadline = Date.now() + 10_000; (await made.item('short', 'p').read()).statusCode !== 404;)
    assert.ok(Date.now() < deadline, 'it never expired');
  assert.equal((await made.item('kept', 'p').read()).statusCode, 200);
  assert.equal((await made.items.create({ id: 'short', pk: 'p' })).statusCode, 201);
});

test('a hierarchical key addresses items and its prefixes address many', async () => {
  const made = await container({ partitionKey: { paths: ['/t', '/e', '/r'], kind: 'MultiHash', version: 2 } });
  for (const t of ['a', 'b'])
    for (const e of ['x', 'y'])
      for (const r of ['1', '2']) await made.items.create({ id: `${t}${e}${r}`, t, e, r });
  assert.equal((await made.item('ax1', ['a', 'x', '1']).read()).resource.id, 'ax1');
  assert.equal((await made.item('ax1', ['a', 'x', '2']).read()).statusCode, 404);
  const ids = async partitionKey => (await made.items.query('SELECT VALUE c.id FROM c', { partitionKey }).fetchAll()).resources.sort();
  assert.deepEqual(await ids(['a', 'y', '2']), ['ay2']);
  assert.deepEqual(await ids(['a', 'y']), ['ay1', 'ay2']);
  assert.deepEqual(await ids(['b']), ['bx1', 'bx2', 'by1', 'by2']);
});
