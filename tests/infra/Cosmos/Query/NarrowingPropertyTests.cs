namespace Crm.Local.Tests.Cosmos.Query;

/// <summary>Narrowing may change how rows are come by, never which they are.</summary>
public sealed class NarrowingPropertyTests
{
    private const int Rounds = 1000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pages_OfSmallRanges_AreThoseOfTheInterpreterAlone(bool hierarchical)
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new RandomQueries(seed);
            var items = random.Items(hierarchical);
            var query = random.Query(out _);
            var range = random.Range(items);
            var size = 1 + (seed % 7);
            var expected = Alike(items.Pages(query, size, narrow: false, range: range));
            var actual = Alike(items.Pages(query, size, range: range));
            Assert.True(expected.SequenceEqual(actual), $"seed {seed}: {query}\nexpected {string.Join(" | ", expected)}\nactual   {string.Join(" | ", actual)}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pages_OfLargeRanges_HaveTheRowsOfTheInterpreterAlone(bool hierarchical)
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new RandomQueries(seed);
            var items = random.Items(hierarchical);
            var query = random.Query(out var ordered);
            var range = random.Range(items);
            var size = 1 + (seed % 7);
            var expected = Alike(items.Pages(query, size, narrow: false, range: range));
            // An entry or two are many: indexes are walked wherever they can be, and given up where that finds little.
            var few = 1 + (seed % 2);
            var actual = Alike(items.Pages(query, size, range: range, few: few));
            if (!ordered)
            {
                // A walk along an index answers in its order.
                expected = [.. items.Pages(query, 1, narrow: false, range: range).Order(StringComparer.Ordinal)];
                actual = [.. items.Pages(query, 1, range: range, few: few).Order(StringComparer.Ordinal)];
            }

            Assert.True(expected.SequenceEqual(actual), $"seed {seed}: {query}\nexpected {string.Join(" | ", expected)}\nactual   {string.Join(" | ", actual)}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pages_WhileItemsComeAndGo_HaveWhatStaysOnce(bool hierarchical)
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new RandomQueries(seed);
            var items = random.Items(hierarchical);
            var query = random.Rows();
            var removed = new HashSet<string>();
            var before = Rows(items.Pages(query, 1000, narrow: false));
            var few = new[] { 1, 2, 200 }[seed % 3];
            var pages = 0;
            var met = Rows(items.Pages(query, 1 + (seed % 7), few: few, between: () =>
            {
                // Not for ever: what comes may come at the end.
                if (++pages > 10) return;
                random.Replace(items, removed);
                random.Replace(items, removed);
            }));
            Assert.True(met.Count == met.Distinct().Count(), $"seed {seed}: {query}: a row came twice in {string.Join(',', met)}");
            var missed = before.Except(met).Except(removed).ToList();
            Assert.True(missed.Count == 0, $"seed {seed}: {query}: {string.Join(',', missed)} never came");
        }
    }

    private static List<string> Rows(List<string> pages) => [.. pages.SelectMany(page => page.Split(','))];

    /// <summary>Which of two equal numbers stands for both in a distinct row or a group is left open.</summary>
    private static List<string> Alike(List<string> pages) =>
        [.. pages.Select(page => page.Replace("-0", "0", StringComparison.Ordinal).Replace("1.0", "1", StringComparison.Ordinal))];
}
