import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { all, refused, seeded } from './store.mjs';

let made;
before(async () => {
  made = await seeded(
    Array.from({ length: 30 }, (_, n) => ({
      id: `i${String(n).padStart(2, '0')}`, pk: `p${n % 3}`, n, cat: ['red', 'green', 'blue', 'grey'][n % 4],
      tags: n % 2 ? ['odd'] : ['even', 'all'], ...(n % 5 ? { some: n } : {}), nil: n % 2 ? null : 0,
    })),
    { indexingPolicy: {
      includedPaths: [{ path: '/*' }, { path: '/n/?' }, { path: '/cat/?' }],
      excludedPaths: [],
      compositeIndexes: [[{ path: '/cat', order: 'ascending' }, { path: '/n', order: 'descending' }]],
    } });
});

const ask = (query, options) => all(made, query, options);

for (const [what, query, expected] of [
  ['a filter', 'SELECT VALUE c.n FROM c WHERE c.n > 26 ORDER BY c.n', [27, 28, 29]],
  ['a descending order', 'SELECT VALUE c.n FROM c WHERE c.cat = "red" ORDER BY c.n DESC', [28, 24, 20, 16, 12, 8, 4, 0]],
  ['two orders', 'SELECT VALUE c.n FROM c WHERE c.n < 6 ORDER BY c.cat, c.n DESC', [2, 5, 1, 3, 4, 0]],
  ['TOP', 'SELECT TOP 3 VALUE c.n FROM c ORDER BY c.n', [0, 1, 2]],
  ['OFFSET and LIMIT', 'SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 5 LIMIT 3', [5, 6, 7]],
  ['COUNT', 'SELECT VALUE COUNT(1) FROM c', [30]],
  ['COUNT of what is defined', 'SELECT VALUE COUNT(c.some) FROM c', [24]],
  ['SUM, MIN, MAX and AVG', 'SELECT SUM(c.n) AS s, MIN(c.n) AS l, MAX(c.n) AS h, AVG(c.n) AS a FROM c', [{ s: 435, l: 0, h: 29, a: 14.5 }]],
  ['DISTINCT with an order', 'SELECT DISTINCT VALUE c.cat FROM c ORDER BY c.cat', ['blue', 'green', 'grey', 'red']],
  ['IN', "SELECT VALUE c.id FROM c WHERE c.id IN ('i03', 'i01', 'none') ORDER BY c.id", ['i01', 'i03']],
  ['BETWEEN', 'SELECT VALUE c.n FROM c WHERE c.n BETWEEN 3 AND 5 ORDER BY c.n', [3, 4, 5]],
  ['LIKE', "SELECT VALUE c.id FROM c WHERE c.id LIKE 'i_9' ORDER BY c.id", ['i09', 'i19', 'i29']],
  ['null and undefined', 'SELECT VALUE [COUNT(1)] FROM c WHERE IS_NULL(c.nil) AND NOT IS_DEFINED(c.some)', [[3]]],
  ['EXISTS', "SELECT VALUE COUNT(1) FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = 'odd')", [15]],
  ['functions', "SELECT VALUE CONCAT(UPPER(c.cat), '-', SUBSTRING(c.id, 1, 2)) FROM c WHERE c.n = 7", ['GREY-07']],
  ['the conditional and ??', 'SELECT VALUE (c.n % 2 = 0 ? "even" : c.some ?? "none") FROM c WHERE c.n IN (4, 5, 7) ORDER BY c.n', ['even', 'none', 7]],
  ['an object', 'SELECT c.n, {"x": c.cat} AS o, c.missing FROM c WHERE c.n = 2', [{ n: 2, o: { x: 'blue' } }]],
]) {
  test(`${what} across partitions`, async () => assert.deepEqual(await ask(query), expected));
}

test('rows without an order come each once', async () => {
  assert.deepEqual((await ask('SELECT VALUE c.n FROM c JOIN t IN c.tags WHERE t = "all"')).sort((x, y) => x - y), Array.from({ length: 15 }, (_, n) => 2 * n));
  assert.deepEqual((await ask('SELECT DISTINCT VALUE c.cat FROM c')).sort(), ['blue', 'green', 'grey', 'red']);
  assert.equal((await ask('SELECT * FROM c')).length, 30);
});

test('groups have their keys and aggregates', async () => {
  const groups = await ask('SELECT c.cat, COUNT(1) AS n, SUM(c.n) AS s FROM c GROUP BY c.cat');
  assert.deepEqual(groups.sort((x, y) => x.cat.localeCompare(y.cat)), [
    { cat: 'blue', n: 7, s: 98 }, { cat: 'green', n: 8, s: 120 }, { cat: 'grey', n: 7, s: 105 }, { cat: 'red', n: 8, s: 112 },
  ]);
});

test('parameters have any type', async () => {
  const query = { query: 'SELECT VALUE c.n FROM c WHERE c.cat = @cat AND c.n >= @least AND ARRAY_CONTAINS(@all, c.n)',
    parameters: [{ name: '@cat', value: 'red' }, { name: '@least', value: 8 }, { name: '@all', value: [0, 8, 9] }] };
  assert.deepEqual(await ask(query), [8]);
});

test('a query of one partition sees only it', async () => {
  assert.equal((await ask('SELECT * FROM c', { partitionKey: 'p1' })).length, 10);
  assert.deepEqual(await ask('SELECT VALUE c.n FROM c ORDER BY c.n DESC OFFSET 1 LIMIT 2', { partitionKey: 'p1' }), [25, 22]);
  assert.deepEqual(await ask('SELECT VALUE COUNT(1) FROM c', { partitionKey: 'p1' }), [10]);
});

for (const [what, query, options] of [
  ['of one partition', 'SELECT * FROM c WHERE c.n >= 0', { partitionKey: 'p2' }],
  ['of all partitions', 'SELECT * FROM c', {}],
  ['with a filter', 'SELECT * FROM c WHERE c.cat = "red"', {}],
  ['with an order', 'SELECT * FROM c ORDER BY c.n DESC', { partitionKey: 'p0' }],
]) {
  test(`pages ${what} go on where the last ended`, async () => {
    const whole = (await ask(query, options)).map(item => item.id);
    const paged = [];
    let continuationToken;
    do {
      const iterator = made.items.query(query, { ...options, maxItemCount: 4, continuationToken });
      const page = await iterator.fetchNext();
      assert.ok(page.resources.length <= 4);
      paged.push(...page.resources.map(item => item.id));
      continuationToken = page.continuationToken;
    } while (continuationToken);
    assert.deepEqual(paged, whole);
  });
}

// What a client that plans for itself sends, and what it needs back.
for (const [what, query, expected] of [
  ['an order', 'SELECT c._rid, [{"item": c.n}] AS orderByItems, c.id AS payload FROM c WHERE (c.n > 27 AND (true)) ORDER BY c.n DESC',
    [{ orderByItems: [{ item: 29 }], payload: 'i29' }, { orderByItems: [{ item: 28 }], payload: 'i28' }]],
  ['a count', 'SELECT VALUE [{"item": COUNT(1)}] FROM c', [[{ item: 30 }]]],
  ['an average', 'SELECT VALUE [{"item": {"sum": SUM(c.n), "count": COUNT(c.n)}}] FROM c', [[{ item: { sum: 435, count: 30 } }]]],
  ['a least', 'SELECT VALUE [{"item": MIN(c.n), "item2": {"min": MIN(c.n), "count": COUNT(c.n)}}] FROM c', [[{ item: 0, item2: { min: 0, count: 30 } }]]],
  ['a named aggregate', 'SELECT {"n": {"item": COUNT(1)}} AS payload FROM c', [{ payload: { n: { item: 30 } } }]],
  ['a group', 'SELECT [{"item": c.cat}] AS groupByItems, {"cat": c.cat, "n": {"item": COUNT(1)}} AS payload FROM c WHERE c.cat = "blue" GROUP BY c.cat',
    [{ groupByItems: [{ item: 'blue' }], payload: { cat: 'blue', n: { item: 7 } } }]],
]) {
  test(`the rewritten form of ${what} is answered`, async () =>
    assert.deepEqual((await ask(query, { partitionKey: undefined })).map(({ _rid, ...row }) => (Array.isArray(row[0]) || !('0' in row) ? row : Object.values(row))), expected));
}

for (const query of ['SELEC * FROM c', 'SELECT * FROM c WHERE', 'SELECT NOSUCH(c.n) FROM c', 'SELECT * FROM c JOIN t IN c.tags', 'SELECT VALUE d FROM c', 'SELECT VALUE c.n FROM c ORDER BY c.n + 1', 'SELECT * FROM c ORDER BY c.n, c.cat']) {
  test(`${query} is refused`, () => refused(400, () => ask(query)));
}
